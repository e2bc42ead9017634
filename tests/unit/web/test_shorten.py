"""Shorter names in the survey page: the same program, and nothing renamed but its own names."""

import re
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse.web.bundle import bundle
from pulse.web.page import staff_page, static_files
from pulse.web.shorten import Token, foreign, read, shorten

BROWSER: Final = frozenset(
    re.findall(
        r"\w+",
        """AbortSignal Array BigInt Boolean Date Error Intl JSON Math Object Promise Set Storage
        String TextDecoder TextEncoder Uint8Array atob btoa crypto document fetch history location
        matchMedia navigator setTimeout window""",
    )
)
SIGNS: Final = re.compile(r";(?=\})|const|[;,\s]")


def program() -> str:
    """Return the page's program with the names that its modules give."""
    return bundle({n: text.decode() for n, text in static_files().items() if n.endswith(".js")})


def variables(tokens: list[Token]) -> list[Token]:
    """Return the tokens that stand for a variable."""
    return [each for each in tokens if each.role in {"name", "both"}]


def test_the_pieces_are_the_program() -> None:
    """Reading loses no sign, and every bracket that opens is closed."""
    tokens = read(program())
    assert "".join(each.text for each in tokens) == program()
    assert tokens[-1].depth == tokens[0].depth == 0


def test_only_names_and_what_parts_declarations_change() -> None:
    """Strings, properties, keywords, numbers and signs come back one by one, in order."""
    before, after = read(program()), read(shorten(program()))

    def rest(tokens: list[Token]) -> list[str]:
        told = [each for each in tokens if each.role not in {"name", "both"}]
        return [e.text for e in told if e.role in {"text", "property"} or SIGNS.sub("", e.text)]

    assert rest(before) == rest(after)
    assert len(variables(before)) == len(variables(after))


def unmixed(long: str, short: str) -> bool:
    """Tell whether in each statement one old name stands for one new name and no two do."""
    before, after = variables(read(long)), variables(read(short))
    pairs = {(old.statement, old.text, new.text) for old, new in zip(before, after, strict=True)}
    return len({p[:2] for p in pairs}) == len(pairs) == len({p[::2] for p in pairs})


def test_every_name_keeps_its_own() -> None:
    """In each statement of the top level, one old name stands for one new name and no two do."""
    assert unmixed(program(), shorten(program()))


@pytest.mark.parametrize(
    ("long", "twin"),
    [
        ("const sum=one=>two=>one+two;", "const t=e=>n=>e+e;"),
        ("const sum=one=>two=>one+two;", "const t=e=>e=>e+e;"),
    ],
)
def test_mixed_names_would_be_seen(long: str, twin: str) -> None:
    """The twins that give one variable two names, or two variables one, are found out."""
    assert unmixed(long, shorten(long))
    assert not unmixed(long, twin)


@pytest.mark.parametrize("text", ["const a={b(){}};", "const a=b\n{c.d=e}", "loop:{c(1)}"])
def test_a_brace_that_could_be_either_is_refused(text: str) -> None:
    """A method, or a block where none is expected, stops the start; nothing is guessed."""
    with pytest.raises(ValueError, match="neither a key nor alone"):
        shorten(text)


def test_what_is_the_browsers_stays() -> None:
    """The program uses these names of the browser and no other, before and after."""
    assert foreign(program()) == foreign(shorten(program())) == BROWSER
    assert not {"secret", "sealed"} & foreign(program())


def test_the_page_carries_the_short_program() -> None:
    """What is served is shortened, by a fifth at least, and the same each time."""
    assert f"\n{shorten(program())}</script>" in staff_page().decode()
    assert len(shorten(program())) < 0.8 * len(program())
    assert shorten(program()) == shorten(program())


@pytest.mark.parametrize(
    ("long", "short"),
    [
        ("const name=1;f(name.name);", "const e=1;f(e.name);"),
        ("const name={name:2};", "const e={name:2};"),
        ("const name=2;f({name});", "const name=2;f({name});"),
        ("const f=({name})=>name;", "const e=({name})=>name;"),
        ("const f=({key:name=other})=>name;", "const t=({key:e=other})=>e;"),
        ("const name='name';f(`name ${name}.name`);", "const e='name';f(`name ${e}.name`);"),
        ("f(/name/g);const name=/;name/;", "f(/name/g);const e=/;name/;"),
        ("const a1=1;const b1=2;let c1;const d1=3;", "const e=1,t=2;let n;const s=3;"),
        ("const f=()=>{g();h();};", "const e=()=>{g();h()};"),
        ("const f=one=>{try{g();}catch{one.a={};}};", "const t=e=>{try{g()}catch{e.a={}}};"),
        ("for(const one of all){one();const two=1;}", "for(const e of all){e();const t=1}"),
        ("try{a();}catch{b();}\ntry{c();}catch(why){d(why);}", None),
        ("const e=t?n:s;const q=1;", "const e=t?n:s,r=1;"),
        ("const f=async(one,...more)=>{[one,more]=[more,one];};",
         "const n=async(e,...t)=>{[e,t]=[t,e]};"),
    ],
)  # fmt: skip
def test_a_name_is_told_from_what_looks_like_it(long: str, short: str | None) -> None:
    """Properties, keys, strings, regular expressions, defaults and two meanings are told apart."""
    expected = short or "try{a()}catch{b()}\ntry{c()}catch(e){d(e)}"
    assert shorten(long) == expected


@given(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=60))
def test_no_two_names_meet(used: list[str]) -> None:
    """However names are spread over functions, none hides another that is used beside it."""
    declared = "".join(f"const {name}=0;" for name in "abcd")
    script = declared + "".join(f"f(({name}x)=>{name}x+{name}+outside);" for name in used)
    assert unmixed(script, shorten(script))
    others = {"f", "outside"} | {*used} - {*"abcd"}
    assert foreign(script) == foreign(shorten(script)) == others
