"""For the machine: is this app alive, and constant figures about its process."""

import sys
from typing import Any, Final

from litestar import Request, Response, get

import pulse
from pulse.settings import is_loopback
from pulse.signin.failures import NotHere

_OPEN: Final = {"exclude_from_auth": True, "exclude_from_csrf": True, "skip_session": True}
_FORWARDED: Final = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip")


@get("/health", opt=_OPEN, include_in_schema=False, sync_to_thread=False)
def health() -> dict[str, str]:
    """Say that the app answers, whatever wave there is or is not."""
    return {"status": "ok"}


@get("/metrics", opt=_OPEN, include_in_schema=False, sync_to_thread=False)
def metrics(request: Request[Any, Any, Any]) -> Response[str]:
    """Tell version and runtime, to this machine only; nothing here moves with an answer."""
    client = request.client.host if request.client else ""
    named = (request.url.hostname or "").strip("[]")
    forwarded = any(name in request.headers for name in _FORWARDED)
    if forwarded or not is_loopback(client) or not is_loopback(named):
        raise NotHere
    python = ".".join(str(part) for part in sys.version_info[:3])
    text = (
        "# HELP pulse_build_info The running version.\n"
        "# TYPE pulse_build_info gauge\n"
        f'pulse_build_info{{app="dashboards",version="{pulse.__version__}",python="{python}"}} 1\n'
    )
    # Litestar adds the character set.
    return Response(text, media_type="text/plain; version=0.0.4")
