"""The pages: what is said and drawn from a release, as plain structs for the templates."""
