"""Releases on disk: ledger, manifest, cells, press."""
