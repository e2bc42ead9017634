"""HiGHS gives a clear answer or none."""

from math import inf

import highspy
import numpy as np
import pytest

from pulse.disclosure import solver
from pulse.disclosure.solver import Program, Rows
from pulse.errors import Unsure


def line() -> Rows:
    """Return x + y >= 3."""
    rows = Rows()
    rows.add([0, 1], [1.0, 1.0], 3, inf)
    return rows


@pytest.mark.parametrize("method", ["simplex", "ipm", "pdlp"])
def test_one_program_answers_several_questions(method: str) -> None:
    """The least of x, then of -x, on the same rows."""
    program = Program([0, 0], [2, 2], line(), method=method)
    least, most = program.least([1, 0]), program.least([-1, 0])
    assert least is not None
    assert most is not None
    assert (round(least[0], 5), round(most[0], 5)) == (1, 2)


def test_a_first_order_method_answers_near_where_it_sets_out() -> None:
    """Where any answer will do, the one beside the given place is taken."""
    near = np.array([1.9, 1.9])
    values = Program([0, 0], [2, 2], line(), method="pdlp", near=near).least([0, 0])
    assert values is not None
    assert values == pytest.approx(near)


@pytest.mark.parametrize("method", ["ipm", "pdlp"])
def test_each_method_says_when_nothing_fits(method: str) -> None:
    """A method that cannot tell is followed by one that can."""
    program = Program([0, 0], [1, 1], line(), method=method, near=np.ones(2))
    assert program.least([0, 0]) is None


def test_nothing_fits_is_an_answer() -> None:
    """Rows that contradict each other are told as such."""
    assert Program([0, 0], [1, 1], line()).least([1, 1]) is None


def test_a_question_without_end_is_unsure() -> None:
    """An objective without a least value, and a limit of no time, give no verdict."""
    with pytest.raises(Unsure, match="did not finish"):
        Program([-inf, 0], [inf, 1], Rows()).least([1, 0])
    dice = np.random.default_rng(1)
    rows, count = Rows(), 40
    for _ in range(40):
        rows.add(range(count), dice.integers(1, 99, count).tolist(), 1000, 1001)
    hard = Program([0] * count, [1] * count, rows, whole=True, seconds=0.0)
    with pytest.raises(Unsure, match="did not finish"):
        hard.least(dice.integers(1, 9, count).tolist())


class Ended(Program):
    """A program whose solver ends with a given status, whatever it was asked."""

    status = highspy.HighsModelStatus.kNotset

    def _ran(self) -> highspy.HighsModelStatus:
        return self.status


@pytest.mark.parametrize("name", sorted(highspy.HighsModelStatus.__members__))
@pytest.mark.parametrize("method", ["simplex", "pdlp"])
def test_of_all_statuses_two_are_answers(name: str, method: str) -> None:
    """P19: optimal and infeasible; whatever else a solver may ever say is no verdict."""
    program = Ended([0, 0], [2, 2], line(), method=method)
    program.status = highspy.HighsModelStatus.__members__[name]
    if name == "kInfeasible":
        assert program.least([1, 0]) is None
    else:  # nothing was solved: even of an optimum the values do not fit the rows
        with pytest.raises(Unsure, match="does not fit" if name == "kOptimal" else "not finish"):
            program.least([1, 0])


@pytest.mark.parametrize(
    "status", [highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kInfeasible]
)
def test_a_run_that_ended_in_an_error_is_no_answer(status: highspy.HighsModelStatus) -> None:
    """Whatever the model's status says from before, an error is not taken for it; a warning is."""
    assert solver._ended(highspy.HighsStatus.kError, status) not in solver._CLEAR
    for ran in (highspy.HighsStatus.kOk, highspy.HighsStatus.kWarning):
        assert solver._ended(ran, status) == status


def test_a_question_that_makes_no_sense_is_unsure() -> None:
    """A column that does not exist is refused, not guessed."""
    rows = Rows()
    rows.add([7], [1.0], 0, 1)
    with pytest.raises(Unsure, match="refused"):
        Program([0], [1], rows)


def test_an_answer_that_breaks_a_row_is_not_believed() -> None:
    """Whatever a solver says, its values are held against the rows again."""
    rows = line()
    program = Program([0, 0], [2, 2], rows)
    rows.low[0] = 9.0  # what the solver was asked is no longer what counts
    with pytest.raises(Unsure, match="does not fit"):
        program.least([1, 1])


def test_the_solver_has_a_name_and_a_version() -> None:
    """What a manifest states."""
    assert solver.version().startswith("HiGHS 1.")


def test_only_some_columns_may_be_whole() -> None:
    """Of two columns that add up to one and a half, the whole one is 1, whichever it is."""
    rows = Rows()
    rows.add([0, 1], [1, 1], 1.5, 1.5)
    for at in (0, 1):
        whole = np.arange(2) == at
        values = Program([0, 0], [1, 1], rows, whole=whole).least([0, 0])
        assert values is not None
        assert values[at] == pytest.approx(1)
    assert Program([0, 0], [1, 1], rows, whole=True).least([0, 0]) is None


def test_an_answer_that_is_not_whole_is_not_believed() -> None:
    """Values that should be whole and are not are no answer."""
    program = Program([0], [1], Rows(), whole=True)
    program._hold_against_rows(np.array([1.0]))
    with pytest.raises(Unsure, match="does not fit"):
        program._hold_against_rows(np.array([0.5]))
