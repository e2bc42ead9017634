"""The languages of the interface: own name, direction of writing, and how far each is."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

import msgspec

Direction = Literal["ltr", "rtl"]
Status = Literal["reviewed", "complete", "draft"]
DEFAULT: Final = "en"


class Language(msgspec.Struct, frozen=True):
    """One language of the interface.

    `code` is a BCP 47 tag, `name` what its speakers call it, `dir` where its lines begin.
    `reviewed` was read by a second person, `complete` lacks no sentence, a `draft` waits for
    somebody who speaks it.
    """

    code: str
    name: str
    dir: Direction
    status: Status


LANGUAGES: Final[Mapping[str, Language]] = MappingProxyType(
    {
        language.code: language
        for language in (
            Language("en", "English", "ltr", "reviewed"),
            Language("de", "Deutsch", "ltr", "complete"),
            Language("fr", "Français", "ltr", "complete"),
            Language("es", "Español", "ltr", "complete"),
            Language("ar", "العربية", "rtl", "complete"),
            Language("it", "Italiano", "ltr", "draft"),
            Language("pt", "Português", "ltr", "draft"),
            Language("nl", "Nederlands", "ltr", "draft"),
            Language("pl", "Polski", "ltr", "draft"),
            Language("he", "עברית", "rtl", "draft"),
            Language("ja", "日本語", "ltr", "draft"),
            Language("zh-Hans", "简体中文", "ltr", "draft"),
        )
    }
)
