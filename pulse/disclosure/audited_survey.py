"""The audit of what was asked: items, scales, directions and leaders are those of the survey.

The record of released statements outlives every version of the survey: an id keeps its text, its
scale and its direction for good, so old releases stay auditable.
"""

from collections.abc import Iterator
from typing import NamedTuple

from msgspec import UNSET

from pulse.instrument import Instrument, Record, digest, load, record, scoring
from pulse.instrument.wording import PACK
from pulse.release.manifest import Manifest


class Survey(NamedTuple):
    """The survey as it is, and the record of all that it ever asked."""

    now: Instrument
    ever: Record

    def asks(self, item: str, text: str) -> bool:
        """Tell whether an item has these words."""
        known = self.now.items.get(item)
        return text == known.text if known else digest(text) == self.ever.texts.get(item)

    def scores(self, item: str) -> str:
        """Return an item's scale, and ", reversed" where it is; empty if it was never asked."""
        known = self.now.items.get(item)
        return scoring(known) if known else self.ever.scoring.get(item, "")

    def calls(self, scale: str, name: str) -> bool:
        """Tell whether a scale has this name, as far as it is still known."""
        known = self.now.scales.get(scale)
        return known is None or known.name == name


def shipped() -> Survey:
    """Return the survey that Pulse asks."""
    return Survey(load(), record())


def of(described: Manifest, shipped_: Survey) -> Survey:
    """Return the survey that a release is held against: its own, or the one that Pulse asks."""
    return shipped_ if described.survey is UNSET else Survey(described.survey, Record())


def own_findings(described: Manifest, shipped_: Survey) -> Iterator[str]:
    """Yield where an organisation's own survey passes for another, or hides what it asks about.

    Its statements are its own, but for those of packs, and none of them is about one leader: that
    would be shown under k. So only a pack's are, as Pulse ships them.
    """
    if described.survey is UNSET:
        return
    survey = described.survey
    if survey.id == shipped_.now.id or shipped_.now.scales.keys() & survey.scales.keys():
        yield "its own survey has the id of the built-in one, or of a scale of it."
    if (described.instrument, described.instrument_version) != (survey.id, survey.version):
        yield "it names another survey than the one beside it."
    for name, item in survey.items.items():
        packed = shipped_.now.items.get(name)
        known = not packed or (packed.leader, packed.to_leaders) == (item.leader, item.to_leaders)
        if name != item.id or item.scale not in {*survey.scales, ""}:
            yield f"item:{name} is not what its survey says."
        elif item.scale and (name in shipped_.ever.texts or item.leader or item.to_leaders):
            yield f"item:{name} is another survey's, or about leaders and in no pack."
        elif not item.scale and not (shipped_.asks(name, item.text) and known):
            yield f"item:{name} is of no pack that Pulse has."


def findings(described: Manifest, survey: Survey) -> Iterator[str]:
    """Yield what a manifest says of its items that the survey does not.

    An item about one leader that passed for any other would be shown under k, not `leader_k`.
    """
    if described.instrument != survey.now.id:
        yield "it names a survey that is not known here; was it made by a newer Pulse?"
        return
    scale_of = {item: scale for scale, items in described.scales.items() for item in items}
    for item in described.items:
        known = survey.now.items.get(item)
        about_leader = item in described.lead
        if known is not None and known.leader != about_leader:
            yield f"item:{item} is not about what the survey says it is about."
        scale, *turned = survey.scores(item).split(", ")
        if not scale:
            yield f"item:{item} was never in the survey."
        elif not about_leader and scale_of.get(item, PACK) != scale:
            yield f"item:{item} is of another scale than in the survey."
        elif bool(turned) != (item in described.reversed):
            yield f"item:{item} is turned the other way than in the survey."
