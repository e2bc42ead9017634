"""What is damaged is as good as none: the page for staff never fails for it."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec import structs

from pulse.release.ledger import FIRST
from pulse.statistics import summary as summaries
from pulse.web.results import results_page
from pulse.web.scales import period
from tests.unit.web.test_results import RESULTS, SUMMARY

Json = object
At = tuple[str | int, ...]
WHOLE: Json = msgspec.to_builtins(SUMMARY)
TOLD: Json = {**RESULTS, "unit_id": "all", "at_least": 40, "invited": 64}
RELEASED = msgspec.json.encode(RESULTS)
SCALE: At = ("whole", "scales", 0)


def places(value: Json, at: At = ()) -> Iterator[At]:
    """Yield where something stands in a document."""
    yield at
    if isinstance(value, dict):
        for name, each in value.items():
            yield from places(each, (*at, name))
    elif isinstance(value, list | tuple):
        for n, each in enumerate(value):
            yield from places(each, (*at, n))


def put(value: Json, at: At, new: Json) -> Json:
    """Return a document with something else in one place."""
    if not at:
        return new
    first, *rest = at
    if isinstance(value, dict):
        return {k: put(v, tuple(rest), new) if k == first else v for k, v in value.items()}
    assert isinstance(value, list | tuple)
    return [put(v, tuple(rest), new) if n == first else v for n, v in enumerate(value)]


def page_of(data: bytes, file: Path) -> tuple[bytes, bool]:
    """Return the page beside a file that holds `data`, and whether the file was read."""
    file.write_bytes(data)
    summary = summaries.read(file, FIRST)
    return results_page(RELEASED, "O", summary), summary is not None


def nonsense() -> st.SearchStrategy[Json]:
    """Draw anything that JSON can hold, and what is nearly right."""
    near = st.sampled_from(["2026-W09", "2026-W10\n", "\u0662026-W09", "zzz", 1e308, -0.5, 100.5])
    leaf = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | near | st.text()
    return st.recursive(
        leaf.filter(lambda each: each not in {float("inf"), float("-inf")}),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=2),
        max_leaves=6,
    )


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where the summary stands."""
    return tmp_path_factory.mktemp("damaged") / "summary.json"


@given(changes=st.lists(st.tuples(st.sampled_from(list(places(WHOLE))), nonsense()), max_size=3))
@example([((*SCALE, "waves"), ["zzz", "yyy"])])
@example([((*SCALE, "waves"), [])])
@example([((*SCALE, "low"), None)])
@example([((*SCALE, "runs"), [[]])])
@example([(("departments", 0, "scales"), [])])
def test_whatever_stands_there_the_page_is_made(file: Path, changes: list[tuple[At, Json]]) -> None:
    """Values of the right types that make no sense included; unread, the page has no scales."""
    document = WHOLE
    for at, new in changes:
        document = put(document, at, new) if at in set(places(document)) else document
    page, read = page_of(msgspec.json.encode(document), file)
    assert b"We got blamed." in page
    assert read or b"being worked out" in page


@given(changes=st.lists(st.tuples(st.sampled_from(list(places(TOLD))), nonsense()), max_size=3))
@example([(("invited",), 0)])
@example([(("wave",), "zzz")])
@example([(("items", 0, "mean"), 1e26)])
def test_damaged_results_are_a_page_too(changes: list[tuple[At, Json]]) -> None:
    """Results that could not be drawn are as good as none, whatever the summary says."""
    document = TOLD
    for at, new in changes:
        document = put(document, at, new) if at in set(places(document)) else document
    page = results_page(msgspec.json.encode(document), "O", SUMMARY)
    assert b"<h1>" in page
    assert changes or b"At least 40 of 64" in page


@given(at=st.integers(0, 1 << 20), byte=st.integers(0, 255), cut=st.booleans())
def test_whatever_byte_is_turned_the_page_is_made(
    file: Path, at: int, byte: int, *, cut: bool
) -> None:
    """One byte of the file is another, or the rest of it is missing."""
    data = bytearray(summaries.encode(SUMMARY))
    data[at % len(data)] = byte
    page, _ = page_of(bytes(data[: at % len(data)] if cut else data), file)
    assert b"We got blamed." in page


@pytest.mark.parametrize(
    ("at", "new"),
    [
        ((*SCALE, "waves"), ["zzz", "yyy"]), ((*SCALE, "waves"), ["2026-W09", "2026-W08"]),
        ((*SCALE, "waves"), ["2026-W09\n"]), ((*SCALE, "waves"), []),
        ((*SCALE, "value"), 100.5), ((*SCALE, "value"), None), ((*SCALE, "low"), -1.0),
        ((*SCALE, "low"), 99.0), ((*SCALE, "runs"), [[]]), ((*SCALE, "runs"), [[[0.0, 101.0]]]),
        ((*SCALE, "runs"), [[[0.0, 50.0]] * 13]), (("departments", 0, "scales"), []),
        (("wave",), "2026-W60"), (("more",), 1),
    ],
)  # fmt: skip
def test_what_no_summary_says_is_not_read(file: Path, at: At, new: Json) -> None:
    """Each of these would be drawn wrongly or not at all; as it is made, it is read."""
    assert page_of(msgspec.json.encode(WHOLE), file)[1]
    assert isinstance(WHOLE, dict)
    document = {**WHOLE, "more": new} if at == ("more",) else put(WHOLE, at, new)
    assert not page_of(msgspec.json.encode(document), file)[1]


def test_brackets_without_end_are_no_summary(file: Path) -> None:
    """A document nested too deep to be read is damaged like any other."""
    assert not page_of(b'{"more":' + b"[" * 200_000 + b"]" * 200_000 + b"}", file)[1]


def test_unread_weeks_would_break_the_page() -> None:
    """The twin, weeks taken as they stand: nothing can be said of them."""
    scale = structs.replace(SUMMARY.whole.scales[0], waves=("yyy", "zzz"))
    with pytest.raises(IndexError):
        period(structs.replace(SUMMARY.whole, scales=(scale,)))
