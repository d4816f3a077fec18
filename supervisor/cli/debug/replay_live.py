"""`supervisor replay --live`: sends the recorded input to the running instance."""

from pathlib import Path
from typing import Any

import click

from config.home import Home
from supervisor.cli.options import fail, print_json
from supervisor.exit_status import FAILED, NO_INSTANCE


def play_live(home: Home, trace: Path, speed: float, as_json: bool) -> None:
    """Send the running instance what the senses recorded, with a progress bar; Ctrl-C ends it."""
    from supervisor.control.client import call
    from supervisor.control.wire import RequestRefused
    from supervisor.instance import NoInstance
    from supervisor.replay.play_live import play, read_inputs
    from supervisor.replay.reconstruct import Unreplayable

    def tell(to: str, kind: str, message: Any) -> None:
        call(home.path, {"do": "tell", "address": to, "type": kind, "message": message})

    sent = 0
    try:
        found = read_inputs(trace)
        call(home.path, {"do": "status"})
        inputs = play(found, tell, speed)
        with click.progressbar(inputs, length=len(found), label="replaying", show_pos=True) as bar:
            for _ in bar:
                sent += 1
    except (Unreplayable, RequestRefused) as error:
        fail(FAILED, f"{f'after {sent} messages: ' if sent else ''}{error}")
    except NoInstance as error:
        fail(NO_INSTANCE, str(error))
    except KeyboardInterrupt:
        fail(130, f"\nended after {sent} of {len(found)} messages")
    if as_json:
        print_json({"told": sent, "seconds": found[-1].at, "speed": speed})
    else:
        click.echo(f"{sent:,} messages of the senses sent, {found[-1].at / speed:.1f} s")
