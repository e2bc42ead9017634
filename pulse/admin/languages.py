"""The languages that a week is asked in: which there are, how far each is, and drafts."""

from typing import Any, Final

import msgspec
from litestar import Response, get, post
from litestar.concurrency import sync_to_thread

from pulse.admin import saving
from pulse.admin.access import INSIDE, REFUSED, AnyRequest, back, desk_of, said
from pulse.admin.desk import Desk
from pulse.errors import BadSetting, Refused
from pulse.instrument import load, locales
from pulse.language import LANGUAGES, closest
from pulse.roster import present
from pulse.settings import Settings
from pulse.settings.writing import fixed
from pulse.signin.forms import fields
from pulse.signin.layout import page

NAMES: Final = ("languages", "draft_languages")
_DONE: Final = {"saved": "Saved. The next week that opens is asked in these languages."}
_STATUS: Final = {
    "draft": "draft",
    "complete": "complete",
    "reviewed": "complete and reviewed",
}


class Offered(msgspec.Struct, frozen=True):
    """A language: its own name, how far it is, and how many of the roster have it."""

    code: str
    name: str
    dir: str
    status: str
    draft: bool
    people: int
    on: bool


@get("/languages", include_in_schema=False, guards=INSIDE)
async def show(request: AnyRequest) -> Response[Any]:
    """Show all languages and which are on offer."""
    return await _page(request, done=said(request, _DONE))


@post("/languages", include_in_schema=False, guards=INSIDE)
async def save(request: AnyRequest) -> Response[Any]:
    """Save which languages are on offer, and whether drafts may be."""
    form = await request.form()
    chosen = {code for code in form.getall("language", []) if isinstance(code, str)}
    seen, first, drafts = await fields(request, "seen", "first", "drafts")
    statuses = locales.statuses(load())
    codes = [code for code in statuses if code in chosen or code == first]
    codes.sort(key=lambda code: code != first)
    typed: dict[str, saving.Value] = {
        "languages": tuple(codes),
        "draft_languages": "allowed" if drafts == "allowed" else "refused",
    }
    try:
        if drafts != "allowed" and any(statuses[code] == "draft" for code in codes):
            raise BadSetting(
                "A draft is among the languages. Please agree to drafts below, or leave it out.",
                where="languages",
            )
        await saving.save(request, typed, seen)
    except Refused as error:
        return await _page(request, problem=error.message, typed=tuple(codes))
    return back("/languages", "saved")


async def _page(
    request: AnyRequest,
    *,
    problem: str = "",
    done: str = "",
    typed: tuple[str, ...] | None = None,
) -> Response[Any]:
    desk = desk_of(request)
    seen = await sync_to_thread(saving.look, desk.home)
    chosen = seen.settings.languages if typed is None else typed
    return page(
        request,
        "languages.html",
        status=REFUSED if problem else 200,
        problem=problem,
        done=done,
        offered=await sync_to_thread(_offered, desk, chosen),
        first=(*chosen, seen.settings.languages[0])[0],
        drafts=seen.settings.draft_languages,
        fixed={name: fixed(name) for name in NAMES},
        seen=seen.digest,
        words=_STATUS,
    )


def _offered(desk: Desk, chosen: tuple[str, ...]) -> list[Offered]:
    statuses = locales.statuses(load())
    people = spoken(desk, statuses)
    rows = []
    for code, status in statuses.items():
        known = LANGUAGES.get(code)
        rows.append(
            Offered(
                code=code,
                name=known.name if known else code,
                dir=known.dir if known else "ltr",
                status=status,
                draft=status == "draft",
                people=people.get(code, 0),
                on=code in chosen,
            )
        )
    return rows


def spoken(desk: Desk, statuses: dict[str, Any]) -> dict[str, int]:
    """Count the people of the roster by the language of these that is closest to theirs."""
    counts: dict[str, int] = {}
    roster, _ = present(desk.state)
    for person in roster.people:
        code = closest(person.locale, statuses) if person.locale else None
        if code is not None:
            counts[code] = counts.get(code, 0) + 1
    return counts


def beginning(settings: Settings) -> str:
    """Return the language of everybody who has no other, by its own name."""
    known = LANGUAGES.get(settings.languages[0])
    return known.name if known else settings.languages[0]
