"""Mutants of a room: cosmic-ray's operators and one of ours, one change at a time."""

import ast
import itertools
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

Position = tuple[int, int]
# Bars in annotations are no arithmetic; they are the only ones here.
_POINTLESS: Final = ("BitOr", "RemoveDecorator")


class Mutant(NamedTuple):
    """One change: where (file, line, column), and by which occurrence of which operator."""

    path: Path
    start: Position
    operator: str
    occurrence: int


class StatementRemoved:
    """Removes a statement that does something: a call, an assignment, a raise, a return."""

    def mutation_positions(self, node: Any) -> Iterator[tuple[Position, Position]]:
        """Yield a statement that stands alone on its line, but for docstrings and imports."""
        if node.type == "simple_stmt" and _acts(node.children[0]):
            yield node.start_pos, node.end_pos

    def mutate(self, node: Any, index: int) -> Any:
        """Put `pass` in the statement's place."""
        del index
        first = node.get_first_leaf()
        line = get_ast("pass\n").children[0]
        line.get_first_leaf().prefix = first.prefix
        return line


def mutants(paths: Sequence[Path]) -> list[Mutant]:
    """Return every mutant of some files."""
    made = []
    for path in paths:
        tree = get_ast(path.read_text(encoding="utf-8"))
        for name, operator in _operators():
            places = (
                start for node in ast_nodes(tree) for start, _ in operator.mutation_positions(node)
            )
            made += [Mutant(path, start, name, number) for number, start in enumerate(places)]
    return made


def sample(every: Sequence[Mutant], size: int, seed: int) -> list[Mutant]:
    """Return at most one mutant of a place, so that no long expression outweighs the rest."""
    chance = random.Random(seed)
    places: dict[tuple[Path, Position], list[Mutant]] = {}
    for mutant in every:
        places.setdefault((mutant.path, mutant.start), []).append(mutant)
    order = chance.sample(sorted(places), len(places))
    chosen = (chance.choice(places[place]) for place in order)
    return list(itertools.islice(filter(_changes, chosen), size))


def mutated(mutant: Mutant) -> str:
    """Return the file's text with the change."""
    operator = dict(_operators())[mutant.operator]
    text = mutate_code(mutant.path.read_text(encoding="utf-8"), operator, mutant.occurrence)
    assert text is not None, mutant
    return str(text)


def _changes(mutant: Mutant) -> bool:
    """Tell whether a mutant is Python, and other Python than before."""
    try:
        after = ast.parse(mutated(mutant))
    except (SyntaxError, AttributeError):  # `**` taken for a power; a dotted exception
        return False
    return ast.dump(after) != ast.dump(ast.parse(mutant.path.read_text(encoding="utf-8")))


def _operators() -> Iterator[tuple[str, Any]]:
    yield "StatementRemoved", StatementRemoved()
    for name in operator_names():
        if not any(word in name for word in _POINTLESS) and not get_operator(name).arguments():
            yield name.partition("/")[2], get_operator(name)()


def _acts(statement: Any) -> bool:
    kind = statement.type
    if kind in {"raise_stmt", "return_stmt", "yield_expr"}:
        return True
    function = statement
    while function is not None and function.type != "funcdef":
        function = function.parent
    # Constants of a module and fields of a class are tested by whatever uses them.
    return function is not None and kind in {"expr_stmt", "atom_expr", "await_expr"}
