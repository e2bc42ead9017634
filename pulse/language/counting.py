"""A count in words, where it is filled in by a browser: its forms by CLDR category."""

from collections.abc import Callable

from pulse.language.choosing import closest
from pulse.language.known import DEFAULT, LANGUAGES


def counted(key: str, locale: str, say: Callable[[int], str], most: int) -> dict[str, str]:
    """Return what `say` gives for 1 to `most` things, by short keys.

    `key` is the form for most numbers; a number of another CLDR category that is said otherwise
    has its own, like `key-one`.
    """
    from babel import Locale

    rule = Locale.parse(closest(locale, LANGUAGES) or DEFAULT, sep="-").plural_form
    forms = {rule(n): say(n) for n in range(1, most + 1)}
    usual = forms.get("other", forms.get("many", ""))
    apart = {f"{key}-{word}": form for word, form in forms.items() if form != usual}
    return {key: usual, **apart}
