"""A wave lived under the loudest logging there is, and a search for what it must not have told.

Every process of the wave (commands and servers) loads the *tap*: each record of each logger is
written down whole, whatever levels are set, and so is the place of each file that is opened for
writing and of each address that is called. What people send are canaries: values that stand in
nothing else, so that wherever one turns up, it was written there.
"""

import base64
import http.client
import json
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from pulse.ballotbox import responses, seal
from pulse.terms import Response
from pulse.token import rfc9474
from pulse.token.encoding import b64u, sha256, unb64u
from pulse.token.invites import parse_link
from pulse.token.keys import read_public
from pulse.token.message import new_message, token_context, token_hash
from tests.installation import ROOT, Installation
from tests.week import forms

ADDRESS: Final = "127.66.77.88"  # loopback, and nobody else's
HEADER_NAMES: Final = (
    "user-agent", "cookie", "referer", "x-forwarded-for", "accept-language", "origin",
    "authorization", "x-request-id", "traceparent", "if-none-match", "forwarded",
)  # fmt: skip
Found = set[tuple[str, str]]


class Canaries:
    """What must not be told, by kind, in every form in which it could be written."""

    def __init__(self) -> None:
        self._values: dict[str, list[bytes]] = {}

    def word(self, kind: str) -> str:
        """Return the word of this kind, which stands in nothing else."""
        if kind not in self._values:
            self._values[kind] = [f"canary{secrets.token_hex(12)}".encode()]
        return self._values[kind][0].decode()

    def add(self, kind: str, *values: bytes) -> None:
        """Remember values that were made elsewhere."""
        self._values.setdefault(kind, []).extend(values)

    def found_in(self, contents: Mapping[str, bytes]) -> Found:
        """Return where any of them stands, with its kind."""
        return {
            (place, kind)
            for kind, values in self._values.items()
            for needle in {
                form
                for value in values
                for form in (*forms(value), base64.b64encode(value), repr(value)[2:-1].encode())
            }
            for place, content in contents.items()
            if needle in content
        }


