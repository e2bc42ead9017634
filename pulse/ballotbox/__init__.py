"""The ballot box: sealed answers under anonymous tokens, without order, name or time."""

from pulse.store.closed import is_closed, remember_closed

__all__ = ["is_closed", "remember_closed"]
