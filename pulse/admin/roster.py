"""Importing people: two files, a preview of everything that would change, and then a yes."""

import tempfile
from pathlib import Path
from typing import Any, Final

from litestar import Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.datastructures import UploadFile

from pulse import wave as waves
from pulse.admin.access import INSIDE, REFUSED, AnyRequest, back, desk_of, note, said
from pulse.admin.desk import Desk
from pulse.admin.preview import SHOWN as SHOWN_BY_NAME
from pulse.admin.preview import Preview, compare, next_tree
from pulse.admin.words import many
from pulse.errors import BadRoster, WrongState
from pulse.roster import Roster, import_roster, present, read_files
from pulse.signin.forms import fields
from pulse.signin.layout import page

LARGEST: Final = 24 * 2**20  # bytes of both files together: about 300,000 people
_CHUNK: Final = 2**20
_GONE: Final = (
    "This preview has ended: it was an hour old, was used already, or a newer one came after it. "
    "Nothing was changed. Please choose the files once more."
)
_CHANGED: Final = (
    "The roster was changed by somebody else since this preview. Nothing was imported. Please "
    "choose the files once more, and look at what would change now."
)
_DONE: Final = {"imported": "The new roster is in place."}


@get("/roster", include_in_schema=False, guards=INSIDE)
async def show(request: AnyRequest) -> Response[Any]:
    """Show the roster as it is, and the form for a new one."""
    return await _form(request, done=said(request, _DONE))


@post("/roster", include_in_schema=False, guards=INSIDE, request_max_body_size=LARGEST)
async def preview(request: AnyRequest) -> Response[Any]:
    """Read both files and show what they would change; nothing is changed here."""
    form = await request.form()
    files = [form.get(name) for name in ("units", "people")]
    if not all(isinstance(file, UploadFile) and file.filename for file in files):
        return await _form(request, problem="Please choose both files.")
    with tempfile.TemporaryDirectory(prefix="pulse-roster-") as folder:
        paths = [
            await _written(file, Path(folder, f"{name}.csv"))
            for file, name in zip(files, ("UNITS", "PEOPLE"), strict=True)
            if isinstance(file, UploadFile)
        ]
        try:
            found = await sync_to_thread(_compared, desk_of(request), *paths)
        except BadRoster as error:
            words = error.message.replace("imported", "changed")
            return await _form(request, problem=words, where=error.where)
    desk = desk_of(request)
    shown, roster, over = found
    kept = desk.uploads.keep(request.user.account_id, roster, over)
    return page(request, "roster_preview.html", shown=shown, key=kept.key, most=SHOWN_BY_NAME)


@post("/roster/confirm", include_in_schema=False, guards=INSIDE)
async def confirm(request: AnyRequest) -> Response[Any]:
    """Put in place what was previewed, if the roster is still the one it was compared with."""
    desk = desk_of(request)
    (key,) = await fields(request, "key")
    upload = desk.uploads.take(request.user.account_id, key)
    if upload is None:
        return await _form(request, problem=_GONE)
    try:
        imported = await sync_to_thread(import_roster, desk.state, upload.roster, over=upload.over)
    except WrongState:
        return await _form(request, problem=_CHANGED)
    await note(
        request,
        "roster",
        f"{many(imported.people, 'person', 'people')}, {many(imported.units, 'unit')}; "
        f"{imported.joined} joined, {imported.left} left, {imported.moved} moved",
    )
    return back("/roster", "imported")


async def _written(file: UploadFile, path: Path) -> Path:
    with path.open("wb") as out:
        while chunk := await file.read(_CHUNK):
            out.write(chunk)
    return path


def _compared(desk: Desk, units: Path, people: Path) -> tuple[Preview, Roster, str]:
    roster = read_files(units, people)
    before, over = present(desk.state)
    tree, problem = next_tree(desk.home, desk.settings, desk.state, roster)
    return compare(before, roster, tree, problem, desk.settings), roster, over


async def _form(
    request: AnyRequest, *, problem: str = "", where: str = "", done: str = ""
) -> Response[Any]:
    file, line, column = [*where.split(":"), "", "", ""][:3]
    now = await sync_to_thread(_now, desk_of(request))
    return page(
        request,
        "roster.html",
        status=REFUSED if problem else 200,
        problem=problem,
        fault={"file": file, "line": line, "column": column},
        done=done,
        **now,
    )


def _now(desk: Desk) -> dict[str, Any]:
    roster, _ = present(desk.state)
    tree, problem = (None, "")
    if roster.people:
        tree, problem = next_tree(desk.home, desk.settings, desk.state, roster)
    shown = compare(roster, roster, tree, problem, desk.settings)
    return {
        "shown": shown,
        "open_wave": waves.current(desk.state),
        "mebibytes": LARGEST >> 20,
    }
