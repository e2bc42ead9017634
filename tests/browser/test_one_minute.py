"""One minute: every week of the rotation, read and answered at the pace of people.

Reading takes 238 words a minute, silent reading of English by adults (Brysbaert 2019, J. Mem.
Lang. 109, 104047: 190 studies). Answering takes the operators of the keystroke-level model (Card,
Moran & Newell 1980, Commun. ACM 23, 396-410): for each statement one mental act (M, 1.35 s), and
one pointing (P, 1.1 s) with a press and release (BB, 0.2 s), for a finger no less than for the
mouse that they were measured with. What the page itself takes is measured while it runs.
"""

from statistics import median
from typing import Final, NamedTuple

import pytest
from playwright.sync_api import Page

from pulse.instrument import load
from tests.browser.answering import open_link, shown
from tests.browser.conftest import Visits
from tests.browser.polling import PollingPlace

WORDS_A_SECOND: Final = 238 / 60
MENTAL, POINT, PRESS = 1.35, 1.1, 0.2  # seconds
MINUTE: Final = 60.0
WEEKS: Final = 20
CHOSEN: Final = 3  # of five: the fourth label
# The week's own statements in the place of those that stand there; more of them if need be.
PUT: Final = """statements => {
  const items = document.getElementById('items');
  while (items.children.length < statements.length) {
    const more = items.lastChild.cloneNode(true);
    for (const input of more.querySelectorAll('input')) input.name = `more${items.children.length}`;
    items.append(more);
  }
  const legends = items.querySelectorAll('legend');
  statements.forEach((text, i) => { legends[i].lastChild.data = text });
}"""
# All that is read before sending: labels once, with the first statement, and no closed details.
READ: Final = """() => {
  const texts = [...document.querySelectorAll('fieldset:not(:first-of-type) label')];
  texts.forEach((one) => { one.hidden = true; one.style.display = 'none' });
  const read = document.getElementById('ask').innerText;
  texts.forEach((one) => { one.style.display = '' });
  return read + ' ' + document.querySelector('#done h1').textContent;
}"""


class Taken(NamedTuple):
    """What one week takes a person: words, taps, seconds of the page, and seconds altogether."""

    words: int
    taps: int
    page: float
    seconds: float


def answered(page: Page, statements: list[str]) -> Taken:
    """Answer a page that stands open with real taps, and return what that takes a person."""
    page.evaluate(PUT, statements)
    words = len(page.evaluate(READ).split())
    opened = page.evaluate("performance.getEntriesByType('navigation')[0].duration / 1000")
    boxes = page.locator("fieldset")
    assert boxes.count() == len(statements)
    for place in range(boxes.count()):
        boxes.nth(place).locator("label").nth(CHOSEN).click()
    assert page.locator(":checked").count() == len(statements)
    page.evaluate("sent = performance.now()")
    page.click("#send")
    shown(page, "done")
    waited = page.evaluate("(performance.now() - sent) / 1000")
    taps = len(statements) + 1
    acts = taps * (MENTAL + POINT + PRESS)
    return Taken(words, taps, opened + waited, words / WORDS_A_SECOND + acts + opened + waited)


@pytest.mark.slow
def test_a_week_takes_less_than_a_minute(
    place: PollingPlace, visits: Visits, capsys: pytest.CaptureFixture[str]
) -> None:
    """The median of all 20 weeks is under 60 s, and so is the longest."""
    survey, table = load(), []
    for form in range(WEEKS):
        statements = [survey.items[item].text for item in survey.form(form)]
        page = open_link(visits.context(width=360, height=780), place.next_link())
        table.append(answered(page, statements))
        page.close()
    with capsys.disabled():
        print("\nweek  words  taps  page s  person s")  # noqa: T201 - a table for whoever runs it
        for form, each in enumerate(table):
            row = f"{form:4} {each.words:6} {each.taps:5} {each.page:7.2f} {each.seconds:9.1f}"
            print(row)  # noqa: T201 - as above
    took = [each.seconds for each in table]
    assert median(took) < MINUTE
    assert max(took) < MINUTE


def test_nine_statements_take_longer(place: PollingPlace, visits: Visits) -> None:
    """The twin with nine statements a week is seen to take more than a minute."""
    survey = load()
    texts = [survey.items[item].text for item in {*survey.form(0), *survey.form(1)}]
    nine = [*texts, *(each.text for each in survey.items.values() if each.text not in texts)][:9]
    page = open_link(visits.context(width=360, height=780), place.next_link())
    assert answered(page, nine).seconds > MINUTE
