"""`python -m pulse`, and `pulse` where it is installed."""

from pulse.cli.program import program


def main() -> None:
    """Run the command line; exits with 0, 1 (refused, with one line of reason) or 2 (usage)."""
    program.main(prog_name="pulse")


if __name__ == "__main__":
    main()
