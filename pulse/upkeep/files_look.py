"""Looks at the files of a home: modes, owners, disk, and what should be gone."""

import os
import stat
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from pulse.settings import Home
from pulse.store.files import destroy_file, write_atomically
from pulse.terms import WAVE_ID
from pulse.upkeep.finding import Check, Status
from pulse.upkeep.rights import rights

_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
_TOO_LITTLE: Final = 64 << 20  # bytes; a wave of 10,000 ballots takes a tenth of it
_LITTLE: Final = 1 << 30
_SLOW: Final = 0.1  # seconds a sync may take; ballots share them
_MANY: Final = 3
# File systems that forget at a restart, or whose locks SQLite cannot rely on.
_FORGETFUL: Final = frozenset({"tmpfs", "ramfs"})
_SHARED: Final = frozenset({"nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs"})
MOUNTS: Final = Path("/proc/mounts")


def look(home: Home, mounts: Path = MOUNTS) -> Iterator[Check]:
    """Yield what there is to say of folders, files and disk."""
    yield _folders(home)
    yield from _modes(home)
    yield _space(home)
    yield _sync(home)
    yield _file_system(home, mounts)


_OVER: Final = frozenset({"released", "lost", "cancelled"})


def leftovers(home: Home, states: Mapping[str, str]) -> Iterator[Check]:
    """Yield what is left of waves that are over or unknown.

    Args:
        home: the installation.
        states: every wave's state.
    """
    places = (
        home.issuer, home.ballotbox, home.issuer_keys, home.operator_keys, home.holder_keys,
        home.outbox, home.state / "close",
    )  # fmt: skip
    running = {wave for wave, state in states.items() if state not in _OVER}
    found = [
        path
        for place in places
        for path in (sorted(place.iterdir()) if place.is_dir() else ())
        if WAVE_ID.fullmatch(path.name[:8])
        and path.name[:8] not in running
        # The plan of a close keeps its report, and a lock file is empty.
        and not (place.name == "close" and path.suffix in {".json", ".lock"})
    ]
    for path in found:
        yield Check(
            "leftovers",
            "fail",
            "This is of a week that is over, and whoever has it could pair people with ballots: "
            "overwrite and remove it, here and in every copy.",
            str(path),
        )
    if not found:
        yield Check("leftovers", "ok", "Nothing is left of weeks that are over.")


def _folders(home: Home) -> Check:
    missing = [str(path) for path in home.folders() if not path.is_dir()]
    if missing:
        return Check(
            "folders",
            "fail",
            "This folder is missing; bring it back, or make an empty one.",
            missing[0],
        )
    return Check("folders", "ok", f"All {len(home.folders())} folders are there.")


def _modes(home: Home) -> Iterator[Check]:
    links, open_, foreign = [], [], []
    own = os.geteuid()
    for path in (home.path, *sorted(home.path.rglob("*"))):
        try:
            about = path.lstat()
        except FileNotFoundError:  # a home in use
            continue
        if stat.S_ISLNK(about.st_mode):
            links.append(path)
            continue
        # Who gives rooms to users of their own lets them through to their keys.
        passing = stat.S_IXGRP | stat.S_IXOTH if path == home.keys else 0
        if about.st_mode & ~(rights(home, path) | passing) & _OTHERS:
            open_.append(path)
        if about.st_uid != own:
            foreign.append(path)
    yield from _told(
        "modes", "fail", "Others may read or change this; take that right away.", open_
    )
    yield from _told(
        "links", "fail", "A link leads out of a home; put the file itself here.", links
    )
    yield from _told(
        "owners", "warn",
        "This belongs to another user: right where rooms have users of their own.", foreign,
    )  # fmt: skip
    if not (links or open_):
        yield Check("modes", "ok", "Only its owner can read what is not for everybody.")


def _told(check: str, status: Status, message: str, paths: Sequence[Path]) -> Iterator[Check]:
    more = f" The same holds for {len(paths) - _MANY} more." if len(paths) > _MANY else ""
    for path in paths[:_MANY]:
        yield Check(check, status, message + more, str(path))


def _space(home: Home) -> Check:
    room = os.statvfs(home.path)
    free = room.f_bavail * room.f_frsize
    told = f"{free / (1 << 30):.1f} GiB are free."
    if free < _TOO_LITTLE:
        return Check("disk", "fail", f"{told} Answers could be turned away.", str(home.path))
    return Check("disk", "warn" if free < _LITTLE else "ok", told, str(home.path))


def _sync(home: Home) -> Check:
    path = home.state / ".doctor"
    begun = time.monotonic()
    try:
        write_atomically(path, b"\0" * 4096)
        seconds = time.monotonic() - begun
        destroy_file(path)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return Check(
            "sync",
            "fail",
            f"Nothing can be written durably ({reason}); mend the disk.",
            str(home.state),
        )
    told = f"A durable write took {seconds * 1000:.1f} ms."
    return Check("sync", "warn" if seconds > _SLOW else "ok", told, str(home.state))


def _file_system(home: Home, mounts: Path) -> Check:
    try:
        lines = [line.split() for line in mounts.read_text("utf-8").splitlines()]
    except OSError:
        return Check("file system", "ok", "Its kind is not told here.")
    here = home.path.resolve()
    under = [(line[1], line[2]) for line in lines if here.is_relative_to(line[1])]
    kind = max(under, key=lambda each: len(each[0]), default=("", "unknown"))[1]
    if kind in _FORGETFUL:
        return Check("file system", "fail", f"{kind} forgets everything at a restart.", str(here))
    if kind in _SHARED:
        told = f"The locks of {kind} are not to be relied on; use a disk of this machine."
        return Check("file system", "warn", told, str(here))
    return Check("file system", "ok", f"It is {kind}.", str(here))
