"""Medians over the rounds, and the table that shows them."""

import platform
import statistics
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from tests.bench.intake.load import Run, Setting
from tests.bench.intake.ways import NOOP, ORM, OURS, SAME

_RATIOS: Final = (
    ("ballots/s, ours / no-op in our app", OURS, SAME, "rate", "at least 1.0"),
    ("ballots/s, ours / no-op, Litestar", OURS, NOOP, "rate", ""),
    ("ballots/s, ours / FastAPI + ORM", OURS, ORM, "rate", "at least 40"),
    ("p99, ours / no-op in our app", OURS, SAME, "p99", "at most 1.0"),
    ("p99, ours / no-op, Litestar", OURS, NOOP, "p99", ""),
    ("CPU, ours / no-op in our app", OURS, SAME, "cost", ""),
    ("CPU, FastAPI + ORM / ours", ORM, OURS, "cost", ""),
)


class Figures(msgspec.Struct, frozen=True):
    """Medians of a way: per second, microseconds of CPU, milliseconds; `refused` is a sum."""

    rate: float
    cost: float
    p50: float
    p99: float
    fsync: float
    refused: int


def medians(runs: Sequence[tuple[Run, float]]) -> Figures:
    """Return the medians over runs, each with the milliseconds of a sync in its round."""
    return Figures(
        rate=statistics.median(run.rate for run, _ in runs),
        cost=statistics.median(run.cost for run, _ in runs),
        p50=statistics.median(run.p50 for run, _ in runs),
        p99=statistics.median(run.p99 for run, _ in runs),
        fsync=statistics.median(fsync for _, fsync in runs),
        refused=sum(run.refused for run, _ in runs),
    )


def table(backend: str, setting: Setting, figures: Mapping[str, Figures]) -> str:
    """Return the figures of one backend and number of processes as lines of Markdown."""
    cores = f"server on cores {_list(setting.server_cores)}, wrk on {_list(setting.load_cores)}"
    setup = f"{setting.processes} process(es), {setting.connections} connections each, {cores}"
    if setting.slower:
        setup += f", each sync {setting.slower['SYNC_US']} µs slower"
    lines = [
        f"\n{backend}, {setup}, Python {platform.python_version()}\n",
        "| | requests/s | CPU µs | p50 ms | p99 ms | fsync ms | refused |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {name} | {each.rate:,.0f} | {each.cost:,.0f} | {each.p50:.1f} | {each.p99:.1f} "
        f"| {each.fsync:.2f} | {each.refused} |"
        for name, each in figures.items()
    ]
    lines.append("")
    for words, above, below, field, bar in _RATIOS:
        if above in figures and below in figures:
            ratio = getattr(figures[above], field) / getattr(figures[below], field)
            lines.append(f"- {words}: {ratio:.2f}" + (f" ({bar})" if bar else ""))
    return "\n".join(lines) + "\n"


def _list(cores: Sequence[int]) -> str:
    return ",".join(map(str, cores))
