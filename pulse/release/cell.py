"""One published record, exactly as a row of `cells.parquet` holds it."""

from typing import Literal

import msgspec

Kind = Literal["unit", "pool", "diag"]
Status = Literal["published", "suppressed"]
NoAnswer = Literal["under 10 %", "10-25 %", "over 25 %"]
Bound = Literal["exact", "at_least", "at_most"]


class Cell(msgspec.Struct, frozen=True):
    """A figure of one unit, measure and wave after rounding, banding and coding.

    `mean` of an `item:` row is the answers as given (1-5, a multiple of `step`); of a
    `scale:` row 0-100 after reversal. A coded `mean` is its bound. Shares are percent of
    the answers as given (4-5, 3, 1-2); the first and last step read "or less", "or more".
    A suppressed row keeps wave, unit_id, parent_id, name, kind, measure and status.
    """

    wave: str
    unit_id: str
    parent_id: str | None
    name: str
    kind: Kind
    measure: str
    status: Status
    at_least: int | None = None
    invited: int | None = None
    mean: float | None = None
    mean_bound: Bound | None = None
    step: float | None = None
    favourable: float | None = None
    neutral: float | None = None
    unfavourable: float | None = None
    no_answer: NoAnswer | None = None
    value: float | None = None


COLUMNS = Cell.__struct_fields__
