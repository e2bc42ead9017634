"""A throw-away home with an invented organisation, its past weeks and one open week."""
