"""What every request of an app with a sign-in needs, made once."""

import sys
import traceback
from abc import ABCMeta, abstractmethod
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
from sqlalchemy import Engine

from pulse.accounts.directory import Account, Role
from pulse.accounts.passwords import PasswordWorker
from pulse.accounts.provider import Provider
from pulse.accounts.vault import Vault
from pulse.clock import Clock
from pulse.settings import CurrentSettings, Home, Settings
from pulse.signin.tries import Tries


class Place(msgspec.Struct, frozen=True):
    """Which app this is.

    `name` begins the names of its cookies: apps on one machine share a host, and with it cookies.
    `address` is where browsers reach it, `roles` are those who may enter, and `others` is where
    everybody else belongs, empty if there is no such place. `sessions` is a folder of the
    accounts: a session of one app is worth nothing in another.
    """

    name: str
    address: str
    roles: frozenset[Role]
    sessions: str
    others: str = ""

    @property
    def https(self) -> bool:
        """Whether browsers reach it over https."""
        return self.address.startswith("https:")

    def cookie(self, kind: str = "") -> str:
        """Return the name of a cookie; over https it is bound to this very host."""
        return ("__Host-" if self.https else "") + self.name + (f"-{kind}" if kind else "")


class _Meta(msgspec.StructMeta, ABCMeta):
    """A struct that lacks what its app must add cannot be made."""


class Desk(msgspec.Struct, frozen=True, kw_only=True, metaclass=_Meta):
    """The parts that handlers share; an app adds its own.

    `sign_ins` and `letters` bound how often those may be tried; the `postman` writes mails in a
    thread that no request waits for. `stranger_key` chooses whose password a stranger is tried
    against, the same in every copy of the process.
    """

    place: Place
    home: Home
    current: CurrentSettings
    clock: Clock
    engine: Engine
    passwords: PasswordWorker
    vault: Vault
    provider: Provider | None
    sign_ins: Tries
    letters: Tries
    postman: ThreadPoolExecutor
    stranger_key: bytes

    @property
    def settings(self) -> Settings:
        """The settings in force now."""
        return self.current.now()

    @abstractmethod
    def frame(self, account: Account | None) -> dict[str, Any]:
        """Return what the app's own `base.html` reads of whoever is signed in, None for nobody."""

    def report(self, error: BaseException) -> None:
        """Write what broke to standard error for the operator; people get a plain sentence."""
        traceback.print_exception(error, file=sys.stderr)

    def close(self) -> None:
        """End what runs beside the requests, at the end of the process."""
        self.postman.shutdown()
        self.passwords.close()
        self.engine.dispose()
