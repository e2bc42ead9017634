"""Keeping an installation: backup, restore, upgrade, doctor."""
