"""Links for people: derived, written into mails, marked as sent. Knows people, never answers."""

from pulse.invitation.cards import codes_path, count, counts, make_codes
from pulse.invitation.links import Invitation, destroy, invitations, kwave_path, make_kwave
from pulse.invitation.mails import Letter, compose
from pulse.invitation.sending import preview, send

__all__ = [
    "Invitation", "Letter", "codes_path", "compose", "count", "counts", "destroy", "invitations",
    "kwave_path", "make_codes", "make_kwave", "preview", "send",
]  # fmt: skip
