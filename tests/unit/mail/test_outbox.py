"""A message's state is its file's name: every step is one rename, and none makes a file anew."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from pulse.mail.outbox import Item, Outbox
from pulse.mail.spool import spool
from tests.postoffice import letter

NOW = dt.datetime(2026, 3, 2, 8, tzinfo=dt.UTC)
BASE = "invitation-0123456789abcdef01234567"


@pytest.fixture
def box(tmp_path: Path) -> Outbox:
    """Return an outbox with one message."""
    folder = tmp_path / "2026-W10"
    spool(folder, {BASE: letter("ada@example.org")})
    return Outbox(folder)


def names(box: Outbox) -> list[str]:
    """Name what lies in it."""
    return sorted(path.name for path in box.folder.iterdir())


def only(box: Outbox) -> Item:
    """Return the one message."""
    (item,) = box.items()
    return item


def test_pauses_grow_and_are_kept_by_the_file_alone(box: Outbox) -> None:
    """After each failed try the message waits longer; the file's time says until when."""
    moment = NOW
    for tries, minutes in enumerate((1, 5, 15, 30, 60, 120, 120), 1):
        box.later(only(box), moment)
        assert names(box) == [f"{BASE}.{tries}.eml"]
        assert not box.due(only(box), moment + dt.timedelta(minutes=minutes, seconds=-1))
        moment += dt.timedelta(minutes=minutes)
        assert box.due(only(box), moment)


def test_what_a_dead_courier_was_sending_is_put_aside(box: Outbox) -> None:
    """It is uncertain, waits for a person, and one word of theirs lets it wait again."""
    begun = box.begin(only(box))
    assert begun is not None
    assert names(box) == [f"{BASE}.eml.sending"]
    box.recover()
    assert names(box) == [f"{BASE}.eml.uncertain"]
    box.again(only(box))
    assert names(box) == [f"{BASE}.eml"]


def test_a_reason_becomes_a_plain_part_of_the_name(box: Outbox) -> None:
    """Whatever a server says cannot leave the folder or hide the file."""
    box.refuse(only(box), "../../550 \n5.1.1/" + "x" * 99)
    assert only(box).state == "refused"
    assert only(box).path.parent == box.folder
    assert only(box).path.is_file()


def test_nothing_comes_back_into_an_emptied_outbox(box: Outbox) -> None:
    """Every step on a message of a closed wave finds nothing and makes nothing."""
    item = only(box)
    box.empty()
    assert box.begin(item) is None
    steps: tuple[Callable[[], None], ...] = (
        lambda: box.later(item, NOW), lambda: box.refuse(item, "550"), lambda: box.doubt(item),
        lambda: box.delivered(item), lambda: box.again(item), box.recover,
        lambda: box.publish({BASE}),
    )  # fmt: skip
    for step in steps:
        step()
    assert not box.folder.exists()
    assert box.items() == []


def test_staged_messages_are_nobody_s_to_send(tmp_path: Path) -> None:
    """They wait only once they are published; written over, nothing else of the name stays."""
    box = Outbox(tmp_path / "2026-W10")
    spool(box.folder, {BASE: letter("ada@example.org")})
    box.refuse(only(box), "550")
    spool(box.folder, {BASE: letter("ada@example.org")}, ".eml.new")
    assert [item.state for item in box.items()] == ["new", "refused"]
    box.publish({BASE}, over=True)
    assert names(box) == [f"{BASE}.eml"]
