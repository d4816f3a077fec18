"""The systemd unit."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from supervisor.cli.instance.service import unit


def test_paths_are_written_as_systemd_reads_them() -> None:
    text = unit(("/opt/my bin/supervisor",), Path("/srv/100% bot"), user=False, text=True)
    assert 'ExecStart="/opt/my bin/supervisor" --home "/srv/100%% bot" run --text\n' in text
    assert "WorkingDirectory=/srv/100%% bot\n" in text
    assert "RestartPreventExitStatus=2 4 5 70" in text


def test_it_says_how_to_install_it() -> None:
    text = unit(("/usr/bin/supervisor",), Path("/srv/bot"), user=True, text=False)
    assert "#   systemctl --user enable --now gerald" in text
    assert "WantedBy=default.target" in text


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
@pytest.mark.parametrize("user", [False, True])
def test_systemd_finds_nothing_wrong_with_it(tmp_path: Path, user: bool) -> None:
    home = tmp_path / "a home"
    home.mkdir()
    file = tmp_path / "gerald.service"
    file.write_text(unit((sys.executable, "-m", "supervisor"), home, user=user, text=False))
    done = subprocess.run(
        ["systemd-analyze", "verify", *(["--user"] if user else []), str(file)],
        capture_output=True,
        text=True,
    )
    assert "gerald.service" not in done.stderr, done.stderr
