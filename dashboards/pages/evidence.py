"""The evidence: what anybody may check of the releases, without a figure of any unit."""

from collections.abc import Iterator

import msgspec

from dashboards.pages import weeks
from pulse.disclosure.policy import Policy
from pulse.disclosure.statement import Statement, policy_history, policy_statement
from pulse.release.manifest import Tallies
from pulse.statistics.history import History
from pulse.token.keylist import proquints


class WeekRow(msgspec.Struct, frozen=True):
    """One week: the counts of the whole organisation, and its key list as words and in hex."""

    week: str
    tallies: Tallies
    words: str
    keys: str


class TreeRow(msgspec.Struct, frozen=True):
    """A week in which the tree of units changed; `begun` units began a new series then."""

    week: str
    version: str
    groups: int
    begun: int


class Evidence(msgspec.Struct, frozen=True):
    """Everything on the page; rows are newest first, `head` is the ledger's last hash in hex."""

    statement: Statement
    weeks: tuple[WeekRow, ...]
    trees: tuple[TreeRow, ...]
    head: str


def evidence(history: History, settings: Policy, head: str) -> Evidence:
    """Put together the evidence of all releases; `settings` is the policy they ask for now."""
    manifests = [history.release(wave).manifest for wave in history.waves]
    return Evidence(
        statement=policy_statement(policy_history(manifests), settings),
        weeks=tuple(
            WeekRow(
                week=weeks.short(manifest.wave),
                tallies=manifest.tallies,
                words=proquints(bytes.fromhex(manifest.keys)),
                keys=manifest.keys,
            )
            for manifest in reversed(manifests)
        ),
        trees=tuple(_changes(history))[::-1],
        head=head,
    )


def _changes(history: History) -> Iterator[TreeRow]:
    before = ""
    for wave in history.waves:
        tree = history.tree(wave)
        if tree.tree_version != before:
            groups = sum(unit.group for unit in tree.units)
            begun = sum(unit.series == wave for unit in tree.units)
            yield TreeRow(weeks.short(wave), tree.tree_version, groups, begun)
        before = tree.tree_version
