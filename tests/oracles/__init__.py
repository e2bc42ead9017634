"""Other roads to the same answers: references the shipped code is held against."""
