"""In which language a page answers: what the address asks for, else what the browser prefers."""

from typing import Any

from litestar import Request

from pulse.http.language import negotiate
from pulse.language import closest
from pulse.settings import Settings
from pulse.web.reader import Reader, reader_of


def reader_for(request: Request[Any, Any, Any], settings: Settings) -> Reader:
    """Return whoever asks: `?lang=`, then Accept-Language, then the organisation's own."""
    offered, asked = settings.languages, request.query_params.get("lang", "")
    code = negotiate(request.headers.get("accept-language", ""), asked, offered)
    return reader_of(code, chosen=closest(asked, offered) is not None)
