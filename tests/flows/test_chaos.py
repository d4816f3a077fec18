"""The real tree under load and faults: nothing is lost, and nothing stays dead."""

from pathlib import Path

import pytest

from tests.flows.conftest import Command


@pytest.mark.slow
@pytest.mark.posix("signals of POSIX")
def test_chaos_with_workers_on_other_machines_that_are_parted_and_switched_off(tmp_path: Path) -> None:
    report = Command(tmp_path).json_of("chaos", "--seconds", "10", "--seed", "3", "--text", "--hosts", "2")
    assert report["passed"], report["faults"]
    account = report["account"]
    assert account["sent"] == account["handled"] + sum(account["dead"].values()) + account["waiting"]
    assert {"partition", "lost host", "lost link", "lost frame"} & report["blows"].keys()
    assert report["turns"]["asked"] >= 6


@pytest.mark.slow
@pytest.mark.posix("signals of POSIX")
@pytest.mark.parametrize("seed", [3, 6])
def test_chaos_for_some_seconds(tmp_path: Path, seed: int) -> None:
    report = Command(tmp_path).json_of("chaos", "--seconds", "8", "--seed", str(seed), "--text")
    assert report["passed"], report["faults"]
    account = report["account"]
    assert account["sent"] == account["handled"] + sum(account["dead"].values()) + account["waiting"]
    assert sum(report["blows"].values()) >= 5
    assert sum(report["restarts"].values()) >= 3
    assert report["turns"]["asked"] >= 6
    assert report["pictures"] > 0
