"""The questions, as data: instruments, practices and languages in TOML."""
