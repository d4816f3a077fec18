"""`supervisor replay --live`: play the recorded input of the senses to the running instance."""

from pathlib import Path
from typing import Any

import click

from config.home import Home
from supervisor.cli.options import FAILED, NO_INSTANCE, fail, print_json

__all__ = ["play_live"]


def play_live(home: Home, trace: Path, speed: float, as_json: bool) -> None:
    """Tell the running instance what the recorded senses told, with a bar; Ctrl-C ends it."""
    from supervisor.control.client import call
    from supervisor.control.wire import RequestRefused
    from supervisor.instance import NoInstance
    from supervisor.replay.play_live import play, read_inputs
    from supervisor.replay.reconstruct import Unreplayable

    def tell(to: str, kind: str, message: Any) -> None:
        call(home.path, {"do": "tell", "address": to, "type": kind, "message": message})

    told = 0
    try:
        found = read_inputs(trace)
        call(home.path, {"do": "status"})
        with click.progressbar(
            play(found, tell, speed), length=len(found), label="replaying", show_pos=True, file=None
        ) as bar:
            for _ in bar:
                told += 1
    except Unreplayable as error:
        fail(FAILED, str(error))
    except NoInstance as error:
        fail(NO_INSTANCE, str(error))
    except RequestRefused as error:
        fail(FAILED, f"after {told} messages: {error}")
    except KeyboardInterrupt:
        click.echo(f"\nended after {told} of {len(found)} messages", err=True)
        raise SystemExit(130) from None
    if as_json:
        print_json({"told": told, "seconds": found[-1].at, "speed": speed})
    else:
        click.echo(f"{told:,} messages of the senses told, {found[-1].at / speed:.1f} s")
