"""What a roster's languages come to: who would be asked in another one than they have."""

from collections import Counter
from collections.abc import Iterable, Mapping

from pulse.instrument.phrasing import direction
from pulse.language import closest
from pulse.roster.files import Person
from pulse.settings import Settings


def language_notes(
    people: Iterable[Person], settings: Settings, statuses: Mapping[str, str]
) -> tuple[str, ...]:
    """Return a sentence for each language in which people will not be asked, by its code.

    Args:
        people: the roster.
        settings: the running configuration.
        statuses: every language there is a translation into, and how far it is: "draft", …
    """
    counts = Counter(person.locale for person in people if person.locale)
    said = (_note(locale, count, settings, statuses) for locale, count in sorted(counts.items()))
    return tuple(note for note in said if note)


def _note(locale: str, count: int, settings: Settings, statuses: Mapping[str, str]) -> str:
    who = "1 person has" if count == 1 else f"{count} people have"
    code = closest(locale, settings.languages)
    if code is not None:
        if settings.draft_languages == "allowed" or statuses.get(code) != "draft":
            return ""
        return (
            f"{who} the language {locale}, which is only a draft: no week opens before "
            "draft_languages allows drafts, or `languages` leaves it out."
        )
    instead = f"they are asked in {settings.languages[0]}."
    if direction(locale) is None:
        return f"{who} the language {locale}, which is no language code; {instead}"
    known = closest(locale, statuses)
    if known is None:
        return f"{who} the language {locale}, into which there is no translation; {instead}"
    draft = ", a draft," if statuses[known] == "draft" else ""
    return f"{who} the language {locale}; {known}{draft} is not among `languages`, so {instead}"
