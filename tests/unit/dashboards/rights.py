"""What each route asks of whoever comes: the one table that a new route has to enter.

Which role may do what, and which unit lies in whose scope, is not said here: it is asked of
`pulse.accounts.scope`, and the pages must agree with it.
"""

from collections.abc import Collection, Mapping
from typing import Final, Literal

import msgspec

from pulse.accounts.directory import Account
from pulse.accounts.scope import Action, Scope, may

# anybody: whoever comes; own: a session of one's own; half: a session that waits for its code;
# settled: an account that has done what a first sign-in asks for, and may do `action`.
Asks = Literal["anybody", "own", "half", "settled"]
Where = Literal["nowhere", "newest", "any week"]


class Need(msgspec.Struct, frozen=True):
    """What a route asks.

    `status` is the answer to a bare request of somebody who is let in. `unit` says in which trees
    the unit of its address must stand. `action` None means any role.
    """

    asks: Asks
    action: Action | None = None
    unit: Where = "nowhere"
    status: int = 200


class Visitor(msgspec.Struct, frozen=True):
    """Somebody who comes: an account, or none, and how far the sign-in got.

    `settled` False is somebody with a one-time password or without the second factor that the
    role needs; `half` somebody whose code is still missing.
    """

    name: str
    account: Account | None = None
    scope: Scope | None = None
    settled: bool = True
    half: bool = False


ANYBODY: Final = Need("anybody")
OWN: Final = Need("own")
RESULTS: Final = Need("settled", "see_results")
NEEDS: Final[Mapping[tuple[str, str], Need]] = {
    ("GET", "/openapi.json"): ANYBODY,
    ("GET", "/openapi.json/{path:str}"): Need("anybody", status=404),
    ("GET", "/openapi.json/openapi.json"): ANYBODY,
    ("GET", "/health"): ANYBODY,
    ("GET", "/metrics"): Need("anybody", status=404),  # the test's client is no loopback
    ("GET", "/static/{version:str}/{name:path}"): Need("anybody", status=404),
    ("GET", "/login"): ANYBODY,
    ("POST", "/login"): Need("anybody", status=401),
    ("GET", "/login/provider"): Need("anybody", status=404),
    ("GET", "/login/provider/back"): Need("anybody", status=404),
    ("GET", "/login/code"): Need("half"),
    ("POST", "/login/code"): Need("half", status=401),
    ("POST", "/logout"): Need("anybody", status=303),
    ("GET", "/forgotten"): ANYBODY,
    ("POST", "/forgotten"): ANYBODY,
    ("GET", "/welcome/{secret:str}"): Need("anybody", status=410),
    ("POST", "/welcome/{secret:str}"): Need("anybody", status=410),
    ("GET", "/account"): OWN,
    ("POST", "/account"): Need("own", status=422),
    ("POST", "/account/sessions"): Need("own", status=303),
    ("GET", "/account/second-factor"): OWN,
    ("POST", "/account/second-factor/start"): Need("own", status=422),
    ("POST", "/account/second-factor/confirm"): Need("own", status=422),
    ("POST", "/account/second-factor/codes"): Need("own", status=422),
    ("POST", "/account/second-factor/remove"): Need("own", status=422),
    ("GET", "/"): Need("settled"),
    ("GET", "/units/{unit_id:str}"): Need("settled", "see_results", "newest"),
    ("GET", "/units/{unit_id:str}/items/{item:str}"): Need("settled", "see_results", "newest"),
    ("GET", "/figures/{unit_id:str}/{figure:str}"): Need("settled", "see_results", "newest"),
    ("GET", "/tables/{unit_id:str}/{figure:str}"): Need("settled", "see_results", "newest"),
    ("GET", "/compare"): RESULTS,
    ("GET", "/practices"): Need("settled", "see_practices"),
    # A bare form names no unit of one's own, and the address no practice that was ever begun.
    ("POST", "/practices"): Need("settled", "try_practices", status=404),
    ("POST", "/practices/{use_id:int}/end"): Need("settled", "try_practices", status=404),
    ("POST", "/practices/{use_id:int}/looked"): Need("settled", "try_practices", status=404),
    ("GET", "/evidence"): Need("settled", "read_evidence"),
    ("GET", "/access"): Need("settled", "read_access_log"),
    ("GET", "/access.csv"): Need("settled", "read_access_log"),
    ("GET", "/api/v1/releases"): Need("settled", "list_releases"),
    ("GET", "/api/v1/units"): RESULTS,
    ("GET", "/api/v1/units/{unit_id:str}/series"): Need("settled", "see_results", "newest"),
    ("GET", "/api/v1/units/{unit_id:str}/cells"): Need("settled", "see_results", "any week"),
    ("GET", "/api/v1/export.csv"): Need("settled", "export"),
    ("GET", "/api/v1/columns.csv"): Need("settled", "export"),
}


def expected(
    need: Need, visitor: Visitor, method: str, path: str, unit: str, known: Collection[str]
) -> int:
    """Return the status that a request must get.

    Args:
        need: what the route asks.
        visitor: who comes.
        method: GET or POST.
        path: the route's path.
        unit: the unit in the address.
        known: the units of the trees that the route looks into.
    """
    if need.asks == "anybody":
        # Whoever has begun to sign in is led on.
        on = (method, path) == ("GET", "/login") and visitor.account is not None
        return 303 if on else need.status
    program = path.startswith(("/api/", "/figures/", "/tables/"))
    stranger = 401 if program or method == "POST" else 303
    if need.asks == "half" or visitor.account is None or visitor.half:
        return need.status if need.asks == "half" and visitor.half else stranger
    if need.asks == "own" or visitor.settled:
        return _settled(need, visitor.account, visitor.scope, unit, known)
    return 403 if program else 303


def _settled(
    need: Need, account: Account, scope: Scope | None, unit: str, known: Collection[str]
) -> int:
    if need.action is not None and not may(account, need.action):
        return 403
    if need.unit == "nowhere":
        return need.status
    inside = scope is not None and scope.sees(unit) and unit in known
    return need.status if inside else 404
