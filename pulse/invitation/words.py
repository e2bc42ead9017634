"""What an invitation says, as blocks in the person's language; the mail's two forms show them."""

import datetime as dt
from typing import Literal

import msgspec

from pulse.language import DEFAULT, LANGUAGES, closest, day_and_time, translations

Kind = Literal["invitation", "reminder"]


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """What all mails of a wave have in common.

    `items` counts the statements, `k` the fewest people behind any figure, `closes` is an aware
    time, `timezone` the organisation's, `fingerprint` the eight words of the wave, `languages`
    those that the organisation offers, its own first.
    """

    kind: Kind
    organisation: str
    sender: str
    base_url: str
    wave: str
    items: int
    k: int
    closes: dt.datetime
    timezone: str
    fingerprint: str
    languages: tuple[str, ...] = (DEFAULT,)

    @property
    def privacy(self) -> str:
        """The address of the page on what is kept."""
        return f"{self.base_url.rstrip('/')}/privacy"

    def language(self, locale: str) -> str:
        """Return the language that a person with this locale (or none) is written to in."""
        known = [code for code in self.languages if code in LANGUAGES]
        return closest(locale, known) or (known[0] if known else DEFAULT)


class Answer(msgspec.Struct, frozen=True):
    """A question that people ask, and what is true."""

    question: str
    answer: str


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """An invitation's sentences in one language, in the order in which they are read."""

    language: str
    dir: str
    subject: str
    title: str
    hello: str
    opening: str
    press: str
    until: str
    kept: str
    yours: str
    answers: tuple[Answer, ...]
    how: str


def write(letter: Letter, locale: str, timezone: str) -> Words:
    """Return the words for a person.

    Args:
        letter: what all mails of the wave share.
        locale: the person's language, or empty for the organisation's.
        timezone: the person's IANA zone, or empty for the organisation's.
    """
    code = letter.language(locale)
    said = translations(code)
    _ = said.gettext
    week, count = int(letter.wave[6:]), letter.items
    again = letter.kind == "reminder"
    closes = day_and_time(letter.closes, timezone or letter.timezone, code)
    return Words(
        language=code,
        dir=LANGUAGES[code].dir,
        subject=_subject(letter, code),
        title=(_("Week {week}: still open") if again else _("Week {week}")).format(week=week),
        hello=_("Hello,"),
        opening=_reminder(code, count) if again else _invitation(code, count),
        press=said.ngettext(
            "Answer the statement", "Answer the {count} statements", count
        ).format(count=count),
        until=_("Open until {closes}. Skip whatever you like.").format(closes=closes),
        kept=_(
            "What is kept: rounded figures of at least {k} people together; single answers and "
            "all keys are destroyed when the week is counted, and nothing that is kept says who "
            "answered what."
        ).format(k=letter.k),
        yours=_(
            "The link is yours alone and works once, so please do not pass it on. These eight "
            "words are the same for everybody this week, and the page shows them too:"
        ),
        answers=_asked(code),
        how=_("How it works, and what leaders see"),
    )  # fmt: skip


def _subject(letter: Letter, code: str) -> str:
    said, count = translations(code), letter.items
    if letter.kind == "reminder":
        line = said.ngettext(
            "Still open: one statement, about a minute (week {week})",
            "Still open: {count} statements, about a minute (week {week})",
            count,
        )
    else:
        line = said.ngettext(
            "Your week: one statement, about a minute (week {week})",
            "Your week: {count} statements, about a minute (week {week})",
            count,
        )
    return line.format(count=count, week=int(letter.wave[6:]))


def _invitation(code: str, count: int) -> str:
    line = translations(code).ngettext(
        "One short statement about your past week, about one minute:",
        "{count} short statements about your past week, about one minute:",
        count,
    )
    return line.format(count=count)


def _reminder(code: str, count: int) -> str:
    line = translations(code).ngettext(
        "If you have answered, please ignore this: everybody gets it, because nobody can know who "
        "has. If not, one short statement is waiting, about one minute:",
        "If you have answered, please ignore this: everybody gets it, because nobody can know who "
        "has. If not, {count} short statements are waiting, about one minute:",
        count,
    )
    return line.format(count=count)


def _asked(code: str) -> tuple[Answer, ...]:
    _ = translations(code).gettext
    return (
        Answer(
            _("Can I change or withdraw my answers?"),
            _(
                "No. Once sent, nothing tells which answers are yours, so nobody can find them "
                "again, not even for you."
            ),
        ),
        Answer(
            _("The link is lost?"),
            _("Reply to this mail and ask for it again. It is the same link and still works once."),
        ),
        Answer(
            _("Somebody is new in the team?"),
            _("Whoever joins during a week comes in with the next one."),
        ),
        Answer(
            _("You do not want these mails?"),
            _(
                "Reply to this mail and say so; from the next week on you can be left off the "
                "list. Taking part is up to you, and nobody is told whether you do."
            ),
        ),
    )
