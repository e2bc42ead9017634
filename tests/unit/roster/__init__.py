"""People and units: the files, the import, what is frozen for a wave."""
