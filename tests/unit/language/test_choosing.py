"""Which offered language is closest to a wanted one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse.language import LANGUAGES, closest


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("de", "de"),
        ("de-AT", "de"),
        ("DE_ch", "de"),
        ("de-x-private", "de"),
        ("zh-CN", "zh-Hans"),
        ("zh", "zh-Hans"),
        ("zh-Hans-SG", "zh-Hans"),
        ("zh-TW", None),
        ("zh-Hant", None),
        ("iw", "he"),
        ("pt-BR", "pt"),
        ("tlh", None),
        ("", None),
        ("*", None),
        ("d" * 10_000, None),
        ("../../etc/passwd", None),
    ],
)
def test_a_tag_finds_its_language(wanted: str, found: str | None) -> None:
    """A region falls away, an old code is known, and another script is another language."""
    assert closest(wanted, LANGUAGES) == found


def test_another_region_of_the_language_will_do() -> None:
    """Where only pt-BR is offered, pt and pt-PT get it, and the first of two stands."""
    assert closest("pt", ("pt-BR",)) == "pt-BR"
    assert closest("pt-PT", ("en", "pt-BR", "pt-AO")) == "pt-BR"


@given(st.text(), st.lists(st.text(max_size=12), max_size=4))
def test_nothing_but_what_is_offered_comes_back(wanted: str, offered: list[str]) -> None:
    """Whatever is asked, the answer is one of the offered tags or None, never an error."""
    assert closest(wanted, offered) in {*offered, None}
