"""The program: every command group in the order in which an installation meets them."""

import click

import pulse
from pulse.cli import (
    attack,
    audit,
    council,
    demo,
    export,
    invite,
    languages,
    leaders,
    mail,
    pause,
    rehearse,
    roster,
    serve,
    setup,
    survey,
    tick,
    upkeep,
    wave,
)
from pulse.cli.frame import Root


@click.command(cls=Root, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(pulse.__version__, message="pulse %(version)s")
def program() -> None:
    """Ask a team how it is, once a week, without ever knowing who said what.

    Try it: `pulse demo`. Each command explains itself with --help; --home DIR and
    --json may stand before or after any of them.
    """


survey.survey.add_command(languages.languages)

for command in (
    demo.demo,
    rehearse.rehearse,
    setup.init,
    roster.roster,
    leaders.leaders,
    wave.wave,
    invite.invite,
    invite.remind,
    tick.tick,
    pause.pause,
    mail.mail,
    council.council,
    serve.serve,
    export.export,
    audit.audit,
    attack.attack,
    upkeep.backup,
    upkeep.restore,
    upkeep.upgrade,
    upkeep.doctor,
    survey.survey,
    setup.config,
):
    program.add_command(command)
