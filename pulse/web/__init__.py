"""The staff pages: the survey, its intake, results, privacy, health. Silent by design."""
