"""Disks that can lose their power, fill up or fail: ext4 images on loop devices, and tmpfs.

    scratch (ext4 without journal)      can be frozen: nothing is written to it meanwhile
      └ disk.img                        what the disk holds
          └ ext4 on a loop device       what the server sees

What the server's kernel has not written out is not in `disk.img`. Freezing the scratch file
system stops the loop device between two writes, so that a copy of `disk.img` is what a cut of
the power at that moment would leave: a prefix of all writes, whatever the server was doing.
"""

import contextlib
import fcntl
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

MEMORY: Final = Path("/dev/shm")  # noqa: S108 - images of disks; fast, and large enough
SCRATCH: Final = "512M"
DISK: Final = "48M"
ATTEMPTS: Final = 200
PAUSE: Final = 0.05  # seconds
_FREEZE: Final = 0xC0045877  # FIFREEZE and FITHAW (linux/fs.h)
_THAW: Final = 0xC0045878
_HERE: Final = Path("/proc/self/fd")


class Disk:
    """An ext4 file system whose power can be cut.

    Attributes:
        folder: where it is mounted.
    """

    def __init__(self, place: Path) -> None:
        self._scratch = place / "scratch"
        self._image = self._scratch / "disk.img"
        self.folder = place / "disk"

    def cut(self, to: Path) -> Path:
        """Copy what the disk holds at this moment; the server goes on."""
        with self.frozen():
            return self.copy(to)

    def copy(self, to: Path) -> Path:
        """Copy what the disk holds, inside `frozen`."""
        do("cp", "--sparse=always", self._image, to)
        return to

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """Keep everything from being written to the disk: a server notices a slow one.

        Nothing inside the block may wait for the disk.
        """
        scratch = os.open(self._scratch, os.O_RDONLY)
        try:
            fcntl.ioctl(scratch, _FREEZE, 0)  # not `fsfreeze`: that takes its time to start
            try:
                yield
            finally:
                fcntl.ioctl(scratch, _THAW, 0)
        finally:
            os.close(scratch)


@contextlib.contextmanager
def disk(options: str = "defaults", size: str = DISK) -> Iterator[Disk]:
    """Make a disk of `size`, mounted with `options`, and take it away afterwards.

    Yields:
        The disk; its owner must have closed every file on it at the end.
    """
    with contextlib.ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=somewhere())))
        place.chmod(0o711)  # a server without rights may go through
        made = Disk(place)
        for image, room, folder, extra in (
            (place / "scratch.img", SCRATCH, place / "scratch", ("-O", "^has_journal")),
            (place / "scratch" / "disk.img", size, made.folder, ()),
        ):
            with image.open("wb") as file:
                file.truncate(_bytes(room))
            do("mkfs.ext4", "-q", *extra, image)
            stack.enter_context(mounted(image, folder, options if not extra else "defaults"))
        yield made


@contextlib.contextmanager
def mounted(image: Path, folder: Path, options: str = "defaults") -> Iterator[Path]:
    """Mount an image, after the repair that every system makes when it starts."""
    folder.mkdir(exist_ok=True)
    subprocess.run(["e2fsck", "-fp", str(image)], capture_output=True, check=False)
    do("mount", "-o", f"loop,{options}", image, folder)
    try:
        yield folder
    finally:
        _unmount(folder)


@contextlib.contextmanager
def tmpfs(folder: Path, size: str) -> Iterator[Path]:
    """Mount a file system of `size` (like 8M) in memory."""
    folder.mkdir(exist_ok=True)
    do("mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder)
    try:
        yield folder
    finally:
        _unmount(folder)


def _unmount(folder: Path) -> None:
    # A loop device lets go of its image, and a killed server of its files, a little later.
    for _ in range(ATTEMPTS):
        try:
            do("umount", folder)
        except OSError:
            time.sleep(PAUSE)
        else:
            return
    here = sorted(name for name in map(_leads_to, _HERE.iterdir()) if str(folder) in name)
    raise OSError(f"{folder} is still in use, by this process through {here or 'no file'}")


def _leads_to(descriptor: Path) -> str:
    return os.path.realpath(descriptor)


def do(*words: object) -> None:
    """Run a program of the system; its complaint is the error."""
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(f"{words[0]}: {done.stderr.strip()}")


def somewhere() -> str | None:
    """Return where images of disks are kept: in memory where there is such a place."""
    return str(MEMORY) if os.access(MEMORY, os.W_OK) else None


def _bytes(size: str) -> int:
    return int(size.removesuffix("M")) << 20
