"""The words of the survey page.

The page never varies, so it holds hardly any: a wave's texts file brings what everybody reads
(`words`), and `static/words.json` in all languages at once what it says when a link opens
nothing (`ends`), fetched only then.
"""

from collections.abc import Iterable

import msgspec

from pulse.language.catalogue import translations
from pulse.language.known import LANGUAGES


def words(locale: str, counts: Iterable[int]) -> dict[str, str]:
    """Return the words of `/s` by short keys; `{k}` and its like are filled in by the browser.

    Args:
        locale: the language.
        counts: how many statements somebody may be asked; each number has its words, like `count6`.
    """
    said = translations(locale)
    _ = said.gettext
    told = {
        f"count{n}": said.ngettext(
            "One question, about a minute.", "{n} questions, about a minute.", n
        ).replace("{n}", str(n))
        for n in counts
    }
    return told | {
        # The statements.
        "nobody": _("Nobody can see who answered what."),
        "how": _("How?"),
        "seal": _(
            "Your browser seals your answers, and nothing that is kept links them to you. They are "
            "opened together after closing, and shown only where {k} or more people answered."
        ),
        "kept": _("What is kept, and which risk remains"),
        "answered": _("Answered"),
        "of": _("{i} of {n}"),
        "skip": _("Leave out what you like. Once sent, answers cannot be changed."),
        "send": _("Send"),
        "sealing": _("Sealing your answers…"),
        # After them.
        "thanks": _("Thank you. Your answers are in."),
        "until": _(
            "They stay sealed until {closes}. Then they are counted, and shown only together with "
            "others."
        ),
        "results": _("See the results so far"),
        "eight": _("Eight words to compare"),
        "same": _("The same words stand in every invitation."),
        "next": _("Next person"),
        # When something is in the way.
        "wait": _("Please try again in a moment"),
        "waits": _("Your sealed answers wait here. This page goes on by itself."),
        "retry": _("Try again"),
        "offline": _("The survey cannot be reached just now."),
        "refused": _("The survey did not accept this. If it stays so, tell those who invited you."),
        "still": _("Your answers are still here: please send them again."),
        "stay": _("This browser keeps nothing: stay here until you see a thank-you."),
    }


def ends(locale: str) -> dict[str, tuple[str, str, str]]:
    """Return the words of the ends that few people see: title, text, link, by the end's name."""
    _ = translations(locale).gettext
    results = _("See the results so far")
    told = {
        "used": (
            _("This link has been used"),
            _("Each link counts once. If you began on another device, please finish there."),
        ),
        "closed": (
            _("This survey has closed"),
            _("Answers that arrived in time count. The next invitation brings a new link."),
        ),
        "unknown": (
            _("We do not know this link"),
            _(
                "Either the survey has just closed, or part of the link is missing: open the "
                "whole link of your newest invitation."
            ),
        ),
        "list": (
            _("Please do not answer with this link"),
            _(
                "It does not fit the survey that is open, so nothing was sent. Open your newest "
                "invitation. If this is it, tell those who invited you."
            ),
        ),
    }
    return {end: (*both, results) for end, both in told.items()}


def page_words() -> bytes:
    """Return the words of the ends in every language, with its direction, as one file."""
    spoken = {
        code: {"locale": code, "dir": language.dir, "ui": ends(code)}
        for code, language in LANGUAGES.items()
    }
    return msgspec.json.format(msgspec.json.encode(spoken), indent=1) + b"\n"
