"""The weekly rhythm: what is due now and what comes next. No clock, no store, no file.

| file | says |
|---|---|
| `local.py` | local times as moments, weeks as days |
| `hours.py` | working hours of a place |
| `schedule.py` | the settings as days and times |
| `slots.py` | when a week opens and closes, or why it is left out |
| `cadence.py` | weekly or fortnightly |
| `sending.py` | each person's minute for invitation and reminder |
| `facts.py` | what is told and what is answered |
| `due.py` | what is due now |
| `coming.py` | what comes next |
"""

from pulse.rhythm.cadence import Asked, Pace, pace
from pulse.rhythm.coming import coming
from pulse.rhythm.due import GRACE, due
from pulse.rhythm.facts import Event, Facts, Step
from pulse.rhythm.schedule import Schedule, schedule_of
from pulse.rhythm.sending import Sending, sending

__all__ = [
    "GRACE", "Asked", "Event", "Facts", "Pace", "Schedule", "Sending", "Step", "coming", "due",
    "pace", "schedule_of", "sending",
]  # fmt: skip
