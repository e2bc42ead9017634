"""Which language a page is shown in, from its address and the browser's header."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse.http.language import negotiate

OFFERED = ("en", "de", "fr", "zh-Hans")


@pytest.mark.parametrize(
    ("header", "asked", "found"),
    [
        ("", "", "en"),
        ("de-AT,de;q=0.9,en;q=0.8", "", "de"),
        ("en;q=0.2, fr;q=0.9, de;q=0.5", "", "fr"),
        ("tlh, zh-CN;q=0.3", "", "zh-Hans"),
        ("de", "fr", "fr"),
        ("de", "tlh", "de"),
        ("*", "", "en"),
        ("de;q=0, fr;q=0.1", "", "fr"),
        ("de;q=nan, fr;q=inf, zh;q=-1", "", "en"),
        ("de;level=1, fr", "", "fr"),
        (",;q=,;;;=,,", "", "en"),
        ("x," * 100_000 + "de", "", "en"),
        ("", "../../de\r\nSet-Cookie: a=b", "en"),
    ],
)
def test_a_page_comes_in_the_language_that_fits_best(header: str, asked: str, found: str) -> None:
    """The address goes first, then the header by weight; nonsense is passed over."""
    assert negotiate(header, asked, OFFERED) == found


@given(st.text(), st.text())
def test_no_header_gets_anything_but_an_offered_language(header: str, asked: str) -> None:
    """Whatever a client sends, the answer is one of the offered languages."""
    assert negotiate(header, asked, OFFERED) in OFFERED
