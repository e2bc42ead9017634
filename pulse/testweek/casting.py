"""Answers as a browser does, over HTTP: blind, have signed, seal, cast (protocol M2 to M4)."""

import http.client
import secrets
import time
from typing import Any, Final

import msgspec

from pulse.ballotbox import responses, seal
from pulse.errors import Refused
from pulse.terms import Response
from pulse.token import rfc9474
from pulse.token.encoding import b64u, unb64u
from pulse.token.invites import parse_link
from pulse.token.keys import read_public
from pulse.token.message import new_message, token_context

PATIENCE: Final = 30.0  # seconds for one request
_SALT: Final = 48  # bytes, RSABSSA-SHA384-PSS
TRIES: Final = 20
PAUSE: Final = 0.5  # seconds between them
_GOOD, _BUSY, _LOST = 200, 503, 0


class Polls:
    """The staff app of a home, as browsers reach it.

    Args:
        address: like http://127.0.0.1:8000.

    `form` is the rotation block that is asked.
    """

    def __init__(self, address: str) -> None:
        self._connection = http.client.HTTPConnection(
            address.removeprefix("http://"), timeout=PATIENCE
        )
        self._keys = self._ask("GET", self._ask("GET", "/w/current")["keys"])
        self.form: int = self._keys["form"]

    def cast(self, link: str, answers: Response) -> None:
        """Answer one person's link, as it stands in a mail.

        Raises:
            Refused: the app does not take it; what it says is in the message.
        """
        secret, _ = parse_link(link)
        who = {"v": 1, "secret": b64u(secret)}
        me = self._ask("POST", "/me", who)
        spki = unb64u(self._ask("GET", me["file"])["spki"])
        public = read_public(spki).public_numbers()
        context = token_context(me["wave"], me["g"], spki)
        message = new_message(context)
        blinded = rfc9474.blind(
            message, public.n, public.e, secrets.token_bytes(_SALT), rfc9474.random_blind(public.n)
        )
        asked = {**who, "wave": me["wave"], "blinded": b64u(blinded.blinded)}
        signed = unb64u(self._ask("POST", "/issue", asked)["blind_sig"])
        signature = rfc9474.finalize(message, signed, blinded.inv, public.n, public.e)
        keys = self._keys
        plain = responses.encode(answers, keys["n"])
        box = seal.seal(plain, context, message, unb64u(keys["box"]), unb64u(keys["outer"]))
        ballot = {"v": 1, "wave": me["wave"], "g": me["g"], "msg": b64u(message)}
        self._ask("POST", "/ballot", {**ballot, "sig": b64u(signature), "box": b64u(box)})

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:  # noqa: ANN401 - JSON
        """Ask as often as browsers do: the same bytes twice are one answer (protocol M3, M4)."""
        data = None if body is None else msgspec.json.encode(body)
        for again in range(TRIES):
            if again:
                time.sleep(PAUSE)
            status, told = self._once(method, path, data)
            if status == _GOOD:
                return msgspec.json.decode(told)
            if status not in {_LOST, _BUSY}:
                raise Refused(f"The staff app answered {status}.", where=path)
        raise Refused("The staff app of the test week does not answer.", where=path)

    def _once(self, method: str, path: str, data: bytes | None) -> tuple[int, bytes]:
        headers = {"Content-Type": "application/json"} if data else {}
        try:
            self._connection.request(method, path, data, headers)
            reply = self._connection.getresponse()
            return reply.status, reply.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()  # the next request opens another
            return _LOST, b""
