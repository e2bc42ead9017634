"""The privacy page: the running policy, the holder's honest words, help."""

import re

import pytest

from pulse.settings import Settings, Support
from pulse.web.privacy import HOLDERS, privacy_page


def words(settings: Settings) -> str:
    """Return the page's text without markup."""
    text = re.sub(r"<[^>]+>", " ", privacy_page(settings).decode())
    return " ".join(text.split())


@pytest.mark.parametrize("k", [5, 10, 15])
def test_it_states_the_running_policy(k: int) -> None:
    """K, the smallest group and the leaders' threshold are those in force."""
    page = words(Settings(k=k))
    assert f"no figure stands for fewer than {k} people" in page
    assert f"from {max(8, k + 2)} invited people on" in page
    assert f"Anything about one named leader needs {max(10, k)} people" in page


def test_what_stays_after_a_close_is_listed() -> None:
    """Memberships and the tallies of the whole are kept for good, and the page says so."""
    page = words(Settings())
    assert "In which group you were invited each week, under your number in the roster" in page
    assert "ballots counted, for the whole organisation only" in page


@pytest.mark.parametrize("holder", ["same-user", "same-host", "council"])
def test_the_claim_depends_on_the_holder(holder: str) -> None:
    """Each arrangement of the second key has its own sentence, and only its own."""
    page = words(Settings(holder=holder))  # type: ignore[arg-type] # one of the three
    shown = [name for name, sentence in HOLDERS.items() if sentence in page.replace("&#39;", "'")]
    assert shown == [holder]


def test_the_residual_risk_is_said() -> None:
    """Who controls the live server while you answer could pair requests, or serve a bad page."""
    page = words(Settings())
    assert "Whoever controls the live server while you answer could pair your two requests" in page
    assert "serve you a bad page" in page
    assert "Both holders of the opening keys together could open boxes before the close" in page
    assert "between which one person joined or left a group" in page


def test_help_stands_there_escaped() -> None:
    """The organisation's own contacts are on the page as text."""
    support = Support(text="Call <us>", contacts=("Desk & door", "112"))
    page = privacy_page(Settings(organisation="A <b>", support=support)).decode()
    for text in ("Call &lt;us&gt;", "<li>Desk &amp; door</li>", "<li>112</li>", "A &lt;b&gt;"):
        assert text in page
