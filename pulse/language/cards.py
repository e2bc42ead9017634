"""The words of the pages around a card: where its code is typed, and where a kiosk starts.

The pages never vary: they hold the English, and `static/cardwords.json` brings every language, one
of which the browser chooses. What a kiosk's guard asks comes with the guard, in
`static/questions.js`: it must ask without a network too.
"""

from typing import Final

import msgspec

from pulse.language.catalogue import translations
from pulse.language.counting import counted
from pulse.language.known import LANGUAGES

_LENGTH: Final = 16  # characters of a code
_MOST: Final = 100  # characters too many that are counted in their own form


def card(locale: str) -> dict[str, str]:
    """Return the words that stand on `/card`, by the id of the element that holds them."""
    _ = translations(locale).gettext
    return {
        "yours": _("Your card – Pulse"),  # noqa: RUF001 - typography
        "type": _("Type the code of your card"),
        "sixteen": _("Sixteen letters and digits, in small letters or capitals"),
        "go": _("Go on"),
        "compare": _("Compare eight words"),
        "same": _(
            "The same words stand on your card. If yours differ, please do not go on, and tell "
            "whoever gave you the card: a code that you scan names this survey’s keys itself, but "  # noqa: RUF001 - typography
            "for one that you type this page asks the server."
        ),
        "lost": _("Lost your card?"),
        "nobody": _(
            "Nobody knows which code was yours, so nobody can print it again, and no code is "
            "added while a survey is open. The next survey brings a new card. If a card does not "
            "work, ask whoever handed it out."
        ),
        "kept": _("What is kept, and which risk remains"),
        "restart": _("Start again"),
        "closed": _("No survey is open"),
        "next": _("Answers that arrived in time count. The next survey brings a new card."),
        "results": _("See the results so far"),
        "unreached": _("The survey cannot be reached just now"),
        "reload": _(
            "Please reload this page in a moment. Your card stays good until the survey closes."
        ),
    }


def told(locale: str) -> dict[str, str]:
    """Return what `/card` says to somebody who types; `{n}` and its like are filled in there."""
    said = translations(locale)
    _ = said.gettext
    return (
        {
            "until": _("Open until {closes}."),
            "checking": _("Checking your code…"),
            "nothing": _(
                "This code opens nothing. Compare it with your card, letter by letter."
            ),
            "trouble": _("The survey cannot be reached just now. Please try again."),
            "empty": _("Type the code that stands on your card."),
            "u": _("No code has a U: it may be a V."),
            "foreign": _("No code has a “{letter}” in it."),
        }
        | counted(
            "missing",
            locale,
            lambda n: said.ngettext(
                "One character is missing.", "{n} characters are missing.", n
            ),
            _LENGTH,
        )
        | counted(
            "many",
            locale,
            lambda n: said.ngettext(
                "There is one character too many.", "There are {n} characters too many.", n
            ),
            _MOST,
        )
    )  # fmt: skip


def start(locale: str) -> dict[str, str]:
    """Return the words of `/kiosk`, by the id of the element that holds them."""
    _ = translations(locale).gettext
    return {
        "begin": _("Take your card – Pulse"),  # noqa: RUF001 - typography
        "take": _("Take your card"),
        "scan": _("Scan it or type its code. It takes about a minute."),
        "start": _("Start"),
        "forgets": _(
            "Nobody can see who answered what. When you have finished, this device forgets "
            "everything for the next person."
        ),
    }


def question(locale: str) -> str:
    """Return what a kiosk's guard asks where nobody has touched the page for a while."""
    return translations(locale).gettext(
        "Are you still there? Touch the page, or it empties in a minute."
    )


def card_words() -> bytes:
    """Return the words of both pages in every language as one file; a draft says that it is one."""
    spoken = {
        code: {
            "locale": code,
            "dir": language.dir,
            "draft": language.status == "draft",
            "ui": card(code) | start(code),
            "says": told(code),
        }
        for code, language in LANGUAGES.items()
    }
    return msgspec.json.encode(spoken) + b"\n"


def guard_questions() -> bytes:
    """Return the module of the guard's question in every language."""
    lines = [f"  {quoted(code)}: {quoted(question(code))},\n" for code in LANGUAGES]
    return (
        "// What a kiosk's guard asks, from the catalogues by `python -m pulse.language update`.\n"
        f"export const questions = {{\n{''.join(lines)}}};\n"
    ).encode()


def quoted(text: str) -> str:
    """Return a text as JavaScript, in the single quotes inside which the bundle keeps blanks."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
