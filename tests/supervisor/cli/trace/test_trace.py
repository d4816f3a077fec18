"""`supervisor trace`, as one types it."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from actors.kernel.protocol.lifecycle import Failure
from actors.system.messages import StageReached
from config.home import Home
from supervisor.cli.main import cli
from supervisor.trace.write.recorder import Recorder
from tests.doubles.foxglove_client import FoxgloveClient
from tests.supervisor.trace.samples import Heard, Noted, envelope, handled

OLD = "20261122T190000Z-1"
RUN = "20261123T190000Z-1"
START = 1_795_460_400.0


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Two runs; in the newer one two turns, the second of which fails."""
    home = Home(tmp_path)
    for run in (OLD, RUN):
        recorder = Recorder(home.traces, "root", run=run)
        for turn in (1, 2):
            wall = START + turn * 60
            heard = envelope(turn, Heard(f"Hello number {turn}"), to="conversation")
            asked = envelope(turn, Heard("think"), sender="conversation", to="llm", cause=heard.id, turn=turn)
            stage = StageReached(turn, "first_token", wall + 0.5, 0.4)
            told = envelope(turn, stage, sender="llm", to="system", cause=asked.id, turn=turn)
            recorder.append(handled(heard, wall=wall, sent=(asked,)))
            failure = Failure("KeyError", "x") if turn == 2 else None
            recorder.append(handled(asked, wall=wall + 0.1, sent=(told,), failure=failure))
            recorder.append(handled(told, wall=wall + 0.5))
        recorder.close()
    return home


def run(home: Home, *arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(cli, ["--home", str(home.path), "trace", *arguments])
    assert result.exit_code == code, result.output
    return result


def records(home: Home, *arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run(home, "show", "--json", *arguments).stdout)
    return found


def ids(home: Home, *arguments: str) -> list[str]:
    return [record["id"] for record in records(home, *arguments)]


def test_ls_tells_what_is_in_each_run(home: Home) -> None:
    text = run(home, "ls").stdout
    assert text.index(OLD) < text.index(RUN)
    found = json.loads(run(home, "ls", "--json").stdout)
    assert [(r["run"], r["turns"], r["handled"], r["failed"], r["nodes"]) for r in found] == [
        (OLD, 2, 6, 1, ["root"]),
        (RUN, 2, 6, 1, ["root"]),
    ]
    assert found[0]["seconds"] == pytest.approx(60.5)
    assert "older runs" in run(home, "ls", "--limit", "1").stdout


def test_the_folder_that_the_configuration_names_is_looked_into(home: Home) -> None:
    home.traces.rename(home.path / "elsewhere")
    assert "nothing was recorded yet" in run(home, "ls").stdout
    home.config_file.parent.mkdir()
    home.config_file.write_text("trace:\n  directory: elsewhere\n")
    assert RUN in run(home, "ls").stdout
    assert ids(home) == ["world/1/2", "conversation/1/2", "llm/1/2"]


def test_unasked_show_prints_the_newest_turn_and_what_led_to_it(home: Home) -> None:
    assert ids(home) == ["world/1/2", "conversation/1/2", "llm/1/2"]
    text = run(home, "show").stdout
    assert "failed: KeyError: x" in text
    assert "turn 2, 3 records" in text


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--turn", "1"], ["world/1/1", "conversation/1/1", "llm/1/1"]),
        (["--turn", "0"], ["world/1/1", "world/1/2"]),
        (["--type", "StageReached"], ["llm/1/1", "llm/1/2"]),
        (["--actor", "system"], ["llm/1/1", "llm/1/2"]),
        (["--text", "number 1"], ["world/1/1"]),
        (["--failed"], ["conversation/1/2"]),
        (["--cause", "conversation/1/1"], ["conversation/1/1", "llm/1/1"]),
        (["--since", "0.45s"], ["conversation/1/2", "llm/1/2"]),
        (["--since", "2026-11-23T19:01:30+00:00", "--until", "2026-11-23T19:02:00.200+00:00"],
         ["world/1/2", "conversation/1/2"]),
        (["--run", OLD, "--turn", "1", "--actor", "llm", "--type", "Heard"], ["conversation/1/1"]),
        (["--dead"], []),
    ],
)  # fmt: skip
def test_show_filters(home: Home, arguments: list[str], expected: list[str]) -> None:
    assert ids(home, *arguments) == expected


def test_show_as_a_tree_with_ids(home: Home) -> None:
    lines = run(home, "show", "--tree", "--ids").stdout.splitlines()
    assert "world/1/2" in lines[0]
    assert lines[1].startswith("└─ ")
    assert lines[2].startswith("   └─ ")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["show", "--turn", "9"], 1, "has no record of turn 9"),
        (["show", "--run", "nowhere"], 1, "called nowhere"),
        (["show", "--since", "soon"], 2, "is not a time"),
        (["show", "--follow", "--tree"], 2, "--follow"),
        (["show", "--cause", "nobody/1/1"], 1, "nobody/1/1"),
        (["why", "nobody/1/1"], 1, "no message nobody/1/1"),
        (["stats", "--type", "Nothing"], 1, "matches"),
        (["export"], 2, "choose one"),
        (["export", "--jsonl", "/nowhere/at/all"], 1, "cannot be written"),
        (["check", "--run", "../x"], 1, "there is no trace"),
    ],
)
def test_what_cannot_be_done_is_said(home: Home, arguments: list[str], code: int, said: str) -> None:
    assert said in run(home, *arguments, code=code).output


