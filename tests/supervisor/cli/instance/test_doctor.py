"""`supervisor doctor`: what it prints can be read on any screen and pasted anywhere, and its exit status counts."""

import io
import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from supervisor.cli.instance.doctor import plain, render, summary
from supervisor.doctor.checks import CHECKS
from supervisor.doctor.examination import Report, Result
from supervisor.doctor.finding import note, ok, problem

KEY, PASSWORD, ENV_KEY = "sk-live-0123456789abcdef", "pa55wordOfHers", "envkey9876543210"
PEOPLE = ("Hildegard", "Brunhilde Lee", "Kunigunde", "Ottilie")
QUIET = ("audio.input_device=none", "audio.output_device=none", "osc.query=off")


def doctor(home: Path, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    line = [sys.executable, "-m", "supervisor", "--home", str(home), "doctor", *arguments]
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("GERALD_", "OPENROUTER"))
    }
    return subprocess.run(
        line, capture_output=True, text=True, timeout=90, stdin=subprocess.DEVNULL, env=kept | environment
    )


def quietly(*more: str) -> list[str]:
    return [part for setting in (*QUIET, *more) for part in ("--set", setting)]


def test_no_secret_and_no_name_is_in_the_output_wherever_they_stand(tmp_path: Path) -> None:
    home = tmp_path / "home" / "hildegard" / "gerald"
    (home / "config").mkdir(parents=True)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://kunigunde:{PASSWORD}@127.0.0.1:{nobody.getsockname()[1]}/v1"
        (home / "config" / "config.yaml").write_text(
            f"llm: {{base_url: '{url}', model: tiny, api_key: {KEY}, api_keys: {{x: '${{SECRET_OF_ENV}}'}}}}\n"
            "vrchat: {username: Hildegard, log_directory: /home/kunigunde/Hildegard/logs}\n"
            "safety: {people: [Brunhilde Lee]}\n"
            "audio: {input_device: \"file:/home/ottilie/Ottilie's.wav\", output_device: none}\n"
            "osc: {query: 'off'}\n"
            f"trace: {{words: {KEY}}}\n"
        )  # fmt: skip
        (home / ".env").write_text(f"SECRET_OF_ENV={ENV_KEY}\n")
        user = {"HOME": str(tmp_path / "home" / "hildegard"), "USER": "hildegard", "LOGNAME": "hildegard"}
        shown = doctor(home, **user)
        as_json = doctor(home, "--json", **user)
    for done in (shown, as_json):
        assert done.returncode == 1, done.stderr
        text = (done.stdout + done.stderr).lower()
        for secret in (KEY, PASSWORD, ENV_KEY, *PEOPLE, socket.gethostname()):
            assert secret.lower() not in text, secret
        assert "trace.words" in text
        assert "cannot be reached" in text
        assert "********" in text
    assert "~" in shown.stdout


def problems(found: dict[str, Any]) -> list[dict[str, str]]:
    """Those that the home has; this machine may have some of its own."""
    own = ("versions", "disk", "models", "clock", "permissions")
    bad = (one for one in found["findings"] if one["severity"] == "problem")
    return [one for one in bad if one["check"] not in own]


def test_the_json_has_names_that_stay_and_the_exit_status_counts_problems(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    whole = doctor(tmp_path, "--json", *quietly("llm.mock_responses=true", "osc.input_port=0"))
    found: dict[str, Any] = json.loads(whole.stdout)
    assert set(found) == {"gerald", "problems", "notes", "findings", "seconds"}
    assert (
        {one["check"] for one in found["findings"]}
        == {check.name for check in CHECKS}
        == set(found["seconds"])
    )
    assert all(set(one) == {"check", "title", "severity", "seen", "remedy"} for one in found["findings"])
    assert found["problems"] == sum(one["severity"] == "problem" for one in found["findings"])
    assert problems(found) == []
    assert whole.returncode == (1 if found["problems"] else 0)
    assert not list((tmp_path / "data").glob("*")), "nothing is left behind"

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        taken = doctor(tmp_path, "--json", *quietly("llm.mock_responses=true", f"osc.input_port={port}"))
    assert taken.returncode == 1
    bad = problems(json.loads(taken.stdout))
    assert [one["check"] for one in bad] == ["osc"]
    assert f"process {os.getpid()}" in bad[0]["seen"]


REPORT = Report(
    (
        Result(
            "game", "VRChat", (ok("runs, as process 7"), note("its log is not found", "switch it on")), 0.1
        ),
        Result("osc", "OSC", (problem("UDP port 9001 of [red]x[/nope] :dog: is taken", "close " * 20),), 0.2),
        Result("level", "Microphone level", (ok("-48.2 dB"),), 0.3),
    )
)


@pytest.mark.parametrize("width", [40, 80, 120])
def test_it_can_be_read_on_a_screen_of(width: int, capsys: pytest.CaptureFixture[str]) -> None:
    console = Console(file=io.StringIO(), width=width, force_terminal=True, color_system=None, emoji=False)
    render(REPORT, console)
    printed = capsys.readouterr().out
    assert max(map(len, printed.splitlines())) <= width
    assert printed.startswith("ok")
    words = " ".join(printed.split())
    assert words.count("close") == 20
    assert "PROBLEM OSC" in words
    assert ":dog:" in words
    assert words.endswith("1 problem, 1 note")
    assert [line for line in printed.splitlines() if line != line.rstrip()] == []


def test_no_problem_is_said() -> None:
    assert summary(Report(REPORT.results[2:])) == "no problem, 0 notes"
    assert plain(REPORT)["problems"] == 1


HANGS = """
import sys, threading
from supervisor.cli.main import cli
from supervisor.doctor import checks, examination, finding
def hang(subject):
    threading.Event().wait()
checks.CHECKS = [
    examination.Check("stuck", "Stuck", hang, lambda facts: (), within=0.3),
    examination.Check("fine", "Fine", lambda subject: "", lambda facts: (finding.ok("here"),)),
]
cli.main(["--home", sys.argv[1], "doctor"])
"""


@pytest.mark.posix("terminals of POSIX")
def test_what_is_waited_for_is_shown_on_a_terminal_and_a_hung_check_does_not_hold_up_the_end(
    tmp_path: Path,
) -> None:
    import pty

    ours, theirs = pty.openpty()
    with os.fdopen(ours, "rb", 0) as terminal:
        line = (sys.executable, "-c", HANGS, str(tmp_path))
        done = subprocess.run(line, stdout=subprocess.PIPE, stderr=theirs, text=True, timeout=60)
        os.close(theirs)
        shown = terminal.read(65536).decode()
    assert "waiting for: Stuck" in shown
    assert done.returncode == 0
    assert "no answer within 0.3 s" in done.stdout
    assert "here" in done.stdout
