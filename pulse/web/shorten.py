"""Short names for what the survey page itself declares: a quarter of its program less to load.

Names, and beside them only the signs between declarations. Strings, properties and the browser's
own names stay, and so does a variable that stands for a property as well (`{ wave }`). A name is
kept apart from every other in the statements of the top level that hold it, so it can neither
hide another nor be taken for one. Needs what our modules keep to: every declaration and every
statement of the top level ends with `;`, none is empty, and what a template fills in holds no
brace and no template. No object has methods: what looks like one is refused.
"""

import itertools
import re
import string
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, Literal

import msgspec
from msgspec.structs import replace

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
_BLOCK: Final = frozenset({"", ")", "=>", ";", "{", "}", "try", "catch", "else", "do", "finally"})
# What a pattern binds stands between two of these; what it fills in stands behind `=`.
_BEFORE: Final = frozenset({"(", "[", "{", ",", ":", "..."})
_AFTER: Final = frozenset({")", "]", "}", ",", "="})
_LETTERS: Final = "etnsraoildcupmfghbvywkxjqz"  # as often as our sources use them


class Token(msgspec.Struct, frozen=True):
    """A piece of a program: its text, its role, how many brackets it stands in, and where.

    `statement` counts those of the top level. A name's role is "both" where it stands for a
    variable and for a property of the same name; "text" is quoted, "" any other piece of code.
    """

    text: str
    role: Role
    depth: int
    statement: int


def shorten(script: str) -> str:
    """Return a program with the names that it declares shortened, the same for the same input.

    Raises:
        ValueError: a brace is neither a plain object's nor surely a block's.
    """
    tokens = read(script)
    names = _short(tokens)
    return "".join(_joined([
        replace(each, text=names.get((each.text, each.statement), each.text))
        if each.role == "name" else each
        for each in tokens
    ]))  # fmt: skip


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
        if is_code and text in _CLOSE:
            inside.pop()
        role = _role(text, before, inside) if is_code else "text"
        tokens.append(Token(text, role, len(inside), statement))
        if is_code and text in _OPEN:
            inside.append("{:" if text == "{" and before not in _BLOCK else text)
        statement += is_code and text == ";" and not inside
        if role != "blank":
            before = text if is_code else "'"
    return list(_apart(tokens))


def _role(text: str, before: str, inside: Sequence[str]) -> Role:
    """Return the role of a piece of code; a key is "both" until what stands behind it is seen."""
    if text.isspace():
        return "blank"
    if not _NAME.fullmatch(text) or text in _WORDS:
        return ""
    if before in {".", "?."}:
        return "property"
    return "both" if inside[-1:] == ["{:"] and before in {"{", ","} else "name"


def _apart(tokens: Sequence[Token]) -> Iterator[Token]:
    """Return the tokens, a key with a value of its own as the property that it is."""
    after = ""
    found: list[Token] = []
    for token in reversed(tokens):
        if token.role == "both" and after not in {",", "}", "=", ":"}:
            raise ValueError(f"{token.text!r} is neither a key nor alone, so nothing is renamed.")
        key = token.role == "both" and after == ":"
        found.append(replace(token, role="property") if key else token)
        after = after if token.role == "blank" else token.text
    return reversed(found)


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


def _joined(tokens: Sequence[Token]) -> list[str]:
    """Return the texts, declarations that follow each other as one, and no `;` before a brace."""
    texts = [each.text for each in tokens]
    told = [(i, each) for i, each in enumerate(tokens) if each.role != "blank"]
    constant: set[int] = set()  # depths at which a declaration is being read
    for (i, token), (at, after) in itertools.pairwise(told):
        if token.role:
            continue
        if token.text in _OPEN:
            constant.discard(token.depth + 1)
        elif token.text == "const":
            constant.add(token.depth)
        elif token.text == ";" and after.text == "}":
            texts[i] = ""
        elif token.text == ";" and after.text == "const" and token.depth in constant:
            texts[i], texts[at] = ",", ""
            if tokens[at + 1].role == "blank":
                texts[at + 1] = ""
        elif token.text == ";":
            constant.discard(token.depth)
    return texts


def _names() -> Iterator[str]:
    """Yield short names, the shortest first."""
    letters = _LETTERS + _LETTERS.upper()
    yield from letters
    for first, second in itertools.product(letters, letters + string.digits):
        yield first + second
