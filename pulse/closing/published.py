"""What a wave has published, as its close finds it: the very files, or it is held.

Nothing has been opened or destroyed by then, so a sound copy that is brought back goes on.
"""

from pathlib import Path
from typing import Final

from pulse.ballotbox.seal import public_of
from pulse.closing.plan import Places, Plan
from pulse.errors import BadKeyList, Held, InvalidValue
from pulse.terms import Secret
from pulse.token.keylist import KeyList, fingerprint16, hex_hash, read_keylist
from pulse.token.publishing import read_index

_SOUND: Final = (
    "Nothing was opened and nothing destroyed; bring back a sound copy and run it again."
)


def key_list(places: Places, plan: Plan) -> Path:
    """Return the key list that people were given.

    Raises:
        Held: it is missing, or another file.
    """
    path = places.groups.parent / Path(plan.keys).name
    present(path)
    if path.name != f"keys-{hex_hash(path.read_bytes())}.json":
        raise Held(f"The key list is not the one that was published. {_SOUND}", where=path.name)
    return path


def terms(places: Places, plan: Plan) -> KeyList:
    """Return what the key list says; raises as `key_list`."""
    listed = key_list(places, plan).read_bytes()
    return read_keylist(listed, fingerprint16(listed))


def refuse_damaged_index(places: Places) -> None:
    """Refuse a list of groups under which whole groups' ballots would seem damaged.

    Raises:
        Held: it is missing, or not as it was written.
    """
    present(places.groups)
    try:
        read_index(places.groups.read_bytes(), places.wave)
    except BadKeyList as error:
        raise Held(f"{error.message} {_SOUND}", where=places.groups.name) from error


def refuse_other_key(path: Path, point: bytes) -> None:
    """Refuse a damaged opening key while there is still something to open with a sound one.

    Args:
        path: the private key's file.
        point: the public half that was published, 65 bytes.

    Raises:
        Held: they are no pair.
    """
    try:
        same = public_of(Secret(path.read_bytes())) == point
    except InvalidValue:
        same = False
    if not same:
        raise Held(
            f"This opening key is not the one that was published: its file was damaged. {_SOUND}",
            where=path.name,
        )


def present(path: Path) -> None:
    """Raise `Held` if a file of the wave is missing."""
    if not path.exists():
        raise Held(
            "A file of the wave is missing; bring it back and run it again.", where=path.name
        )
