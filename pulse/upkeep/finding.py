"""What one look of `pulse doctor` found."""

from typing import Literal

import msgspec

Status = Literal["ok", "warn", "fail"]


class Check(msgspec.Struct, frozen=True):
    """One look: what was looked at, how it stands, a sentence, and where (path or setting)."""

    check: str
    status: Status
    message: str
    where: str = ""
