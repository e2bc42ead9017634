"""The pages around a card: one file each, the same bytes for everybody, style and script inside.

Made once from what ships with the package, as the survey page is; a browser runs only what fits
the hashes in the page's policy.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler
from markupsafe import Markup

from pulse.http.headers import content_security_policy
from pulse.web.answers import HTML, prepare, send_prepared
from pulse.web.bundle import bare_style, bundle
from pulse.web.page import MEDIA_TYPES, source, static_files, static_folder
from pulse.web.rendering import render


class Standing(msgspec.Struct, frozen=True):
    """A page's bytes with the policy that lets its own style and script run, and no other."""

    content: bytes
    policy: str


@cache
def standing(name: str, entry: str) -> Standing:
    """Return the page of the template `name` with the module `entry` and all that it imports.

    It stands in English; its script brings the words of other languages.
    """
    files = {each: content.decode() for each, content in static_files().items()}
    style, script = bare_style(files["card.css"]), bundle(files, entry)
    ours = {"style": Markup(style), "script": Markup(script)}  # noqa: S704 - our own files
    said = msgspec.json.decode(files["cardwords.json"])["en"]
    content = render(
        name,
        style=ours["style"],
        script=ours["script"],
        words=f"{static_folder()}/cardwords.json",
        ui=said["ui"],
        says=said["says"],
    )
    return Standing(
        content,
        content_security_policy(
            style_src=source(f"\n{style}"), script_src=source(f"\n{script}"),
            require_trusted_types_for="'script'", trusted_types="'none'",
        ),
    )  # fmt: skip


def card_routes() -> Sequence[HTTPRouteHandler]:
    """Return `/card` for typed codes, `/kiosk` where a shared device starts, and its guard."""
    return [
        _guard_route(),
        _route("/card", standing("card.html", "card.js")),
        _route("/kiosk", standing("kiosk.html", "start.js")),
    ]


def _route(path: str, page: Standing) -> HTTPRouteHandler:
    prepared = prepare(page.content, HTML, tight=True)

    @get(path, name=path, sync_to_thread=False)
    def show(request: Request[Any, Any, Any]) -> Response[bytes]:
        answer = send_prepared(request, prepared)
        answer.headers["Content-Security-Policy"] = page.policy
        return answer

    return show


@cache
def kiosk_guard() -> bytes:
    """Return the script of a shared device with its question in every language."""
    files = {each: content.decode() for each, content in static_files().items()}
    return bundle(files, "kiosk.js").encode()


def _guard_route() -> HTTPRouteHandler:
    guard = prepare(kiosk_guard(), MEDIA_TYPES[".js"])

    @get("/kiosk.js", sync_to_thread=False)
    def show_guard(request: Request[Any, Any, Any]) -> Response[bytes]:
        return send_prepared(request, guard)

    return show_guard
