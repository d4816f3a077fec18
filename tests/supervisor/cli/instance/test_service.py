"""The systemd unit, and Windows' task."""

import ctypes
import re
import shutil
import subprocess
import sys
from pathlib import Path, PureWindowsPath
from uuid import uuid4
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from supervisor.cli.instance.service import unit
from supervisor.cli.instance.task import installing, task
from supervisor.cli.main import cli

analyzed = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed"
)


@pytest.mark.linux("systemd")
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


def is_wine() -> bool:
    return sys.platform == "win32" and hasattr(ctypes.WinDLL("ntdll"), "wine_get_version")


SPACE = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"


@pytest.mark.parametrize("at_logon", [True, False])
def test_a_task_of_windows_says_who_runs_what_and_when_whatever_the_letters(at_logon: bool) -> None:
    program = ("C:\\Ge räld & Co\\supervisor.exe",)
    text = task(program, PureWindowsPath("D:\\日本 home"), user="PC\\Zoë", at_logon=at_logon, text=True)
    assert text.isascii(), "no encoding on its way matters"
    tree = ElementTree.fromstring(text)
    found = {one.tag.removeprefix(SPACE): (one.text or "").strip() for one in tree.iter()}
    assert found["Command"] == program[0]
    assert found["Arguments"] == '--home "D:\\日本 home" run --text'
    assert found["WorkingDirectory"] == "D:\\日本 home"
    assert found["UserId"] == "PC\\Zoë"
    assert found["ExecutionTimeLimit"] == "PT0S", "it would be killed after three days"
    assert found["Priority"] == "5", "else everything would run below the normal priority"
    assert ("LogonTrigger" in found, "BootTrigger" in found) == (at_logon, not at_logon)
    assert found["LogonType"] == ("InteractiveToken" if at_logon else "S4U")


def test_how_to_install_a_task_is_said() -> None:
    said = installing(PureWindowsPath("D:\\a home"), at_logon=True, text=True)
    assert 'supervisor --home "D:\\a home" service --user --text > gerald.xml' in said
    assert "administrator" not in said
    assert "administrator" in installing(PureWindowsPath("D:\\home"), at_logon=False, text=False)


@pytest.mark.skipif(
    sys.platform != "win32" or is_wine(), reason="Windows' own Task Scheduler: Wine's keeps pipes open"
)
def test_windows_takes_the_task(tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["--home", str(tmp_path), "service", "--user"])
    assert done.exit_code == 0, done.output
    file = tmp_path / "gerald.xml"
    file.write_text(done.stdout)
    name = f"gerald-{uuid4().hex}"
    for command in (["/Create", "/TN", name, "/XML", str(file)], ["/Delete", "/TN", name, "/F"]):
        took = subprocess.run(["schtasks", *command], capture_output=True, text=True, timeout=60.0)
        assert took.returncode == 0, took.stdout + took.stderr
