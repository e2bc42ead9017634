"""The issuer: signs one blinded token per invitation; knows no person, no answer, no time."""

from pulse.store.closed import is_closed, remember_closed

__all__ = ["is_closed", "remember_closed"]
