"""Every error Pulse raises on purpose, in one tree.

PulseError
├── Spoiled                a box with wrong contents: counted, never stored, never fatal
├── NotKnown               a sign-in through the provider that does not tell who is asking
├── Refused                a command or start-up that stops with a reason (exit code 1)
│   ├── BadSetting         an unknown or malformed setting
│   ├── BadInstrument      a survey file that must not be used
│   ├── BadRoster          a roster file that cannot be read as units and people
│   ├── BadAccounts        a leaders file or account change that cannot be made
│   ├── BadKeyList         a key list that fails its own proofs
│   ├── BadRelease         a release or ledger that does not match its hashes
│   ├── WrongState         a step that the wave's state does not allow
│   │   └── Taken          another process is at the same work just now
│   ├── TooSmall           too few people for anything to be published
│   ├── Unreachable        a server that messages go to does not answer, or refuses us
│   ├── Unsure             an audit that could not come to a clear end
│   └── Held               a doubtful close: nothing is published, nothing is lost
└── RequestError           an HTTP request that is answered with a problem document
    ├── MalformedBody      400  no strict JSON object of the expected fields
    ├── BodyTooLarge       413
    ├── WrongContentType   415
    ├── UnknownWave        404
    ├── UnknownInvitation  404
    ├── WaveShut           410  the wave has closed
    ├── InvalidValue       422  a field whose value cannot be right
    ├── InvalidToken       403  unknown group, wrong context or bad signature
    ├── AlreadyUsed        409  this invitation has issued another token
    ├── AlreadyCounted     409  another ballot was cast with this token
    └── Busy               503  the answer was not stored; send the same again
"""

from typing import ClassVar


class PulseError(Exception):
    """An error with one plain sentence for the person who meets it.

    Args:
        message: what happened, what was kept, what to do; no secrets.
        where: the place it happened (file:line, setting, field), or empty.
    """

    type: ClassVar[str] = "error"

    def __init__(self, message: str, *, where: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.where = where

    def __str__(self) -> str:
        """Return the sentence, with its place in front."""
        return f"{self.where}: {self.message}" if self.where else self.message


class Spoiled(PulseError):
    """A sealed box or its contents are wrong: counted, never stored, never fatal."""

    type = "spoiled"


class NotKnown(PulseError):
    """What the provider sent back does not tell who is asking; the reason is the operator's."""

    type = "not_known"


class Refused(PulseError):
    """A command or a start that stops with a reason."""

    type = "refused"


class BadSetting(Refused):
    """A setting is unknown or malformed."""

    type = "bad_setting"


class BadInstrument(Refused):
    """A survey file must not be used."""

    type = "bad_instrument"


class BadRoster(Refused):
    """A roster file cannot be read as units and people."""

    type = "bad_roster"


class BadAccounts(Refused):
    """A leaders file or an account change cannot be accepted."""

    type = "bad_accounts"


class BadKeyList(Refused):
    """A key list fails its own proofs."""

    type = "bad_key_list"


class BadRelease(Refused):
    """A release or the ledger does not match its hashes."""

    type = "bad_release"


class WrongState(Refused):
    """The wave's state does not allow this step."""

    type = "wrong_state"


class Taken(WrongState):
    """Another process is at the same work just now; what it leaves can be done later."""


class TooSmall(Refused):
    """Too few people for anything to be published safely."""

    type = "too_small"


class Unreachable(Refused):
    """A server that messages go to does not answer, or refuses us altogether."""

    type = "unreachable"


class Unsure(Refused):
    """An audit could not come to a clear end; what it was asked about counts as not passed."""

    type = "unsure"


class Held(Refused):
    """A doubtful close: nothing is published and nothing is lost."""

    type = "held"


class RequestError(PulseError):
    """A request that is answered with a problem document of this status."""

    type = "request"
    status: ClassVar[int] = 400


class MalformedBody(RequestError):
    """The body is no strict JSON object of the expected fields."""

    type = "malformed_body"
    status = 400


class BodyTooLarge(RequestError):
    """The body is larger than any valid one."""

    type = "body_too_large"
    status = 413


class WrongContentType(RequestError):
    """The body is not declared as application/json."""

    type = "wrong_content_type"
    status = 415


class UnknownWave(RequestError):
    """No wave of this name was ever open here."""

    type = "unknown_wave"
    status = 404


class UnknownInvitation(RequestError):
    """This link belongs to no invitation of the open wave."""

    type = "unknown_invitation"
    status = 404


class WaveShut(RequestError):
    """The wave has closed."""

    type = "closed"
    status = 410


class InvalidValue(RequestError):
    """A field's value cannot be right; nothing was used up."""

    type = "invalid_value"
    status = 422


class InvalidToken(RequestError):
    """Unknown group, wrong context or bad signature."""

    type = "invalid_token"
    status = 403


class AlreadyUsed(RequestError):
    """This invitation has issued another token."""

    type = "already_used"
    status = 409


class AlreadyCounted(RequestError):
    """Another ballot was cast with this token."""

    type = "already_counted"
    status = 409


class Busy(RequestError):
    """Nothing was stored; send the same bytes again in a moment."""

    type = "busy"
    status = 503
