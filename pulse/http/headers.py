"""Headers of every answer, and HEAD: one guard around a whole application.

It stands outside the framework's routing, so that its own 404 and 405 pass through it too.
"""

from typing import Final, cast

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

POLICY: Final = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "connect-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
}
NO_STORE: Final = "no-store"
IMMUTABLE: Final = "public, max-age=31536000, immutable"
_NO_SOCKETS: Final = 1008  # RFC 6455, section 7.4.1: against the policy of this place
_HSTS: Final = b"max-age=63072000"
_FEATURES: Final = (
    "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture",
    "encrypted-media", "fullscreen", "geolocation", "gyroscope", "magnetometer", "microphone",
    "midi", "payment", "picture-in-picture", "publickey-credentials-get", "screen-wake-lock",
    "usb", "xr-spatial-tracking",
)  # fmt: skip


def content_security_policy(**changes: str) -> str:
    """Return the strict policy, with directives replaced or added (`style_src=…`)."""
    directives = POLICY | {name.replace("_", "-"): value for name, value in changes.items()}
    return "; ".join(f"{name} {value}" for name, value in directives.items())


def safe_headers(*, https: bool) -> dict[bytes, bytes]:
    """Return the headers that every answer carries unless its handler set them itself."""
    headers = {
        b"content-security-policy": content_security_policy().encode(),
        b"x-content-type-options": b"nosniff",
        b"x-frame-options": b"DENY",
        b"referrer-policy": b"no-referrer",
        b"cross-origin-opener-policy": b"same-origin",
        b"cross-origin-embedder-policy": b"require-corp",
        b"cross-origin-resource-policy": b"same-origin",
        b"permissions-policy": ", ".join(f"{name}=()" for name in _FEATURES).encode(),
        b"cache-control": NO_STORE.encode(),
    }
    return headers | {b"strict-transport-security": _HSTS} if https else headers


def data_headers(*, https: bool) -> list[tuple[bytes, bytes]]:
    """Return the safe headers of an answer that is data and never a page.

    What only documents obey (features, openers, embedders, the policy's sources) is left out: a
    browser that shows such an answer on its own shows text, and may load or run nothing.
    """
    page = safe_headers(https=https)
    kept = (b"x-content-type-options", b"referrer-policy", b"cross-origin-resource-policy")
    kept += (b"cache-control", *((b"strict-transport-security",) if https else ()))
    policy = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
    return [policy, *((name, page[name]) for name in kept)]


def guard(app: ASGIApp, *, https: bool) -> ASGIApp:
    """Wrap `app`: safe headers on every answer, `no-store` by default, HEAD as GET without body.

    Web sockets are refused: no page of ours opens one.

    Args:
        app: any ASGI application.
        https: whether browsers reach it over https (then it says so to them for two years).
    """
    defaults = safe_headers(https=https)

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.WEBSOCKET:
            await send({"type": "websocket.close", "code": _NO_SOCKETS, "reason": ""})
            return
        head = scope.get("method") == "HEAD"

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name.lower() for name, _ in message["headers"]}
                added = [item for item in defaults.items() if item[0] not in given]
                message["headers"] = [*message["headers"], *added]
            elif head and message["type"] == "http.response.body":
                message["body"] = b""
            await send(message)

        if head:
            scope = cast("Scope", {**scope, "method": "GET"})
        await app(scope, receive, send_guarded)

    return guarded
