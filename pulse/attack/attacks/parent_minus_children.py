"""Taking the teams away from their department.

A department shows a mean of 3.40 from 20 answers, its two shown teams 3.44 from 9 and 4.25 from 8.
Multiply and subtract: 68 - 31 - 34 = 3. So the third team, which is hidden because only 3 people
answered, has a sum of 3: all three gave the lowest answer. The same subtraction finds the few
people who sit directly in the department, its head among them. Here whatever is left of a shown
unit has k answers or more by itself and is shown under a name of its own ("Other teams of X
together"); where it would have fewer, another team or the department is hidden too.
"""

from typing import Final

from pulse.attack.publication import Publication, Recovered, recovered
from pulse.attack.remainders import Unseen, remainders

NAME: Final = "parent-minus-children"


def attack(publication: Publication) -> Recovered:
    """Take the shown units from the one around them where one unit alone is left."""
    hidden = Unseen(publication)
    return recovered(
        publication,
        (
            (wave, measure, left.rest)
            for wave, measure, figures in publication.families()
            for left in remainders(figures)
            if hidden.pieces(wave, left.rest) == 1
        ),
    )
