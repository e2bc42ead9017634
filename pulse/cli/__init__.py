"""The commands: each parses its words, calls one room, and prints what came of it."""
