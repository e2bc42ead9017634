"""Accounts of leaders, HR, auditors and administrators: who may see which released figure."""
