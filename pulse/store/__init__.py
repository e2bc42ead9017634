"""Files and databases: engines with the right durability, group commit, secure deletion."""
