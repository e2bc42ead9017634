"""The survey page and its files, made once from what ships with the package.

`staff_page()` gives the same bytes in every process of one version: opening publishes their
hash in the key list, the server serves them. No request, wave or setting goes into them.
"""

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from pulse.web.rendering import render

_STATIC: Final = Path(__file__).parent / "static"
MEDIA_TYPES: Final = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
}


@cache
def static_files() -> Mapping[str, bytes]:
    """Return the shipped static files by name."""
    paths = sorted(path for path in _STATIC.iterdir() if path.suffix in MEDIA_TYPES)
    return {path.name: path.read_bytes() for path in paths}


@cache
def static_folder() -> str:
    """Return the URL folder of the static files; its name is the hash of all of them."""
    together = hashlib.sha256()
    for name, content in static_files().items():
        together.update(f"{name}\0{len(content)}\0".encode() + content)
    return f"/static/{together.hexdigest()[:32]}"


@cache
def integrity() -> Mapping[str, str]:
    """Return the Subresource Integrity value of each static file."""
    return {
        name: f"sha384-{base64.b64encode(hashlib.sha384(content).digest()).decode()}"
        for name, content in static_files().items()
    }


@cache
def staff_page() -> bytes:
    """Return the bytes of `/s`: the same for everybody, always."""
    return render("s.html", static=static_folder(), sri=integrity())
