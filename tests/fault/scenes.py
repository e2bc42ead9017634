"""Where a disk has its faults: a server whose home lies on it, and the loop that drives one.

A scene is set anew for each round. While a crowd is served a fault makes copies of the disk as a
cut of the power would leave it; afterwards each copy is judged by what had been acknowledged
when it was begun.
"""

import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Protocol

import msgspec

from tests.fault.crowd import Crowd, Key
from tests.fault.disk import Disk, disk, do, mounted
from tests.fault.folding import Log
from tests.fault.nursery import Nursery
from tests.fault.precinct import Precinct
from tests.fault.reading import look, store_of
from tests.fault.telling import Verdict

WITHIN: Final = 60.0  # seconds for an answer


class Cut(msgspec.Struct, frozen=True):
    """One copy, what had been acknowledged when it was begun, and whether a log was folded."""

    image: Path
    acknowledged: Mapping[Key, bytes]
    folding: bool


class Scene(Protocol):
    """A server of ours over a disk that can be cut."""

    what: str
    served: Disk
    nursery: Nursery
    precinct: Precinct
    folder: Path
    log: Log

    def place(self) -> None:
        """Put everything back as opening leaves it."""
        ...

    def judge(self, cut: Cut, verdict: Verdict) -> None:
        """Look on a copy for what had been acknowledged."""
        ...


Faults = Callable[[Scene, Crowd, random.Random, Verdict], Iterable[Cut]]


class FileScene:
    """A server that stores in files: its home lies on the disk.

    Args:
        what: "casting" or "issuing", whatever else the name says.
        served: the disk.
        nursery: starts the server over `home` on the disk.
        precinct: what is served and sent.
        folder: where copies are kept and mounted.
    """

    def __init__(
        self, what: str, served: Disk, nursery: Nursery, precinct: Precinct, folder: Path
    ) -> None:
        self.what, self.served, self.nursery = what, served, nursery
        self.precinct, self.folder = precinct, folder
        self._home = served.folder / "home"

    def place(self) -> None:
        """Copy the untouched home to the disk."""
        self.precinct.place(self._home)
        self.log = Log(store_of(self.what, self._home))

    def judge(self, cut: Cut, verdict: Verdict) -> None:
        """Mount the copy and read its files."""
        with mounted(cut.image, self.folder / "after") as after:
            look(self.what, after / "home", self.precinct, cut.acknowledged, verdict)


@contextmanager
def on_file(what: str, create: str, precinct: Precinct, folder: Path) -> Iterator[Scene]:
    """Set the scene for a server that the function `create` makes."""
    with disk() as served, Nursery(create, served.folder / "home") as nursery:
        yield FileScene(what, served, nursery, precinct, folder)


def drive(
    scene: Scene, faults: Faults, parts: int, times: int, seed: int, verdict: Verdict
) -> Verdict:
    """Let a server meet its faults until `times` are counted, and judge what they leave.

    Args:
        scene: what is played with.
        faults: makes cuts while the crowd is served, and counts its faults in the verdict.
        parts: how many parts the crowd comes in.
        times: how many faults.
        seed: decides moments and orders (the operating system decides the rest).
        verdict: where all is noted.
    """
    chance = random.Random(seed)
    while verdict.rounds < times:
        scene.place()
        do("sync", "-f", scene.served.folder)  # what opening leaves is on the disk
        asked = scene.precinct.asked(scene.what)
        with Crowd(scene.nursery.port, asked, chance, parts=parts) as crowd:
            scene.nursery.start()
            crowd.heard(WITHIN)
            scene.log.begun_anew()  # counts from here on
            made = list(faults(scene, crowd, chance, verdict))
        verdict.begun_anew += scene.log.begun_anew()
        scene.nursery.kill()
        verdict.heard(crowd)
        for cut in made:
            verdict.folding += cut.folding
            scene.judge(cut, verdict)
            cut.image.unlink()
    return verdict


def cut(scene: Scene, crowd: Crowd, number: int) -> Cut:
    """Cut the power; the server goes on and notices a slow disk."""
    before = dict(crowd.acknowledged)
    with scene.served.frozen():
        folding = scene.log.folding()  # whoever folds cannot go on either
        image = scene.served.copy(scene.folder / f"{number}.img")
    return Cut(image, before, folding)