class Lived:
    """An installation under the tap, with all that its processes said.

    Args:
        place: the installation, made with the environment of `tapped`.
    """

    def __init__(self, place: Installation) -> None:
        self.place = place
        self.canaries = Canaries()
        self.canaries.add("address", ADDRESS.encode())
        self.said: dict[str, bytes] = {}

    def command(self, *words: str, code: int | None = 0) -> None:
        """Run a command and keep what it says; None leaves open how it ends."""
        done = subprocess.run(
            [sys.executable, "-m", "pulse", "--json", *words],
            cwd=ROOT, env=self.place._environment, capture_output=True, check=False,
        )  # fmt: skip
        assert code in {None, done.returncode}, done.stderr.decode()
        self.said[f"{len(self.said)} {words[0]}"] = done.stdout + done.stderr

    def logs(self) -> dict[str, bytes]:
        """Return what the loggers of all processes told."""
        folder = Path(self.place._environment["CANARY_LOGS"])
        return {f"log {path.name}": path.read_bytes() for path in folder.glob("*.log")}

    def doings(self) -> set[str]:
        """Return what all processes wrote to, and whom they called, as `event place`."""
        folder = Path(self.place._environment["CANARY_LOGS"])
        return {line for path in folder.glob("*.does") for line in path.read_text().splitlines()}

    def files(self) -> dict[str, bytes]:
        """Return every file of the home, of the folder for temporary ones, and of the user."""
        tap = Path(self.place._environment["TMPDIR"]).parent
        places = {"home": self.place.folder, "tmp": tap / "tmp", "user": tap / "user"}
        return {
            f"{name} {path.relative_to(folder)}": path.read_bytes()
            for name, folder in places.items()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }

    def links(self) -> list[str]:
        """Return the links of the mails, which are canaries from now on."""
        links = []
        for path in sorted((self.place.folder / "outbox").rglob("*.eml")):
            mail: Any = message_from_bytes(path.read_bytes(), policy=policy.default)
            text = mail.get_body(("plain",)).get_content()
            links += [word for word in text.split() if "/s#" in word]
            self.canaries.add("link", parse_link(links[-1])[0])
        return links

    def ask(self, method: str, path: str, body: Any = None, **more: str) -> tuple[int, Any]:
        """Ask as a visitor whose every header, and whose address, is a canary."""
        netloc = urlsplit(self.place.staff_url).netloc
        line = http.client.HTTPConnection(netloc, timeout=40, source_address=(ADDRESS, 0))
        headers = {name: self.canaries.word("header") for name in HEADER_NAMES}
        headers["content-type"] = "application/json"
        content = body if isinstance(body, bytes) else body and msgspec.json.encode(body)
        query = self.canaries.word("query")
        try:
            line.request(method, f"{path}?q={query}&{query}", content or b"", {**headers, **more})
            reply = line.getresponse()
            said, kind = reply.read(), reply.headers.get("content-type", "")
            self.said[f"{len(self.said)} answer's headers"] = str(reply.headers).encode()
            if (path, reply.status) != ("/issue", 200):  # that one is for this person alone
                self.said[f"{len(self.said)} answer to {path}"] = said
            return reply.status, json.loads(said) if "json" in kind else said
        finally:
            line.close()

    def signed(self, link: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """Do what a browser does up to the ballot: return the body it sent and the one to send."""
        secret = parse_link(link)[0]
        keys = self.ask("GET", self.ask("GET", "/w/current")[1]["keys"])[1]
        me = self.ask("POST", "/me", {"v": 1, "secret": b64u(secret)})[1]
        spki = unb64u(self.ask("GET", me["file"])[1]["spki"])
        n, e = read_public(spki).public_numbers().n, 65537
        ctx = token_context(me["wave"], me["g"], spki)
        msg = new_message(ctx)
        blinded = rfc9474.blind(msg, n, e, secrets.token_bytes(48), rfc9474.random_blind(n))
        plain = responses.encode(Response(keys["form"], (4, 3, 5, 2, 4, 3)), keys["n"])
        box = seal.seal(plain, ctx, msg, unb64u(keys["box"]), unb64u(keys["outer"]))
        self.canaries.add("blinded", blinded.blinded)
        self.canaries.add("mark", sha256(blinded.blinded))
        self.canaries.add("token", msg, msg[-32:], token_hash(msg))
        self.canaries.add("box", box, box[:65])
        self.canaries.add("answers", plain)
        issue = {"v": 1, "secret": b64u(secret), "wave": me["wave"]}
        issue |= {"blinded": b64u(blinded.blinded)}
        status, signed = self.ask("POST", "/issue", issue)
        assert status == 200
        self.canaries.add("blind signature", unb64u(signed["blind_sig"]))
        sig = rfc9474.finalize(msg, unb64u(signed["blind_sig"]), blinded.inv, n, e)
        self.canaries.add("token", sig)
        cast = {"v": 1, "wave": me["wave"], "g": me["g"], "msg": b64u(msg), "sig": b64u(sig)}
        return issue, cast | {"box": b64u(box)}


def misuse(lived: Lived, issue: Mapping[str, Any], cast: Mapping[str, Any]) -> Iterator[int]:
    """Force every refusal with canaries in what is sent; yield the statuses.

    Args:
        lived: an installation that serves a wave.
        issue: a request to sign that was answered.
        cast: a ballot that was cast.
    """
    word = lived.canaries.word
    for path, sound in (("/me", {"v": 1, "secret": issue["secret"]}), ("/issue", issue),
                        ("/ballot", cast)):  # fmt: skip
        wrong: Sequence[Any] = (
            {**sound, word("body"): 1},
            {**sound, "v": word("body")},
            f'{{"v":1,"v":1,"secret":"{word("body")}"}}'.encode(),
            word("body").encode() * 200,
            b"\xff" + word("body").encode(),
            b"",
        )
        yield from (lived.ask("POST", path, each)[0] for each in wrong)
        yield lived.ask("POST", path, sound, **{"content-type": word("header")})[0]
        yield lived.ask("POST", path, sound, **{"content-encoding": word("header")})[0]
        yield lived.ask("PUT", path, sound)[0]
        yield lived.ask("GET", path)[0]
        for name, value in sound.items():
            if name != "v":
                for other in (word("body"), b64u(word("body").encode()), _changed(value)):
                    yield lived.ask("POST", path, {**sound, name: other})[0]
    yield lived.ask("POST", "/ballot", {**cast, "wave": "2025-W01"})[0]
    for path in ("/" + word("path"), "/w/" + word("path") + "/x", "/w/%2e%2e/" + word("path"),
                 "/static/x/" + word("path"), "/s/" + word("path")):  # fmt: skip
        yield lived.ask("GET", path, accept="text/html")[0]


def no_http(lived: Lived) -> None:
    """Send what is no HTTP, with canaries in it."""
    parts = urlsplit(lived.place.staff_url)
    for start in (b"GET /", b"POST /me HTTP/1.1\r\nx: ", b"\x16\x03", b"GET / HTTP/1.1\r\n\0"):
        line = http.client.HTTPConnection(parts.netloc, timeout=5, source_address=(ADDRESS, 0))
        line.connect()
        assert line.sock is not None
        line.sock.sendall(start + lived.canaries.word("noise").encode() + b"\r\n\0\r\n\r\n")
        line.sock.recv(2_000)
        line.close()


def _changed(value: str) -> str:
    raw = bytearray(unb64u(value)) if len(value) > 30 else bytearray(value.encode())
    raw[-1] ^= 1
    return b64u(bytes(raw)) if len(value) > 30 else raw.decode()


def outputs(process: "subprocess.Popen[str]") -> bytes:
    """End a server in order; return all that it said."""
    process.terminate()
    out, err = process.communicate(timeout=40)
    assert process.returncode == 0, err
    return (out + err).encode()
