"""What every storage backend must do, told once and run on each."""
