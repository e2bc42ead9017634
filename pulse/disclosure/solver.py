"""HiGHS, asked in one way: one thread, one seed, a time limit, and no answer but a clear one.

Reference: Huangfu and Hall, "Parallelizing the dual revised simplex method" (2018); options at
ergo-code.github.io/HiGHS.
"""

from collections.abc import Sequence
from importlib import metadata
from typing import Final

import highspy
import numpy as np
from numpy.typing import NDArray

from pulse.errors import Unsure

SECONDS: Final = 60.0
# Far below the half person that any verdict is rounded by, far above what doubles lose.
TOLERANCE: Final = 1e-7
# What doubles may lose in a row, relative to the largest count.
ROUNDING: Final = 1e-6
NAME: Final = "HiGHS"

Vector = NDArray[np.float64]


class Rows:
    """A system of rows, each `low <= sum of coefficients x columns <= high`, as it grows."""

    def __init__(self) -> None:
        self.starts: list[int] = [0]
        self.columns: list[int] = []
        self.values: list[float] = []
        self.low: list[float] = []
        self.high: list[float] = []

    def add(self, columns: Sequence[int], values: Sequence[float], low: float, high: float) -> None:
        """Append a row; plus or minus infinity means no bound on that side."""
        self.columns.extend(columns)
        self.values.extend(values)
        self.starts.append(len(self.columns))
        self.low.append(low)
        self.high.append(high)


class Program:
    """A linear or integer program that can be asked for one objective after the other.

    Args:
        low: lowest value of each column.
        high: highest value of each column.
        rows: what ties the columns together.
        whole: whether columns take whole numbers only, all of them or which.
        seconds: wall clock for all questions together.
        method: HiGHS's algorithm: "simplex"; where any answer will do, "ipm" (interior point) or,
            from tens of thousands of columns, "pdlp" (first order); in doubt the next of these.
        near: where a first-order method sets out; it answers close to it.
    """

    def __init__(
        self,
        low: Sequence[float] | Vector,
        high: Sequence[float] | Vector,
        rows: Rows,
        *,
        whole: bool | Vector = False,
        seconds: float = SECONDS,
        method: str = "simplex",
        near: Vector | None = None,
    ) -> None:
        self._columns = len(low)
        self._low, self._high = np.asarray(low, float), np.asarray(high, float)
        self._rows = rows
        self._near = np.zeros(self._columns) if near is None else near
        sums = np.zeros(len(rows.low)) if near is None else self._sums(near)
        self._whole = np.broadcast_to(np.asarray(whole, bool), self._columns)
        mixed = bool(self._whole.any())
        self._methods = [] if mixed else list(_METHODS[_METHODS.index(method) :])
        self._highs = _highs()
        for name, value in _OPTIONS.items():
            self._checked(self._highs.setOptionValue(name, value))
        self._checked(self._highs.setOptionValue("time_limit", seconds))
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = self._columns, len(rows.low)
        model.col_cost_ = np.zeros(self._columns)
        # The solver sets out from zero, so zero is put where the answer is expected.
        model.col_lower_, model.col_upper_ = self._low - self._near, self._high - self._near
        model.row_lower_, model.row_upper_ = np.array(rows.low) - sums, np.array(rows.high) - sums
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_ = np.array(rows.starts, np.int32)
        model.a_matrix_.index_ = np.array(rows.columns, np.int32)
        model.a_matrix_.value_ = np.array(rows.values, float)
        if mixed:
            model.integrality_ = [_KINDS[each] for each in self._whole.tolist()]
        self._checked(self._highs.passModel(model))

    def least(self, cost: Sequence[float] | Vector) -> Vector | None:
        """Return the columns' values where `cost` x columns is least; None if no values fit.

        Raises:
            Unsure: the solver ended in any other way, or its answer breaks the rows.
        """
        places = np.arange(self._columns, dtype=np.int32)
        weights = np.asarray(cost, float)
        self._checked(self._highs.changeColsCost(self._columns, places, weights))
        status = self._ran()
        while status not in _CLEAR and len(self._methods) > 1:  # this method gave up
            self._methods.pop(0)
            status = self._ran()
        if status == highspy.HighsModelStatus.kInfeasible:
            return None
        if status != highspy.HighsModelStatus.kOptimal:
            raise Unsure(f"The solver did not finish ({self._highs.modelStatusToString(status)}).")
        values = np.array(self._highs.getSolution().col_value) + self._near
        self._hold_against_rows(values)
        return values

    def _ran(self) -> highspy.HighsModelStatus:
        if self._methods:
            first_order = self._methods[0] == "pdlp"  # it needs no presolve, which costs more
            self._checked(self._highs.setOptionValue("solver", self._methods[0]))
            self._checked(self._highs.setOptionValue("presolve", "off" if first_order else "on"))
        return _ended(self._highs.run(), self._highs.getModelStatus())

    def _hold_against_rows(self, values: Vector) -> None:
        """Work out every row anew from the values, whatever the solver says of itself."""
        sums = self._sums(values)
        slack = ROUNDING * max(1.0, float(np.abs(values).max(initial=0.0)))
        held = (
            (values >= self._low - slack).all()
            and (values <= self._high + slack).all()
            and (sums >= np.array(self._rows.low) - slack).all()
            and (sums <= np.array(self._rows.high) + slack).all()
            and (np.abs(values - np.round(values))[self._whole] <= ROUNDING).all()
        )
        if not held:
            raise Unsure("The solver's answer does not fit what it was asked.")

    def _sums(self, values: Vector) -> Vector:
        terms = np.append(values[self._rows.columns] * self._rows.values, 0.0)
        starts = np.array(self._rows.starts)
        # reduceat returns a term, not zero, for an empty row.
        sums: Vector = np.add.reduceat(terms, starts)[:-1] * (np.diff(starts) > 0)
        return sums

    @staticmethod
    def _checked(status: highspy.HighsStatus) -> None:
        if status != highspy.HighsStatus.kOk:
            raise Unsure("The solver refused a question.")


_KINDS: Final = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
_METHODS: Final = ("pdlp", "ipm", "simplex")
_CLEAR: Final = (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kInfeasible)
_OPTIONS: Final[dict[str, bool | int | float | str]] = {
    "output_flag": False,
    "log_to_console": False,
    "threads": 1,
    "parallel": "off",
    "random_seed": 0,
    "run_crossover": "off",
    "primal_feasibility_tolerance": TOLERANCE,
    "dual_feasibility_tolerance": TOLERANCE,
    "mip_feasibility_tolerance": TOLERANCE,
    "mip_rel_gap": 0.0,
    "mip_abs_gap": 0.0,
    # Well above the hundreds that a question takes; then another method is asked.
    "pdlp_iteration_limit": 20_000,
}


def _ended(ran: highspy.HighsStatus, status: highspy.HighsModelStatus) -> highspy.HighsModelStatus:
    """Return how a run ended: an error is no answer, and a warning is told by the status."""
    return highspy.HighsModelStatus.kSolveError if ran == highspy.HighsStatus.kError else status


def _highs() -> highspy.Highs:
    return highspy.Highs()  # type: ignore[no-untyped-call] # its constructor is unannotated


def version() -> str:
    """Return the solver's name and version, as a manifest may state it."""
    return f"{NAME} {metadata.version('highspy')}"
