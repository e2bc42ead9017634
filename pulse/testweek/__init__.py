"""A test week: an invented organisation, real links to one address, and nothing kept of it.

It lives in a throw-away home of its own, with databases, keys and ports of its own. Nothing of the
real roster goes in, nothing of it comes out.
"""

from pulse.testweek.week import HANDFUL, TestWeek, settings_text

__all__ = ["HANDFUL", "TestWeek", "settings_text"]
