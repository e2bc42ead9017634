"""What is said of the policy, from manifests alone: in force since when, before, and next."""

from collections.abc import Iterable, Iterator
from gettext import NullTranslations
from typing import Final

import msgspec

from pulse.disclosure.policy import Policy, loosens, restore
from pulse.release.manifest import Manifest
from pulse.terms import ENGLISH, N_, Order, week_name

ORDERS: Final[dict[Order, str]] = {
    "departments": N_("departments come first"),
    "cells": N_("as many units as possible come first"),
}
LOOSENED: Final = N_(
    "Weeks that open from now on: {rule}. This loosens the rule for them alone: a week that was "
    "open already keeps the stricter one, and no week is shown again under another."
)
TIGHTENED: Final = N_(
    "From the next release on: {rule}. This tightens the rule at once, for a week that is open "
    "now too."
)
REORDERED: Final = N_(
    "From the next release on {order} where not every unit can be shown; either order is equally "
    "safe."
)


class Era(msgspec.Struct, frozen=True):
    """A policy and the first wave released under it."""

    since: str
    policy: Policy


class Statement(msgspec.Struct, frozen=True):
    """What people are told of the policy, in sentences.

    `now`: in force, since when. `before`: earlier ones, newest first. `coming`: what the
    settings change, empty where they say the same. `least`: the lowest k of all of them.
    """

    now: str
    before: tuple[str, ...]
    coming: tuple[str, ...]
    least: int


def policy_history(manifests: Iterable[Manifest]) -> tuple[Era, ...]:
    """Return the policies of the released waves, newest first; equal ones in a row are one.

    Args:
        manifests: of the released waves, in any order.

    Raises:
        BadRelease: a manifest without a valid policy.
    """
    eras: list[Era] = []
    for manifest in sorted(manifests, key=lambda each: each.wave):
        policy = restore(manifest.policy)
        if not eras or _differ(eras[-1].policy, policy):
            eras.append(Era(manifest.wave, policy))
    return tuple(reversed(eras))


def policy_statement(
    eras: Iterable[Era], settings: Policy, words: NullTranslations = ENGLISH
) -> Statement:
    """Say which policy is in force, which ones were before, and what `settings` will change.

    Args:
        eras: as `policy_history` returns them.
        settings: the policy that the settings ask for now.
        words: the reader's language.
    """
    known = tuple(eras)
    policies = [settings, *(era.policy for era in known)]
    least = min(policy.k for policy in policies)
    orders = len({policy.prefer for policy in policies} | {"departments"}) > 1
    if not known:
        first = words.gettext("From the first week on: {rule}.")
        return Statement(first.format(rule=_rule(settings, words, order=orders)), (), (), least)
    now, *before = known
    return Statement(
        now=_since(words.gettext("Since {week}: {rule}."), now, words, order=orders),
        before=tuple(
            _since(words.gettext("Before, since {week}: {rule}."), era, words, order=orders)
            for era in before
        ),
        coming=tuple(_coming(now.policy, settings, words)),
        least=least,
    )


def _differ(one: Policy, other: Policy) -> bool:
    return one.thresholds != other.thresholds or one.prefer != other.prefer


def _since(sentence: str, era: Era, words: NullTranslations, *, order: bool) -> str:
    rule = _rule(era.policy, words, order=order)
    return sentence.format(week=week_name(era.since, words), rule=rule)


def _rule(policy: Policy, words: NullTranslations, *, order: bool) -> str:
    rule = f"k = {policy.k} ({words.gettext(policy.preset)})"
    if not order:
        return rule
    told = words.gettext("{rule}, and {order}")
    return told.format(rule=rule, order=words.gettext(ORDERS[policy.prefer]))


def _coming(now: Policy, settings: Policy, words: NullTranslations) -> Iterator[str]:
    if now.thresholds != settings.thresholds:
        told = LOOSENED if loosens(now, settings) else TIGHTENED
        yield words.gettext(told).format(rule=_rule(settings, words, order=False))
    if now.prefer != settings.prefer:
        yield words.gettext(REORDERED).format(order=words.gettext(ORDERS[settings.prefer]))
