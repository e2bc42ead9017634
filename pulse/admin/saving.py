"""Saving settings from a form: who changed which, and in what words a refusal is told."""

from functools import reduce
from typing import Final

from litestar.concurrency import sync_to_thread

from pulse.admin.access import AnyRequest, desk_of, note
from pulse.errors import PulseError
from pulse.settings import Settings, described
from pulse.settings.writing import change, fixed, look

__all__ = ["Value", "lines", "look", "save", "words"]

Value = str | int | tuple[str, ...]
_MOST_LINES: Final = 200


async def save(request: AnyRequest, values: dict[str, Value], seen: str) -> None:
    """Write settings that differ from those in force; note their names, not what they hold.

    What the environment fixes is left alone: its field in the form cannot be changed either.

    Raises:
        BadSetting: a value is refused.
        WrongState: somebody else changed the settings meanwhile.
    """
    desk = desk_of(request)
    free = {name: value for name, value in values.items() if not fixed(name)}
    before = desk.settings
    after = await sync_to_thread(change, desk.home, free, seen)
    changed = [name for name in free if _of(before, name) != _of(after, name)]
    if changed:
        await note(request, "settings", ", ".join(sorted(changed)))


def _of(settings: Settings, name: str) -> object:
    return reduce(getattr, name.split("."), settings)


def lines(text: str) -> tuple[str, ...]:
    """Return the lines of a field that are not empty, each with single blanks."""
    found = (" ".join(line.split()) for line in text.splitlines())
    return tuple(line for line in found if line)[:_MOST_LINES]


def words(error: PulseError) -> str:
    """Return a refusal as a sentence that says which setting it is about."""
    names = {name for name, _ in described()}
    return f"{error.where}: {error.message}" if error.where in names else error.message
