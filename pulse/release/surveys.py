"""Which survey is asked: the built-in one, or a file of the organisation's.

A wave keeps the survey that it opened with, as a copy in `state/surveys/`, whatever becomes of
the file; its release carries that copy on. The built-in survey needs none: Pulse ships it.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Final

import msgspec
from msgspec import UNSET, structs

from pulse.errors import BadInstrument, Held
from pulse.instrument import Instrument, load, own
from pulse.instrument.loading import BUILT_IN
from pulse.release import reading
from pulse.release.manifest import Manifest
from pulse.settings import Home
from pulse.store.files import destroy_file, make_folder, write_atomically

_AGAIN: Final = "Bring the file back from a copy; `pulse wave release` goes on."


def chosen(home: Home, name: str, releases: Path | None = None) -> Instrument:
    """Return the survey that the next wave asks, with the packs that can join it.

    Args:
        home: where the organisation's own files lie.
        name: the setting `survey`.
        releases: what was released, whose ids keep their meaning; None means the home's.

    Raises:
        BadInstrument: there is no such file, or it must not be used.
    """
    file = home.surveys / f"{name}.toml"
    if name == BUILT_IN:
        if file.exists():
            raise BadInstrument(
                "weekly is the built-in survey; give your file another name.", where=str(file)
            )
        return load()
    try:
        data = file.read_bytes()
    except OSError as error:
        raise BadInstrument(
            "The survey that the settings name is not there.", where=f"surveys/{file.name}"
        ) from error
    before = tuple(ever(releases or home.releases))
    return own.read(data, f"surveys/{file.name}", before)


def ever(releases: Path) -> Iterator[Instrument]:
    """Yield the organisation's own surveys that were released, oldest first.

    Raises:
        BadRelease: a release does not match the ledger.
    """
    for described in reading.manifests(releases):
        if described.survey is not UNSET:
            yield described.survey


def translations(home: Home, survey: Instrument) -> Path | None:
    """Return the folder of an own survey's translations; None where Pulse ships them."""
    return home.surveys / "locales" if is_own(survey) else None


def keep(home: Home, wave: str, survey: Instrument) -> None:
    """Keep a wave's own survey until it is released; the built-in one is not copied."""
    if is_own(survey):
        if not home.asked.is_dir():
            make_folder(home.asked, 0o700)
        write_atomically(home.asked / f"{wave}.json", msgspec.json.encode(survey))


def kept(home: Home, wave: str) -> Instrument:
    """Return the survey that a wave opened with.

    Raises:
        Held: its copy cannot be read; nothing is lost.
    """
    file = home.asked / f"{wave}.json"
    if not file.exists():
        return load()
    try:
        return msgspec.json.decode(file.read_bytes(), type=Instrument)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Held(f"The wave's survey cannot be read. {_AGAIN}", where=str(file)) from error


def forget(home: Home, wave: str) -> None:
    """Remove the copy; its release has the survey, or there will be none."""
    if (file := home.asked / f"{wave}.json").exists():
        destroy_file(file)


def together(manifests: Sequence[Manifest]) -> Instrument:
    """Return the survey that releases are read with, oldest manifest first."""
    built_in = load()
    asked = [built_in if each.survey is UNSET else each.survey for each in manifests]
    return merged(asked or [built_in])


def merged(asked: Sequence[Instrument]) -> Instrument:
    """Return the newest of the surveys asked, oldest first, with the statements of the others.

    Those stay as they were worded and stand by themselves: their scales are not asked any more.
    """
    newest = asked[-1]
    items = dict(newest.items)
    for survey in {id(each): each for each in reversed(asked)}.values():
        for item in survey.items.values():
            stands = item.scale in newest.scales or not item.scale
            alone = item if stands else structs.replace(item, scale="", facet="")
            items.setdefault(item.id, alone)
    return newest if len(items) == len(newest.items) else structs.replace(newest, items=items)


def is_own(survey: Instrument) -> bool:
    """Tell whether a survey is the organisation's, not the built-in one."""
    return survey.id != _built_in()


@cache
def _built_in() -> str:
    """Return the id of the survey that comes with Pulse; reading it for each release is slow."""
    return load().id
