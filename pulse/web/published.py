"""The published files of a wave: `/w/current`, and files whose names carry their hash."""

import re
from pathlib import Path
from typing import Any, Final

import msgspec
from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from pulse.terms import WAVE_ID
from pulse.web.answers import prepare, send_prepared

_NAME: Final = re.compile(r"(keys|g|text-[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3})-[0-9a-f]{64}\.json")
_JSON: Final = "application/json"


class Current(msgspec.Struct, frozen=True):
    """M0: the open wave and the path of its key list; only `wave: null` when none is open."""

    wave: str | None = None
    keys: str | msgspec.UnsetType = msgspec.UNSET


def read_current(published: Path) -> Current:
    """Read which wave is open; a missing or unfinished file means none."""
    try:
        return msgspec.json.decode((published / "current.json").read_bytes(), type=Current)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return Current()


def published_routes(published: Path) -> list[HTTPRouteHandler]:
    """Return the routes that serve the folder `published`."""

    @get("/w/current")
    async def current() -> Response[bytes]:
        return Response(msgspec.json.encode(read_current(published)), media_type=_JSON)

    @get("/w/{wave:str}/{name:str}")
    async def file(
        request: Request[Any, Any, Any], wave: FromPath[str], name: FromPath[str]
    ) -> Response[bytes]:
        if not WAVE_ID.fullmatch(wave) or not _NAME.fullmatch(name):
            raise NotFoundException
        try:
            content = (published / wave / name).read_bytes()
        except OSError as error:
            raise NotFoundException from error
        return send_prepared(request, prepare(content, _JSON, lasting=True, tight=True))

    return [current, file]
