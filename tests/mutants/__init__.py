"""Whether the tests of a room notice when its code is changed: `python -m tests.mutants token`."""
