"""The promises to users, one file each."""
