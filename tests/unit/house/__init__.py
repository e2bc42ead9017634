"""The rules of the house: contracts, names, sizes, locks."""
