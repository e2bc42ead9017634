"""A disk without space, or one that became read-only: 503 or a clear sentence, then on."""

import os
import random
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pulse.disclosure.audit import audit_candidate
from pulse.errors import Held
from tests.fault.crowd import Crowd, within
from tests.fault.disk import disk, do, mounted, tmpfs
from tests.fault.needing import need_disks, need_root
from tests.fault.nursery import Nursery
from tests.fault.powercut import APPS
from tests.fault.precinct import Precinct
from tests.fault.reading import look
from tests.fault.telling import Verdict
from tests.fault.traced import ROOT, pulse
from tests.unit.opening.house import House
from tests.week import Secrets, Week

pytestmark = pytest.mark.slow
WITHIN = 60.0
SIZE = "24M"


@contextmanager
def full(folder: Path) -> Iterator[None]:
    """Fill the file system of `folder` while inside."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        size = 1 << 16
        while size:
            try:
                file.write(bytes(size))
            except OSError:
                size //= 2
    try:
        yield
    finally:
        ballast.unlink()


def said(home: Path, *words: str) -> tuple[int, Any]:
    """Run a command; return its exit code and its document, and see that there is no traceback."""
    done = subprocess.run(
        pulse(home, *words), cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr
    return done.returncode, msgspec.json.decode(done.stdout)


@pytest.mark.parametrize("what", ["casting", "issuing"])
def test_a_full_disk_is_busy_and_nothing_is_lost(
    precinct: Precinct, tmp_path: Path, what: str
) -> None:
    """While there is no space everything is 503; with space again everybody is served."""
    need_root()
    with tmpfs(tmp_path / "small", "8M") as small:
        home = precinct.place(small / "home")
        verdict = Verdict(what, 0)
        with (
            Nursery(APPS[what], home) as nursery,
            Crowd(nursery.port, precinct.asked(what), random.Random(1)) as crowd,
        ):
            with full(small):
                nursery.start()
                assert within(WITHIN, lambda: crowd.statuses[503] >= 50)
                assert not crowd.acknowledged
            assert crowd.wait(WITHIN)
            nursery.kill()
        verdict.heard(crowd)
        look(what, home, precinct, crowd.acknowledged, verdict)
    assert len(crowd.acknowledged) == 600
    assert verdict.good, verdict.wrong


def test_a_disk_that_goes_read_only_loses_nothing(precinct: Precinct, tmp_path: Path) -> None:
    """After an error ext4 takes no more writes: 503; repaired and mounted again, all goes on.

    What was acknowledged before the error is there. For the moment in which the kernel turns the
    disk read-only see the README: it may call a sync done that is not.
    """
    need_disks()
    with disk("errors=remount-ro") as served:
        home = precinct.place(served.folder / "home")
        do("sync", "-f", served.folder)
        device = Path(os.path.realpath(_device(served.folder))).name
        with Nursery(APPS["casting"], home) as nursery:
            crowd = Crowd(nursery.port, precinct.casting, random.Random(1), people=4, parts=2)
            with crowd:
                nursery.start()
                crowd.heard(WITHIN)
                acknowledged = dict(crowd.acknowledged)
                Path(f"/sys/fs/ext4/{device}/trigger_fs_error").write_text("a test")
                crowd.admit()
                refused = crowd.statuses[503] + 20
                assert within(WITHIN, lambda: crowd.statuses[503] >= refused)
            nursery.kill()
        image = served.cut(tmp_path / "image")
    assert acknowledged
    verdict = Verdict("read-only", 0)
    with mounted(image, tmp_path / "after") as after:
        look("casting", after / "home", precinct, acknowledged, verdict)
        with Nursery(APPS["casting"], after / "home") as nursery:
            with Crowd(nursery.port, precinct.casting, random.Random(2)) as again:
                nursery.start()
                assert again.wait(WITHIN)
            nursery.kill()
        look("casting", after / "home", precinct, again.acknowledged, verdict)
    assert len(again.acknowledged) == 600
    assert verdict.good, verdict.wrong


def _names_the_cause(document: Any) -> bool:
    return any(word in document["error"]["message"] for word in ("no space", "full"))


def _device(folder: Path) -> str:
    mounts = (line.split() for line in Path("/proc/mounts").read_text().splitlines())
    return next(device for device, place, *_ in mounts if place == str(folder))


def test_a_week_is_opened_and_staffed_once_there_is_space(tmp_path: Path) -> None:
    """Opening and accounts say that the disk is full, change nothing, and go on afterwards."""
    need_root()
    original = House.make(tmp_path / "roster").home.path
    with tmpfs(tmp_path / "small", SIZE) as small:
        home = Path(shutil.copytree(original, small / "home"))
        (small / "leaders.csv").write_text("email,role,unit_id\nhr@example.org,hr,\n")
        asked = (("wave", "open"), ("leaders", "import", str(small / "leaders.csv")))
        for words in asked:
            with full(small):
                code, document = said(home, *words)
            assert (code, _names_the_cause(document)) == (1, True), document
            code, document = said(home, *words)
            assert code == 0, document


@pytest.mark.parametrize(
    "place", ["before shut", "before export", "before peel", "protected", "candidate"]
)
def test_a_disk_that_fills_up_during_a_close_holds_it(
    week: Week, tmp_path: Path, untouched: dict[str, bytes], known: Secrets, place: str
) -> None:
    """Wherever the space ends, the close is held in one sentence and then ends as ever."""
    need_root()
    with tmpfs(tmp_path / "small", SIZE) as small:
        copied = week.copy(small / "home")
        with ExitStack() as stack:

            def fill(passed: str) -> None:
                if passed == place:
                    stack.enter_context(full(small))

            stack.callback(copied.engine.dispose)
            with pytest.raises(Held, match=r"space|full"):
                copied.close(checkpoint=fill, auditor=audit_candidate)
        assert copied.close(auditor=audit_candidate).state == "released"
        copied.engine.dispose()
        assert copied.released() == untouched
        assert not known.found_in(copied.files())


def test_a_close_that_cannot_even_begin_says_why(week: Week, tmp_path: Path) -> None:
    """The command on a full disk changes nothing; the wave stays open and closes later."""
    need_root()
    with tmpfs(tmp_path / "small", SIZE) as small:
        home = Path(shutil.copytree(week.home.path, small / "home"))
        with full(small):
            code, document = said(home, "wave", "close")
        assert (code, _names_the_cause(document)) == (1, True), document
        code, document = said(home, "wave", "close")
        assert (code, document["counted"]) == (0, 27), document
