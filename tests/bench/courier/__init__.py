"""How fast the courier is beside a bare loop of the standard library, on the same server."""
