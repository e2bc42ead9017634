"""What each room promises, in isolation."""
