"""Taking the shown teams away where several are hidden.

A product that has heard of the first attack hides a second team, so that nobody can tell the two
apart. But two hidden teams of 2 and 1 answers are still only 3 people: the department minus its
shown teams is their sum, and three people who answered like that are soon named. Hiding one more
team does not help unless the hidden ones have k answers together. Here that is the rule, for any
number of hidden teams and on every level of the organisation at once.
"""

from typing import Final

from pulse.attack.publication import Publication, Recovered, recovered
from pulse.attack.remainders import Unseen, remainders

NAME: Final = "parent-minus-siblings"


def attack(publication: Publication) -> Recovered:
    """Take the shown units from the one around them where several hidden ones are left."""
    hidden = Unseen(publication)
    return recovered(
        publication,
        (
            (wave, measure, left.rest)
            for wave, measure, figures in publication.families()
            for left in remainders(figures)
            if hidden.pieces(wave, left.rest) > 1
        ),
    )
