"""`pulse survey languages`, and the check of a translation."""

from pathlib import Path

import click
import msgspec

from pulse.cli.frame import Command, Run, pass_run
from pulse.cli.text import table
from pulse.instrument import Instrument, load
from pulse.instrument.locales import check_locale, codes, inspect, source, wording
from pulse.instrument.texts import is_helped
from pulse.instrument.translation import Wording
from pulse.settings import Settings


class Language(msgspec.Struct, frozen=True):
    """A language: `texts` of `of` statements are sound, `wave` says what a wave does.

    `helped`: its readers get a help text in their language.
    """

    code: str
    name: str
    dir: str
    status: str
    texts: int
    of: int
    wave: str
    helped: bool


@click.command(
    cls=Command,
    epilog="Example: pulse survey languages\nExample: pulse survey languages de",
)
@click.argument("code", required=False)
@pass_run
def languages(run: Run, code: str | None) -> None:
    """Show every language, how far it is, and what a wave does with it.

    With CODE, its texts beside those they translate, for whoever reviews them. `languages` in
    pulse.toml says which are asked, `draft_languages` whether drafts may be.
    """
    instrument = load()
    if code is not None:
        _beside(run, wording(instrument, code), source(instrument))
        return
    settings = run.settings
    order = sorted(
        codes(instrument),
        key=lambda code: (code not in settings.languages, code != settings.languages[0], code),
    )
    rows = [_row(instrument, code, settings) for code in order]
    columns = ("code", "status", "texts", "wave", "name")  # names last: some have wide signs
    cells = [[r.code, r.status, f"{r.texts} of {r.of}", r.wave, r.name] for r in rows]
    run.say({"languages": rows}, table(columns, cells))
    for row in rows:
        if row.code in settings.languages and row.name and not row.helped:
            run.note(
                f"{row.name}: the help text is not in this language; write one under "
                f"[support.locales.{row.code}] in pulse.toml."
            )


def check(run: Run, file: Path) -> None:
    """Tell everything that is wrong with a translation; exit 1 if anything is."""
    faults = check_locale(file)
    words = "\n".join(f"- {fault.where}: {fault.message}" for fault in faults)
    count = f"{len(faults)} place{'s' * (len(faults) > 1)} to put right"
    run.say(
        {"ok": not faults, "locale": file.stem, "faults": faults},
        f"not ok: {count}\n{words}" if faults else "ok: a whole translation, nothing found.",
    )
    if faults:
        raise click.exceptions.Exit(1)


def _beside(run: Run, here: Wording, written: Wording) -> None:
    rows = [
        {"id": key, "source": text, "text": getattr(here, kind).get(key, "")}
        for kind in ("scales", "packs", "items", "practices")
        for key, text in getattr(written, kind).items()
    ]
    answers = zip(
        (*written.labels, written.prefer_not), (*here.labels, here.prefer_not), strict=True
    )
    rows += [
        {"id": str(number), "source": text, "text": label}
        for number, (text, label) in enumerate(answers, 1)
    ]
    words = "\n".join(f"{row['id']}\n  {row['source']}\n  {row['text'] or '-'}" for row in rows)
    run.say({"code": here.code, "status": here.status, "texts": rows}, words)


def _row(instrument: Instrument, code: str, settings: Settings) -> Language:
    words, faults = inspect(instrument, code)
    total = len(instrument.items)
    if words is None:
        places = [fault.where.partition(": ")[2].split(".") for fault in faults]
        spoilt = {place[1] for place in places if place[0] == "items" and len(place) > 1}
        sound = total - len(spoilt & instrument.items.keys())
        return Language(code, "", "", "faulty", sound, total, "does not open: faulty", helped=False)
    return Language(
        code, words.name, words.dir, words.status, total, total,
        _wave(code, words.status, settings),
        helped=is_helped(words, settings.support, settings.languages[0]),
    )  # fmt: skip


def _wave(code: str, status: str, settings: Settings) -> str:
    if code not in settings.languages:
        return "not asked"
    if status == "draft" and settings.draft_languages != "allowed":
        return "does not open: a draft"
    return "asked, also of all others" if code == settings.languages[0] else "asked"
