"""The data dictionary: what each column of an export, and of cells.parquet, means."""

from typing import Final

import msgspec

from pulse.release.hidden import REASON


class Column(msgspec.Struct, frozen=True):
    """One column: its name, the type of its values, their unit or range, and its meaning."""

    name: str
    kind: str
    values: str
    meaning: str


DICTIONARY: Final[tuple[Column, ...]] = (
    Column("wave", "text", "ISO week, 2026-W09", "The wave (survey week) the row belongs to."),
    Column("unit_id", "text", "", "Id of the unit; a pool has its unit's id and ':others'."),
    Column(
        "parent_id",
        "text",
        "empty for the root",
        "Id of the unit above; for a pool the published unit whose remaining people it holds.",
    ),
    Column("name", "text", "", "Name of the unit in that wave; 'A + B' is a merged group."),
    Column(
        "kind",
        "text",
        "unit, pool, diag",
        "unit: a unit of the tree. pool: the hidden teams of a unit together. "
        "diag: a diagnostic of the whole organisation.",
    ),
    Column(
        "measure",
        "text",
        "item:A1, scale:safety, sigma2:A1, corr:A1:S1, alpha:safety, driver:A2:S1 …",
        "What was measured: an item as it was asked, a scale, or a diagnostic (see 'value').",
    ),
    Column(
        "status",
        "text",
        "published, suppressed",
        f"suppressed: {REASON}; every figure of the row is then empty, never 0.",
    ),
    Column(
        "at_least",
        "whole number",
        "people; steps of 5",
        "At least this many people are behind the figure; no exact number is published. Of a "
        "diagnostic of two items or a scale it is the number that such rows need, 100 or 200.",
    ),
    Column("invited", "whole number", "people", "How many people were invited in the unit."),
    Column(
        "mean",
        "number",
        "item 1-5, scale 0-100",
        "Mean answer, rounded to 'step'. Items are as given, not reversed; "
        "scales are reversed where needed, so that higher is better.",
    ),
    Column(
        "mean_bound",
        "text",
        "exact, at_least, at_most",
        "at_least, at_most: the mean lies near the end of the scale and only this bound is shown.",
    ),
    Column(
        "step",
        "number",
        "item 0.1, 0.25, 0.5, 1; scale 25 x that / its items",
        "The rounding step of the mean; of a scale, what one step of one of its items makes.",
    ),
    Column(
        "favourable",
        "number",
        "percent; steps of 5 or 10",
        "Share of answers 4 and 5, from 20 people on; "
        "the first and last step read 'or less' and 'or more'.",
    ),
    Column(
        "neutral",
        "number",
        "percent; steps of 5 or 10",
        "What favourable and unfavourable leave of 100, one step at least; made of the two printed "
        "shares, so it can be a step off.",
    ),
    Column(
        "unfavourable",
        "number",
        "percent; steps of 5 or 10",
        "Share of answers 1 and 2, in the same way.",
    ),
    Column(
        "no_answer",
        "text",
        "under 10 %, 10-25 %, over 25 %",
        "Share of people who skipped the item or preferred not to say, from 20 people on.",
    ),
    Column(
        "value",
        "number",
        "sigma2 0.05-4, steps of 0.05; others steps of 0.01, ends coded: corr -0.95 to 0.95, "
        "icc1 0.05-0.5, all else 0-0.95",
        "Only in diag rows, all of the whole organisation. sigma2:A1: variance of answers to A1 "
        "inside groups. corr:A1:S1: correlation of two items inside groups, as given, of the "
        "people who answered both. alpha:safety, omega:safety: reliability of the scale's items "
        "asked that week, three or more, over everybody, after reversal, from pairwise covariances "
        "(omega total: one factor, maximum likelihood, covariance metric). icc1:safety: share of "
        "the variance of people's scores that lies between groups; icc2:safety: how reliably group "
        "means tell groups apart, made of the printed icc1. r2:A2, driver:A2:S1: share of A2's "
        "variance that goes together with all statements of other scales asked that week, and "
        "the part of one (Johnson's relative weights, of the printed correlations); together "
        "with is not because of. A value at an end reads 'or less', 'or more'.",
    ),
)


def as_csv() -> bytes:
    """Return the dictionary itself as a CSV file (RFC 4180, UTF-8)."""
    rows = [Column.__struct_fields__, *(msgspec.structs.astuple(each) for each in DICTIONARY)]
    return "".join(",".join(map(_quoted, row)) + "\r\n" for row in rows).encode()


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
