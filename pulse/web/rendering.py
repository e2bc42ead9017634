"""Fills the templates of the staff pages; every value is escaped, every name must exist."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

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


def render(name: str, **values: Any) -> bytes:  # noqa: ANN401 - a template takes what it names
    """Fill the template `name` and return its UTF-8 bytes."""
    return _environment().get_template(name).render(values).encode()
