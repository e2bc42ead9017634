"""Which languages the settings may name: the survey's own and those with a translation."""

from functools import cache
from importlib import resources
from typing import Final

from pulse.errors import BadSetting
from pulse.settings.model import Settings

WRITTEN_IN: Final = "en"  # the shipped survey has no file in the folder for it


@cache
def offered() -> tuple[str, ...]:
    """Return the codes of all languages, in alphabetical order."""
    names = [file.name for file in (resources.files("surveys") / "locales").iterdir()]
    found = {name.removesuffix(".toml") for name in names if name.endswith(".toml")}
    return tuple(sorted({WRITTEN_IN, *found}))


def check_languages(settings: Settings) -> None:
    """Accept languages that there are, each once.

    Raises:
        BadSetting: none is named, one stands twice, or there is no translation into it.
    """
    if not settings.languages:
        raise BadSetting("Name at least one language, like en.", where="languages")
    if len(set(settings.languages)) < len(settings.languages):
        raise BadSetting("A language stands twice.", where="languages")
    for code in settings.languages:
        _check_offered(code, "languages")
    for code in settings.support.locales:
        _check_offered(code, "support.locales")


def _check_offered(code: str, where: str) -> None:
    if code not in offered():
        raise BadSetting(
            f"There is no language {code[:20]!r}; there are {', '.join(offered())}.", where=where
        )
