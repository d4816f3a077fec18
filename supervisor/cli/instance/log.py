"""`supervisor log`."""

import click

from config.files import located
from config.home import Home
from supervisor.cli.options import fail, home_and_json, print_json
from supervisor.exit_status import FAILED
from supervisor.log_lines import LEVELS


@click.command()
@click.option(
    "--count", type=click.IntRange(1, 10_000), default=50, show_default=True, help="Number of newest lines."
)
@click.option(
    "--level", type=click.Choice(LEVELS, case_sensitive=False), default="DEBUG", help="The least level."
)
@click.option("--words", default="", metavar="WORDS", help="Lines that contain this, in any case.")
@home_and_json
def log(home: Home, count: int, level: str, words: str, as_json: bool) -> None:
    """Print the newest lines of the log, rotated files included, oldest first."""
    import msgspec

    from config.syntax.mask import printable
    from supervisor.log_lines import newest
    from supervisor.offline.store import configuration

    file = located(home.data, configuration(home).logging.file)
    try:
        found = newest(file, count, level.upper(), words)
    except OSError as error:
        fail(FAILED, f"the log {file} cannot be read: {error.strerror or error}")
    if as_json:
        print_json(msgspec.to_builtins(found))
        return
    for line in found.lines:
        click.echo(printable(f"{line.time} {line.level:8} {line.text}" if line.time else line.text))
    if not found.lines:
        click.echo(f"no such line in {file}", err=True)
