"""A survey of an organisation's own, two scales of two items, as its file in the home."""

from pathlib import Path
from typing import Final

TEXT: Final = """schema = 1

[survey]
id = "night-shift"
version = "1.0.0"
title = "Night shift check"
frame = "Thinking of this week's shifts"
locale = "en"
dir = "ltr"
licence = "our own"
source = "original wording"
permission = ""
max_items_per_week = 4
seconds_budget = 40
translation_status = "reviewed"

[answers]
values = [1, 2, 3, 4, 5]
labels = ["Never", "Seldom", "Now and then", "Often", "Always"]
prefer_not_to_say = true
prefer_not = "I would rather not say"

[[scales]]
id = "rest"
name = "Rest"
model = "reflective"
min_answered = 0.5
direction = "higher_is_better"
score = "mean"
rescale = [0, 100]

[[scales]]
id = "handover"
name = "Handover"
model = "formative"
min_answered = 0.5
direction = "higher_is_better"
score = "mean"
rescale = [0, 100]

[[items]]
id = "R1"
scale = "rest"
text = "I slept well after my shifts."

[[items]]
id = "R2"
scale = "rest"
text = "I was tired before the shift began."
reverse = true

[[items]]
id = "H1"
scale = "handover"
text = "I knew what was open when I took over."

[[items]]
id = "H2"
scale = "handover"
text = "There was time to hand over <b>calmly</b>."

[rotation]
kind = "every-week"
synchronised = true
"""


def write(home: Path, text: str = TEXT, name: str = "shifts") -> Path:
    """Put the file where the setting `survey` looks for it."""
    folder = home / "surveys"
    folder.mkdir(exist_ok=True)
    (file := folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return file
