"""Results as plain text that fits 80 columns."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec


def facts(document: object) -> str:
    """Write a document as lines of `name  value`; nested ones are indented."""
    return "\n".join(_lines(msgspec.to_builtins(document), ""))


def _lines(value: Any, indent: str) -> list[str]:  # noqa: ANN401 - any JSON value
    if isinstance(value, Mapping):
        width = max((len(str(name)) for name in value), default=0)
        lines = []
        for name, part in value.items():
            if isinstance(part, Mapping | list | tuple) and part:
                lines += [f"{indent}{name}", *_lines(part, indent + "  ")]
            else:
                lines.append(f"{indent}{name:<{width}}  {_word(part)}".rstrip())
        return lines
    if isinstance(value, list | tuple):
        if value and all(isinstance(row, Mapping) for row in value):
            columns = list(value[0])
            rows = [[_word(row.get(name)) for name in columns] for row in value]
            return [indent + line for line in table(columns, rows).splitlines()]
        return [f"{indent}{_word(part)}" for part in value]
    return [f"{indent}{_word(value)}"]


def _word(value: object) -> str:
    if value is None or (isinstance(value, Mapping | list | tuple) and not value):
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.1f}" if isinstance(value, float) else str(value)


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Write rows under their column names, each column as wide as its widest entry."""
    every = [list(columns), *map(list, rows)]
    widths = [max(len(row[column]) for row in every) for column in range(len(columns))]
    return "\n".join(
        "  ".join(entry.ljust(width) for entry, width in zip(row, widths, strict=True)).rstrip()
        for row in every
    )
