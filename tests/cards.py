"""Cards as they are handed out: everybody without an address takes one from their group's pile."""

from random import Random

from sqlalchemy.engine import Engine

from pulse.invitation.cards import by_card, read_codes
from pulse.roster import members
from pulse.settings import Home
from pulse.token.invites import card_secret


def taken(home: Home, engine: Engine, wave: str, chance: Random) -> dict[str, bytes]:
    """Return the code that each person without an address holds, by person_id."""
    piles = {
        unit: chance.sample(list(codes), len(codes))
        for unit, codes in read_codes(home, wave).items()
    }
    people = [each for each in members(engine, wave) if by_card(each)]
    held = {each.person_id: piles[each.unit_id].pop().reveal() for each in people}
    assert not any(piles.values()), "a card is left over"
    return held


def secrets_of_cards(home: Home, engine: Engine, wave: str, chance: Random) -> dict[str, bytes]:
    """Return the secret (32 bytes) that each person without an address holds, by person_id."""
    held = taken(home, engine, wave, chance)
    return {person: card_secret(code, wave) for person, code in held.items()}
