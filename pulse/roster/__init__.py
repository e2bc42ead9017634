"""People and units: the import, and the memberships frozen for a wave. Knows names, no answers."""

from pulse.roster.continuity import (
    Past,
    continue_series,
    follow_series,
    mark_changed,
    people_of_units,
)
from pulse.roster.files import Person, Roster, UnitRow, read_files
from pulse.roster.frozen import Invited, forget, forget_addresses, freeze, members
from pulse.roster.importing import Imported, headcounts, import_roster, present
from pulse.roster.languages import language_notes

__all__ = [
    "Imported", "Invited", "Past", "Person", "Roster", "UnitRow", "continue_series",
    "follow_series", "forget", "forget_addresses", "freeze", "headcounts", "import_roster",
    "language_notes", "mark_changed", "members", "people_of_units", "present", "read_files",
]  # fmt: skip
