"""An app's files for the browser: read once, compressed once, named by their content."""

import gzip
import hashlib
from pathlib import Path
from typing import Any, Final

import msgspec
from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

SHARED: Final = Path(__file__).parent / "static"  # what every app with a sign-in looks like
_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
_FOREVER: Final = "public, max-age=31536000, immutable"


class Asset(msgspec.Struct, frozen=True):
    """One file: its bytes, the same compressed, and its media type."""

    plain: bytes
    packed: bytes
    media_type: str


class Assets:
    """The files under some folders by their paths inside them; `version` names their content."""

    def __init__(self, *folders: Path) -> None:
        self.files = {name: one for folder in folders for name, one in _read(folder).items()}
        digests = ((name, hashlib.sha256(one.plain)) for name, one in self.files.items())
        together = b"".join(name.encode() + digest.digest() for name, digest in digests)
        self.version = hashlib.sha256(together).hexdigest()[:16]

    def address(self, name: str) -> str:
        """Return the URL path of a file; KeyError if there is none of this name."""
        _ = self.files[name]
        return f"/static/{self.version}/{name}"

    def handler(self) -> HTTPRouteHandler:
        """Return the route that sends these files, each for ever under its name."""

        @get(
            "/static/{version:str}/{name:path}",
            opt={"exclude_from_auth": True, "exclude_from_csrf": True, "skip_session": True},
            include_in_schema=False,
            sync_to_thread=False,
        )
        def serve_asset(
            request: Request[Any, Any, Any], version: FromPath[str], name: FromPath[str]
        ) -> Response[bytes]:
            """Send a file that never changes under its name."""
            asset = self.files.get(name.lstrip("/"))
            if asset is None or version != self.version:
                raise NotFoundException
            headers = {"Cache-Control": _FOREVER, "Vary": "Accept-Encoding"}
            if "gzip" in request.headers.get("accept-encoding", ""):
                headers["Content-Encoding"] = "gzip"
                return Response(asset.packed, media_type=asset.media_type, headers=headers)
            return Response(asset.plain, media_type=asset.media_type, headers=headers)

        return serve_asset


def _read(folder: Path) -> dict[str, Asset]:
    found: dict[str, Asset] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in _TYPES:
            plain = path.read_bytes()
            packed = gzip.compress(plain, 6, mtime=0)
            found[path.relative_to(folder).as_posix()] = Asset(plain, packed, _TYPES[path.suffix])
    return found
