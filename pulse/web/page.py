"""The survey page and its files, made once from what ships with the package.

`staff_page()` gives the same bytes in every process of one version: opening publishes their
hash in the key list, the server serves them. No request, wave or setting goes into them.
"""

import base64
import hashlib
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from pulse.web.bundle import bare_style, bundle
from pulse.web.shorten import shorten

_STATIC: Final = Path(__file__).parent / "static"
_TEMPLATE: Final = Path(__file__).parent / "templates" / "s.html"
_SPLIT: Final = re.compile(r"{{ words }}|{{ style }}|{{ script }}")
MEDIA_TYPES: Final = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".json": "application/json",
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
def staff_page() -> bytes:
    """Return the bytes of `/s`, style and script included: the same for everybody, always."""
    style, script = _program()
    # Our own files, as they are; a browser runs them only if they fit the hashes in the policy.
    top, before, between, after = _SPLIT.split(_TEMPLATE.read_text("utf-8"))
    words = f"{static_folder()}/words.json"
    return f"{top}{style}{before}{words}{between}{script}{after}".encode()


@cache
def staff_sources() -> Mapping[str, str]:
    """Return the policy's directives that let the page's own style and script run, no other.

    A kiosk's link also loads `/kiosk.js`, from this host.
    """
    style, script = (source(f"\n{content}") for content in _program())
    return {"style_src": style, "script_src": f"{script} 'self'"}


@cache
def _program() -> tuple[str, str]:
    files = {name: content.decode() for name, content in static_files().items()}
    return program(files)


def program(files: Mapping[str, str]) -> tuple[str, str]:
    """Return the page's style and script, made of the readable `files` by name."""
    return bare_style(files["page.css"]), shorten(bundle(files))


def source(content: str) -> str:
    """Return the policy's name for an inline element with this content."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"
