"""VRChat is found as a process of this machine, with its ports and its log."""

import os
import time
from pathlib import Path

import pytest

from config.schema import Osc
from supervisor.doctor.vrchat import game
from supervisor.doctor.vrchat.game import GameFacts, GameProcess, is_here, judge
from tests.supervisor.doctor.conftest import Make, said, worst

OSC = Osc()


def test_its_process_is_found_by_its_name(vrchat: int, subject: Make) -> None:
    facts = game.gather(subject())
    assert GameProcess(vrchat) in facts.processes
    assert facts.runs
    assert f"runs, as process {vrchat}" in judge(facts)[0].seen or len(facts.processes) > 1


def test_its_log_is_found_and_how_old_it_is(tmp_path: Path, subject: Make) -> None:
    log = tmp_path / "logs" / "output_log_2026-11-28_10-00-00.txt"
    log.parent.mkdir()
    log.write_text("2026.11.28 10:00:00 Log - started\n")
    os.utime(log, (time.time() - 7200, time.time() - 7200))
    facts = game.gather(subject(vrchat={"log_directory": "logs"}))
    assert facts.log == log
    assert 7100 < facts.log_age < 7300
    assert any("written 2 hours ago" in line for line in said(judge(facts)))


def test_a_folder_of_logs_that_is_not_there_is_a_problem(subject: Make) -> None:
    found = judge(game.gather(subject(vrchat={"log_directory": "nowhere"})))
    assert "problem: its log cannot be read: there is no such folder" in said(found)


def test_this_machine_is_known_by_all_its_names() -> None:
    assert is_here("127.0.0.1")
    assert is_here("localhost")
    assert is_here("::1")
    assert not is_here("192.0.2.7")
    assert not is_here("no-such-host.invalid")


def facts(*processes: GameProcess, osc: Osc = OSC, system: str = "linux", **more: object) -> GameFacts:
    return GameFacts(osc, more.pop("is_here", True), system, processes, **more)  # type: ignore[arg-type]


def test_what_cannot_be_seen_is_said() -> None:
    (elsewhere,) = judge(facts(osc=Osc(output_host="192.0.2.7"), is_here=False))
    assert "192.0.2.7" in elsewhere.seen
    assert "cannot be seen" in elsewhere.seen
    assert "macOS" in judge(facts(system="darwin"))[0].seen
    assert worst(judge(facts())) == "note"
    hidden = judge(facts(log=Path("x"), log_age=3.0))
    assert "its process cannot be seen" in hidden[0].seen


@pytest.mark.parametrize(
    ("arguments", "ports", "severity"),
    [
        ([""], (9001, 9000), "note"),
        (["--osc=9000:127.0.0.1:9001"], (9001, 9000), "note"),
        (["--osc=9010:127.0.0.1:9011"], (9001, 9000), "problem"),
        (["--osc=9010:127.0.0.1:9011"], (9011, 9010), "note"),
        ([""], (9011, 9010), "note"),
        (["", "--osc=9010:127.0.0.1:9011"], (9001, 9000), "note"),
        (["", "--osc=9010:127.0.0.1:9011"], (9011, 9010), "note"),
        (["", "--osc=9020:127.0.0.1:9021"], (9011, 9010), "problem"),
    ],
)
def test_ports_of_its_command_line_that_differ_are_a_problem(
    arguments: list[str], ports: tuple[int, int], severity: str
) -> None:
    processes = [GameProcess(number + 1, argument) for number, argument in enumerate(arguments)]
    found = judge(facts(*processes, osc=Osc(input_port=ports[0], output_port=ports[1])))
    assert worst(found) == severity, said(found)
