"""On a screen that the tree does not fit on, what is missing stands where it is seen; and data is no markup."""

import io

from rich.console import Console

from supervisor.cli.instance.watch import picture

ROW = {
    "depth": 1, "kind": "actor", "pin": "thread", "place": "", "pid": 1,
    "state": "running", "health": "OK", "reason": "",
    "remedy": "", "restarts": 0, "mailbox": 0, "last_error": "",
}  # fmt: skip
BAD = {**ROW, "address": "audio.speaker", "health": "DOWN", "reason": "no :dog: device [red]x[/nope] \x1b[2J"}
FOUND = {
    "started_at": 0.0, "ready": True, "dead_letters": {}, "pid": 1, "home": "/x",
    "actors": [*({**ROW, "address": f"actor.{number}"} for number in range(40)), BAD],
}  # fmt: skip


def test_a_low_screen_shows_what_is_missing_first_and_as_it_is_written() -> None:
    for width in (40, 80, 120):
        out = io.StringIO()
        console = Console(
            file=out, width=width, height=24, force_terminal=True, emoji=False, color_system=None
        )
        console.print(picture(FOUND, console))
        top = "".join(out.getvalue().splitlines()[:24]).replace(" ", "")
        assert "DOWNaudio.speaker:no:dog:device[red]x[/nope]" in top
        assert "\x1b[2J" not in out.getvalue()
