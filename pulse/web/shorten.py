"""Short names for what the survey page itself declares: a quarter of its program less to load.

Names, and beside them only the signs between declarations. Strings, properties and the browser's
own names stay, and so does a variable that stands for a property as well (`{ wave }`). A name is
kept apart from every other in the statements of the top level that hold it, so it can neither
hide another nor be taken for one. Needs what our modules keep to: every declaration and every
statement of the top level ends with `;`, none is empty, and what a template fills in holds no
brace and no template.
"""

import itertools
import re
import string
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, Literal

import msgspec

Role = Literal["", "blank", "text", "name", "property", "both"]
Variable = tuple[str, int | None]  # a name, and the statement that it lives in; None: everywhere

_TOKEN: Final = re.compile(
    r"""'(?:\\.|[^'\\\n])*'|`[^`]*`|(?<=[(=!])/(?:\\.|[^/\\\n])+/\w*|[A-Za-z_$][\w$]*|\d[\w.]*|\s+"""
    r"""|\.\.\.|=>|\?\.|.""",
    re.DOTALL,
)
_FILLED: Final = re.compile(r"(\$\{[^{}`]*\})")
_NAME: Final = re.compile(r"[A-Za-z_$][\w$]*")
_WORDS: Final = frozenset(
    re.findall(
        r"\w+",
        """async await catch const continue delete do else false finally for if import in instanceof
        let new null of return throw true try typeof undefined while""",
    )
)
_OPEN: Final = frozenset({"(", "[", "{", "${"})
_CLOSE: Final = frozenset({")", "]", "}"})
# Behind these a brace opens a block; behind anything else an object or a pattern.
_BLOCK: Final = frozenset({"", ")", "=>", ";", "{", "}", "try", "else", "do", "finally"})
# What a pattern binds stands between two of these; what it fills in stands behind `=`.
_BEFORE: Final = frozenset({"(", "[", "{", ",", ":", "..."})
_AFTER: Final = frozenset({")", "]", "}", ",", "="})
_LETTERS: Final = "etnsraoildcupmfghbvywkxjqz"  # as often as our sources use them


class Token(msgspec.Struct):
    """A piece of a program: its text, its role, how many brackets it stands in, and where.

    `statement` counts those of the top level. A name's role is "both" where it stands for a
    variable and for a property of the same name; "text" is quoted, "" any other piece of code.
    """

    text: str
    role: Role
    depth: int
    statement: int


def shorten(script: str) -> str:
    """Return a program with the names that it declares shortened, the same for the same input."""
    tokens = read(script)
    names = _short(tokens)
    for token in tokens:
        if token.role == "name":
            token.text = names.get((token.text, token.statement), token.text)
    _join(tokens)
    return "".join(token.text for token in tokens)


def foreign(script: str) -> set[str]:
    """Return the names that a program uses and does not declare: the browser's."""
    tokens = read(script)
    own = {each.text for each in _declared(tokens)[0]}
    return {each.text for each in tokens if each.role in {"name", "both"}} - own


def read(script: str) -> list[Token]:
    """Return the pieces of a program, whose texts together are the program."""
    tokens: list[Token] = []
    inside: list[str] = []  # the open brackets: an object's brace is `{:`
    before, statement = "", 0
    for text, is_code in _pieces(script):
        token = Token(text, "" if is_code else "text", len(inside), statement)
        tokens.append(token)
        if text.isspace():
            token.role = "blank"
            continue
        if is_code and text in _OPEN:
            inside.append("{:" if text == "{" and before not in _BLOCK else text)
        elif is_code and text in _CLOSE:
            inside.pop()
            token.depth -= 1
        elif is_code and _NAME.fullmatch(text) and text not in _WORDS:
            key = inside[-1:] == ["{:"] and before in {"{", ","}
            token.role = "property" if before in {".", "?."} else "both" if key else "name"
        statement += is_code and text == ";" and not inside
        before = text if is_code else "'"
    told = [each for each in tokens if each.role != "blank"]
    for token, after in itertools.pairwise(told):
        if token.role == "both" and after.text not in {",", "}", "="}:
            token.role = "property"
    return tokens


def _pieces(script: str) -> Iterator[tuple[str, bool]]:
    """Yield each piece and whether it is code; a template's text is not, what fills it is."""
    for text in _TOKEN.findall(script):
        if not text.startswith("`"):
            yield text, text[0] != "'" and (text[0] != "/" or text == "/")
            continue
        for part in filter(None, _FILLED.split(text)):
            if not part.startswith("${"):
                yield part, False
                continue
            yield "${", True
            yield from _pieces(part[2:-1])
            yield "}", True