def test_without_any_trace_each_says_so(tmp_path: Path) -> None:
    empty = Home(tmp_path)
    assert "nothing was recorded" in run(empty, "ls").output
    for command in ("show", "stats", "check"):
        assert "there is no trace in" in run(empty, command, code=1).output


def test_why_prints_the_chain(home: Home) -> None:
    found = json.loads(run(home, "why", "llm/1/2", "--json").stdout)
    assert [one["id"] for one in found["chain"]] == ["world/1/2", "conversation/1/2", "llm/1/2"]
    lines = run(home, "why", "llm/1/2").stdout.splitlines()
    assert "+100.00 ms  conversation → llm" in lines[1]
    assert "+400.00 ms  llm → system" in lines[2]


def test_stats_says_what_took_how_long(home: Home) -> None:
    found = json.loads(run(home, "stats", "--turn", "1", "--json").stdout)
    assert {kind["type"]: kind["handled"] for kind in found["types"]} == {"Heard": 1, "StageReached": 1}
    (stage,) = found["stages"]
    assert (stage["stage"], stage["took"]["p50"]) == ("first_token", 0.4)
    assert "slowest handlers" in run(home, "stats").stdout


def test_export_writes_each_form(home: Home, tmp_path: Path) -> None:
    lines = run(home, "export", "--jsonl", "-").stdout.splitlines()
    assert [json.loads(line)["id"] for line in lines][:2] == ["world/1/1", "conversation/1/1"]
    assert run(home, "export", "--mermaid", "-").stdout.startswith("sequenceDiagram\n")
    file = tmp_path / "out.json"
    assert "there are more" in run(home, "export", "--perfetto", str(file), "--limit", "2").stderr
    assert sum(event["ph"] == "X" for event in json.loads(file.read_text())["traceEvents"]) == 2


def test_check_is_0_for_a_whole_trace_and_1_for_a_damaged_one(home: Home) -> None:
    assert "nothing is damaged" in run(home, "check").stdout
    (path,) = (home.traces / RUN).glob("*.mcap")
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)
    report = run(home, "check", code=1)
    assert "DAMAGED  root.0001.mcap" in report.stdout
    found = json.loads(run(home, "check", "--json", code=1).stdout)
    assert found["damage"]
    assert not found["ok"]


def test_help_loads_neither_rich_nor_foxglove() -> None:
    code = (
        "import sys; from supervisor.cli.main import cli; cli(['trace', '--help'], standalone_mode=False);"
        "print([m for m in ('rich', 'foxglove', 'small_mcap', 'msgspec') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.fixture
def recorder(home: Home) -> Iterator[Recorder]:
    recorder = Recorder(home.traces, "root", run=RUN, flush_interval=0.01)
    yield recorder
    recorder.close()


def command(home: Home, *arguments: str) -> "subprocess.Popen[str]":
    line = [sys.executable, "-u", "-m", "supervisor", "--home", str(home.path), "trace", *arguments]
    return subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def interrupted(process: "subprocess.Popen[str]") -> str:
    """End it as Ctrl-C does; what it said in complaint."""
    process.send_signal(signal.SIGINT)
    _, complaint = process.communicate(timeout=30)
    assert process.returncode == 0
    return complaint


@pytest.mark.posix("signals of POSIX")
def test_show_follows_until_ctrl_c(home: Home, recorder: Recorder) -> None:
    with command(home, "show", "--follow", "--json", "--type", "Noted", "--since", "1d") as process:
        assert process.stdout is not None
        for n in range(3):
            recorder.append(handled(envelope(n, Heard("not this"))))
            recorder.append(handled(envelope(100 + n, Noted(n))))
            assert json.loads(process.stdout.readline())["message"]["number"] == n
        assert interrupted(process) == ""


@pytest.mark.posix("signals of POSIX")
def test_live_serves_the_newest_run_until_ctrl_c(home: Home, recorder: Recorder) -> None:
    with command(home, "live", "--port", "0") as process:
        assert process.stdout is not None
        serving = process.stdout.readline()
        assert RUN in serving
        assert "app.foxglove.dev" in process.stdout.readline()
        with FoxgloveClient(int(serving.rsplit(":", 1)[1])) as client:
            client.until_subscribed({"/tests/Heard"})
            recorder.append(handled(envelope(1, Heard("live"))))
            assert client.message()[2]["message"]["text"] == "live"
        assert interrupted(process) == ""
