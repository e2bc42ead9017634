"""`python -m pulse`, and `pulse` where it is installed."""


def main() -> None:
    """Run the command line; exits with 0, 1 (refused, with one line of reason) or 2 (usage)."""
    # Inside, because each process that makes keys reads this module again.
    from pulse.cli.program import program

    program.main(prog_name="pulse")


if __name__ == "__main__":
    main()
