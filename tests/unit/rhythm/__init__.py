"""What is due when, against an oracle that walks through every minute."""
