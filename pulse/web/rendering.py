"""Fills the templates of the staff pages; every value is escaped, every name must exist.

Sentences stand in the templates as `_("…")`: the English words are their names in the catalogues.
A sentence is ours and may hold markup; what it takes in (`{name}`) is escaped.
"""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pulse.web.reader import PLAIN, Reader

if TYPE_CHECKING:
    from jinja2 import Environment


@cache
def _environment() -> "Environment":
    # With the first page that needs it: no ballot does, and starting takes a tenth less.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates", encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def render(
    name: str,
    reader: Reader = PLAIN,
    **values: Any,  # noqa: ANN401 - a template takes what it names
) -> bytes:
    """Fill the template `name` for a reader and return its UTF-8 bytes."""
    from markupsafe import Markup

    def told(sentence: str, **fields: object) -> Markup:
        return Markup(reader.gettext(sentence)).format(**fields)  # noqa: S704 - the catalogues are ours

    def counted(one: str, many: str, count: int, **fields: object) -> Markup:
        sentence = reader.words.ngettext(one, many, count)
        return Markup(sentence).format(count=count, **fields)  # noqa: S704 - as above

    template = _environment().get_template(name)
    words = {"_": told, "ngettext": counted, "reader": reader}
    return template.render({**values, **words}).encode()
