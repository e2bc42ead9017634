"""Couriers die at random moments: nobody gets two mails, and nobody's is lost unseen."""

import random
import subprocess
import sys
import time
from collections import Counter
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from pulse.mail.courier import recipient
from pulse.mail.outbox import Outbox
from pulse.mail.spool import spool
from tests.installation import ROOT
from tests.postoffice import Kept, letter, office

pytestmark = pytest.mark.slow
PEOPLE = 150
ROUNDS = 25


class Slow(Kept):
    """Keeps a mail, then takes a moment to say so: most kills fall into that moment."""

    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:  # noqa: N802 - aiosmtpd's own name
        """Keep a mail, and answer a little later."""
        import asyncio

        answer = await super().handle_DATA(server, session, envelope)  # type: ignore[arg-type]
        await asyncio.sleep(0.02)
        return answer


def killed(folder: Path, port: int, *words: str) -> None:
    """Start couriers and kill each after a random moment of work; let the last one finish."""
    chance = random.Random(20260302)
    for number in range(ROUNDS + 1):
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.fault.couriers", str(folder), str(port), *words],
            cwd=ROOT, stdout=subprocess.PIPE,
        )  # fmt: skip
        assert process.stdout is not None
        process.stdout.readline()
        if number < ROUNDS:
            time.sleep(chance.uniform(0.0, 0.15))
            process.kill()
        process.stdout.close()
        process.wait()


def filled(folder: Path) -> Outbox:
    """Write a mail to each of many people."""
    spool(folder, {f"invitation-{n:024x}": letter(f"p{n}@example.org") for n in range(PEOPLE)})
    return Outbox(folder)


def test_a_courier_killed_at_any_moment_sends_nobody_two(tmp_path: Path) -> None:
    """Everybody has one mail, or it lies there for a person to decide; some kills hit the gap."""
    box, kept = filled(tmp_path / "out"), Slow()
    with office(kept) as port:
        killed(box.folder, port)
    lying = Counter(item.state for item in box.items())
    assert max(kept.count.values()) == 1
    assert set(lying) <= {"uncertain"}
    held = {recipient(box.read(item) or b"") for item in box.items()}
    assert set(kept.count) | held == {f"p{n}@example.org" for n in range(PEOPLE)}
    assert held & set(kept.count), "no kill fell between the dot and the answer"
    for to, content in kept.mails:
        assert message_from_bytes(content, policy=default)["To"] == to


def test_a_twin_without_marks_is_caught(tmp_path: Path) -> None:
    """The same kills make a courier that only removes what it has sent send somebody two."""
    box, kept = filled(tmp_path / "out"), Slow()
    with office(kept) as port:
        killed(box.folder, port, "twin")
    assert max(kept.count.values()) > 1
