"""`supervisor trace why`."""

import click

from config.home import Home
from supervisor.cli.literal import escaped, literal
from supervisor.cli.options import fail, home_and_json, print_json, wide_console
from supervisor.cli.trace.options import open_run, run_option, tell_torn
from supervisor.exit_status import FAILED


@click.command()
@click.argument("message")
@run_option
@home_and_json
def why(home: Home, message: str, run: str, as_json: bool) -> None:
    """Show the chain of causes of MESSAGE, from the outside event that started it.

    MESSAGE is an id, SENDER/INCARNATION/SEQUENCE, as `trace show --ids` and `dead-letters --json` print them. The first
    column is how long after the line above each handler began.
    """
    from supervisor.trace.analyse import causes
    from supervisor.trace.analyse import show as render

    trace = open_run(home, run)
    chain = causes.why(trace, message)
    if chain is None:
        fail(FAILED, f"run {trace.folder.name} has no message {message}; `trace show --ids` prints ids")
    if as_json:
        entries = render.records(chain.entries)
        print_json({"run": trace.folder.name, "chain": entries, "missing": chain.missing, "cut": chain.cut})
        return
    console = wide_console()
    if chain.cut:
        console.print("[yellow]the chain is longer; its first messages are not shown[/]")
    if chain.missing:
        console.print(f"[yellow]the message before it, {escaped(chain.missing)}, is not in this trace[/]")
    for line in render.chain_lines(chain.entries, console.width):
        console.print(literal(line), no_wrap=True, overflow="ellipsis")
    tell_torn(console, trace.torn)
