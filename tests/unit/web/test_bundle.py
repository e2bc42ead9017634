"""The survey page in one file: nothing lost, nothing twice, and only its own program runs."""

import base64
import hashlib
import re
from collections import Counter

import msgspec
import pytest

from pulse.instrument import load
from pulse.instrument.texts import texts
from pulse.settings import Support
from pulse.web.bundle import bare_style, bundle
from pulse.web.page import staff_page, staff_sources, static_files

# Sources are indented: what begins a line stands outside every block.
TOP = re.compile(r"^(?:export )?(?:const|let) .*", re.MULTILINE)
DECLARED = re.compile(r"(?:^(?:export )?(?:const|let) |, )(?:\{ (\w+) \}|(\w+)) =")
QUOTED = re.compile(r"'[^'\n]*'|`[^`]*`")


def files() -> dict[str, str]:
    """Return the shipped modules by name."""
    return {n: text.decode() for n, text in static_files().items() if n.endswith(".js")}


def test_every_module_stands_in_the_bundle_after_what_it_needs() -> None:
    """Each module comes once, behind those that it imports."""
    script = bundle(files())
    order = ["utf8", "blind", "checkList", "arrive", "draw"]
    places = [script.index(f"const {name}=") for name in order]
    assert places == sorted(places)
    assert "import {" not in script
    assert "export " not in script


def test_no_name_is_declared_twice() -> None:
    """All modules share one scope, so no two declare the same name at the top."""
    lines = [re.sub(r"\([^()]*\)", "", line) for t in files().values() for line in TOP.findall(t)]
    names = [a or b for line in lines for a, b in DECLARED.findall(line)]
    assert {"subtle", "KEM", "HPKE", "send"} <= set(names)
    assert [name for name, count in Counter(names).items() if count > 1] == []


def test_only_comments_ties_and_blanks_are_left_out() -> None:
    """What is left is what was written, sign by sign; quoted text keeps its blanks."""
    for name, text in _alone().items():
        kept = bundle({name: text}, name)
        bare = re.sub(r"^ *//.*|^export | +// [^'\"`\n]*$", "", text, flags=re.MULTILINE)
        assert "".join(kept.split()) == "".join(bare.split())
        assert QUOTED.findall(kept) == QUOTED.findall(bare)


@pytest.mark.parametrize("text", ["'https://a.example' // no", "const a='// not a comment';"])
def test_a_string_is_never_cut(text: str) -> None:
    """Slashes inside a string stay; a comment behind code goes."""
    assert bundle({"a.js": text}, "a.js") in text
    assert bundle({"a.js": text}, "a.js").rstrip(";").endswith("'")


def test_blanks_that_part_stay() -> None:
    """Words, signs that could join, and everything quoted keep their blanks."""
    text = "const a = b + +c - -d + e++ + 1 - f / g, h = ( 'i  = j' ), k = `l = ${ m }`;\n"
    bare = "const a=b + +c - -d+e++ + 1-f / g,h=('i  = j'),k=`l = ${ m }`;"
    assert bundle({"a.js": text}, "a.js") == bare


def test_line_ends_that_part_stay() -> None:
    """A line end goes behind punctuation only; where a statement may end by it, it stays."""
    text = "const a = (\n  b,\n  c) => {\n  d();\n}\ne()\nf();\n"
    assert bundle({"a.js": text}, "a.js") == "const a=(b,c)=>{d();}\ne()\nf();"


def test_a_missing_module_stops_the_start() -> None:
    """An import of nothing is an error at start, not in a browser."""
    with pytest.raises(KeyError):
        bundle({"page.js": "import { a } from './gone.js';\n"})


def test_the_policy_admits_the_page_and_nothing_else() -> None:
    """The hashes in the policy are those of the one style and the one script in the page."""
    page = staff_page().decode()
    for tag, directive in (("style", "style_src"), ("script", "script_src")):
        [content] = re.findall(rf"<{tag}[^>]*>(.*?)</{tag}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        also = " 'self'" if tag == "script" else ""  # a kiosk's guard
        assert staff_sources()[directive] == f"'sha256-{digest}'{also}"
    assert not re.search(r"\son\w+=|\sstyle=|https?://", page.partition("<script")[0])


def test_a_style_sheet_keeps_its_rules() -> None:
    """Comments and indentation go; rules stay."""
    css = "/* why */\na > b :c { d: e f }\n\n@media x and (y) {\n  d { e: f }\n}\n"
    assert bare_style(css) == "a > b :c{d:e f}@media x and (y){d{e:f}}"


def _alone() -> dict[str, str]:
    """Return the modules as if they needed nobody."""
    return {n: re.sub(r"^import .*\n", "", t, flags=re.MULTILINE) for n, t in files().items()}


def test_people_are_asked_about_the_time_that_the_survey_means() -> None:
    """The texts put the instrument's frame above the statements."""
    words = texts(load(), load().form(0), "2026-W09", Support())
    assert msgspec.json.decode(words)["ui"]["frame"] == f"{load().frame}:"
    assert "<p id=frame></p>\n<progress" in staff_page().decode()