def _declared(tokens: Iterable[Token]) -> tuple[list[Token], set[str]]:
    """Return every token that declares a name, and the names of the top level."""
    told = [each for each in tokens if each.role != "blank"]
    found: list[Token] = []
    top: set[str] = set()
    for i, token in enumerate(told):
        if token.role:
            continue
        new: list[Token] = []
        if token.text == "=>":
            new = _bound(told, _opening(told, i - 1), i)
        elif token.text == "catch" and told[i + 1].text == "(":
            new = _bound(told, i + 1, _closing(told, i + 1) + 1)
        elif token.text in {"const", "let"}:
            new = list(_declarators(told, i))
            top.update(each.text for each in new if not token.depth)
        found += new
    return found, top


def _declarators(told: Sequence[Token], at: int) -> Iterator[Token]:
    """Yield what the `const` or `let` at a place declares, one after the other."""
    depth, more = told[at].depth, True
    while more:
        end = _closing(told, at + 1) + 1
        yield from _bound(told, at + 1, end)
        while told[end].depth >= depth and not (
            told[end].depth == depth and told[end].text in {",", ";", "of"}
        ):
            end += 1
        at, more = end, told[end].text == ","


def _bound(told: Sequence[Token], start: int, end: int) -> list[Token]:
    """Return the names that a pattern, or a name alone, binds."""
    if end == start + 1:
        return [told[start]]
    return [
        told[i]
        for i in range(start, end)
        if told[i].role in {"name", "both"}
        and told[i - 1].text in _BEFORE
        and told[i + 1].text in _AFTER
    ]


def _closing(told: Sequence[Token], at: int) -> int:
    """Return where what begins here ends: the bracket's partner, or the place itself."""
    if told[at].text not in _OPEN:
        return at
    return next(i for i in range(at + 1, len(told)) if told[i].depth == told[at].depth)


def _opening(told: Sequence[Token], at: int) -> int:
    if told[at].text not in _CLOSE:
        return at
    return next(i for i in range(at - 1, -1, -1) if told[i].depth == told[at].depth)


def _short(tokens: Sequence[Token]) -> dict[tuple[str, int], str]:
    """Return the new name by old name and statement; what lives in one statement chooses first."""
    places, kept, never = _variables(tokens)
    taken: dict[int | None, set[str]] = defaultdict(set)  # by statement; None: at the top level
    for variable in kept:
        for place in _reach(variable, places):
            taken[place].add(variable[0])
    found: dict[tuple[str, int], str] = {}
    for variable in sorted(places.keys() - kept, key=list(places).index):
        reach = _reach(variable, places)
        used = never.union(*(taken[place] for place in reach))
        short = next(each for each in _names() if each not in used)
        for place in reach:
            taken[place].add(short)
        found |= {(variable[0], place): short for place in places[variable]}
    return found


def _variables(
    tokens: Sequence[Token],
) -> tuple[dict[Variable, set[int]], set[Variable], set[str]]:
    """Return where each variable stands, which keep their names, and what must never be a name."""
    declared, top = _declared(tokens)
    own = {each.text for each in declared}
    places: dict[Variable, set[int]] = defaultdict(set)
    kept: set[Variable] = set()
    never = set(_WORDS)
    for token in tokens:
        if token.role not in {"name", "both"}:
            continue
        if token.text in own:
            variable = (token.text, None if token.text in top else token.statement)
            places[variable].add(token.statement)
            if token.role == "both":
                kept.add(variable)
        else:
            never.add(token.text)
    return dict(sorted(places.items(), key=lambda each: each[0][1] is None)), kept, never


def _reach(variable: Variable, places: Mapping[Variable, set[int]]) -> list[int | None]:
    """Return where no other may have this variable's name."""
    return [*places[variable], *([None] if variable[1] is None else [])]


def _join(tokens: Sequence[Token]) -> None:
    """Make one of declarations that follow each other, and leave out `;` before a brace."""
    told = [(i, each) for i, each in enumerate(tokens) if each.role != "blank"]
    constant: set[int] = set()  # depths at which a declaration is being read
    for (_, token), (at, after) in itertools.pairwise(told):
        if token.role:
            continue
        if token.text in _OPEN:
            constant.discard(token.depth + 1)
        elif token.text == "const":
            constant.add(token.depth)
        elif token.text == ";" and after.text == "}":
            token.text = ""
        elif token.text == ";" and after.text == "const" and token.depth in constant:
            token.text, after.text = ",", ""
            if tokens[at + 1].role == "blank":
                tokens[at + 1].text = ""
        elif token.text == ";":
            constant.discard(token.depth)


def _names() -> Iterator[str]:
    """Yield short names, the shortest first."""
    letters = _LETTERS + _LETTERS.upper()
    yield from letters
    for first, second in itertools.product(letters, letters + string.digits):
        yield first + second
