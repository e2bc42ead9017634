"""How mail leaves: so far as files for a mail server to pick up."""
