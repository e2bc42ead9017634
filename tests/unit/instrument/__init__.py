"""What is asked: the survey file, its refusals, its rotation, its reading level."""
