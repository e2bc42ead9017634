"""Practices: who tries what since when. This room knows units, never people or answers."""
