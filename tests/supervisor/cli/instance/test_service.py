"""The systemd unit."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from supervisor.cli.instance.service import unit
from supervisor.cli.main import cli

analyzed = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed"
)


def test_paths_are_written_as_systemd_reads_them() -> None:
    text = unit(("/opt/my bin/supervisor",), Path("/srv/100% bot"), owner="gerald", text=True)
    assert 'ExecStart="/opt/my bin/supervisor" --home "/srv/100%% bot" run --text\n' in text
    assert "WorkingDirectory=/srv/100%% bot\n" in text
    assert "RestartPreventExitStatus=2 4 5 70" in text


def test_it_says_how_to_install_it() -> None:
    text = unit(("/usr/bin/supervisor",), Path("/srv/bot"), owner="", text=False)
    assert "#   systemctl --user enable --now gerald" in text
    assert "WantedBy=default.target" in text


@analyzed
@pytest.mark.parametrize("user", [False, True])
def test_systemd_finds_nothing_wrong_with_it(tmp_path: Path, user: bool) -> None:
    home = tmp_path / "a home"
    home.mkdir()
    file = tmp_path / "gerald.service"
    file.write_text(
        unit((sys.executable, "-m", "supervisor"), home, owner="" if user else "root", text=False)
    )
    done = subprocess.run(
        ["systemd-analyze", "verify", *(["--user"] if user else []), str(file)],
        capture_output=True,
        text=True,
    )
    assert "gerald.service" not in done.stderr, done.stderr


def exposure(unit: Path) -> float:
    """Of 10, as systemd rates it."""
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", str(unit)],
        capture_output=True,
        text=True,
        check=True,
    )
    found = re.search(r"exposure level for .*: ([0-9.]+)", done.stdout)
    assert found, done.stdout
    return float(found[1])


@analyzed
def test_a_system_unit_is_as_closed_as_the_models_allow(tmp_path: Path) -> None:
    file = tmp_path / "gerald.service"
    file.write_text(unit(("/opt/bin/supervisor",), Path("/srv/bot"), owner="gerald", text=False))
    assert exposure(file) < 2.0
    text = file.read_text()
    assert "\nReadWritePaths=/srv/bot\n" in text
    assert "\nUser=gerald\n" in text
    assert "\nMemoryDenyWriteExecute" not in text, "the recognizer could not be loaded"


@pytest.mark.linux("systemd")
def test_it_runs_as_the_owner_of_the_home(tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["--home", str(tmp_path), "service"])
    assert f"\nUser={tmp_path.owner()}\n" in done.output
