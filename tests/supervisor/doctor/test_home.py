"""Disk, permissions, versions and the machine; broken in reality where that can be done."""

import os
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from config.home import Home
from config.secrets.key_file import KEY_FILE_VARIABLE
from supervisor.doctor.home import disk, permissions
from supervisor.doctor.home.disk import DiskFacts
from supervisor.doctor.home.permissions import FileFacts, PermissionFacts
from supervisor.doctor.machine import machine, versions
from supervisor.doctor.machine.machine import MachineFacts
from supervisor.doctor.machine.versions import VersionFacts
from tests.doubles.powerless import POWERLESS, is_root
from tests.supervisor.doctor.conftest import Make, said, worst

LOOK = """
import sys
from pathlib import Path
from config.home import Home
from supervisor.doctor.home import disk
from supervisor.doctor.subject import Subject
for one in disk.judge(disk.gather(Subject(Home(Path(sys.argv[1]))))):
    print(f"{one.severity}: {one.seen}")
"""

CODES = "note: texts of this system are in ascii: letters that it lacks are shown as codes"

# -- disk


@pytest.mark.posix("modes of files")
def test_a_home_that_cannot_be_written_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data").chmod(0o555)
    # Root may write anywhere; without its powers it is a user like any other.
    line = (*(POWERLESS if is_root() else ()), sys.executable, "-c", LOOK, str(tmp_path))
    done = subprocess.run(line, capture_output=True, text=True, timeout=60)
    assert "problem: nothing can be written: " in done.stdout, done.stderr
    assert "Permission denied" in done.stdout


def test_a_home_that_can_be_written_is_well_and_left_as_it_was(subject: Make, tmp_path: Path) -> None:
    assert worst(disk.judge(disk.gather(subject()))) == "ok"
    assert disk.gather(subject(home=Home(tmp_path / "not" / "there"))).folder == tmp_path
    assert not any(tmp_path.iterdir())


def test_kept_pictures_are_counted(tmp_path: Path, subject: Make) -> None:
    (folder := tmp_path / "data" / "pictures").mkdir(parents=True)
    (folder / "one.jpg").write_bytes(b"x" * 2_000_000)
    facts = replace(disk.gather(subject(home=Home(tmp_path))), free=10**10)
    (finding,) = disk.judge(facts)
    assert finding.seen.endswith("; 1 picture in data/pictures (2.0 MB)")


@pytest.mark.parametrize(
    ("facts", "line"),
    [
        (DiskFacts(Path("/x"), 100_000_000), "problem: only 100.0 MB are free at /x"),
        (DiskFacts(Path("/x"), 500_000_000), "note: only 500.0 MB are free at /x"),
        (DiskFacts(Path("/x"), 10**10, inodes=3), "problem: the file system of /x has room for 3 more files only"),
        (DiskFacts(Path("/x"), 10**10, temporary="/tmp: full"), "problem: no temporary file can be made: /tmp: full"),
        (DiskFacts(Path("/x"), 10**10), "ok: 10.0 GB free, and the home can be written"),
    ],
)  # fmt: skip
def test_what_is_said_of_a_disk(facts: DiskFacts, line: str) -> None:
    assert said(disk.judge(facts)) == [line]


# -- permissions


@pytest.mark.posix("modes of files")
def test_keys_that_others_may_read_and_folders_that_they_may_change_are_problems(subject: Make) -> None:
    whole = subject(environ={KEY_FILE_VARIABLE: str(subject().home.path / "key")})
    home = whole.home
    home.data.mkdir()
    for file in (home.env_file, home.path / "key"):
        file.write_text("OPENROUTER_API_KEY=x\n")
        file.chmod(0o644)
    home.data.chmod(0o777)
    lines = [
        line for line in said(permissions.judge(permissions.gather(whole))) if line.startswith("problem")
    ]
    assert sorted(lines) == [
        f"problem: other users may change {home.data}",
        f"problem: other users may read {home.env_file}",
        f"problem: other users may read {home.path / 'key'}",
    ]
    for path, mode in ((home.env_file, 0o600), (home.path / "key", 0o600), (home.data, 0o755)):
        path.chmod(mode)
    assert worst(permissions.judge(permissions.gather(whole))) in ("ok", "note")


def test_another_user_s_file_is_a_problem_without_a_name(subject: Make) -> None:
    if not is_root():
        pytest.skip("only root may give files away")
    home = subject().home
    home.data.mkdir()
    os.chown(home.data, 54321, 54321)
    found = permissions.judge(permissions.gather(subject()))
    assert any("belongs to another user (number 54321; this one is 0)" in one.seen for one in found)
    theirs = FileFacts(home.data, stat.S_IFDIR | 0o755, 54321, False)
    assert worst(permissions.judge(PermissionFacts(1000, (theirs,)))) == "problem"


def test_windows_is_not_looked_at_and_says_so() -> None:
    (line,) = said(permissions.judge(PermissionFacts(None, readers=((Path("key"), ()),))))
    assert line.startswith("ok: no group of others may read keys")
    (line,) = said(permissions.judge(PermissionFacts(None, readers=((Path("key"), ("everyone", "guests")),))))
    assert line == "problem: everyone and guests may read key"


# -- versions and the machine

LOCK = """
click==0.0.1 ; python_full_version < '3' \\
    --hash=sha256:00
click==0.0.2
no-such-package==1.0
only-there==1 ; sys_platform == 'win32' \\
    --hash=sha256:00
"""


def test_packages_are_compared_with_the_list(subject: Make, tmp_path: Path) -> None:
    (tmp_path / "run.txt").write_text(LOCK)
    lines = said(versions.judge(versions.gather(subject(lock=tmp_path))))
    assert "problem: packages are missing: no-such-package" in lines
    assert any(line.startswith("note: not as Gerald is tested with: click ") for line in lines)


def test_the_project_s_own_list_can_be_read(subject: Make) -> None:
    facts = versions.gather(subject())
    assert len(facts.wanted) > 40
    assert facts.wanted.keys() >= {"pykka", "numpy"}


@pytest.mark.parametrize(
    ("facts", "line"),
    [
        (VersionFacts("1", (3, 10, 1), "x", {}, {}), "problem: this Python is older than 3.11"),
        (VersionFacts("1", (3, 12, 1), "Linux-6", {}, {}), "ok: Gerald 1, Python 3.12.1, Linux-6"),
        (VersionFacts("1", (3, 12, 1), "x", {"a": "1"}, {"a": ("1", "2")}), "ok: 1 package as Gerald is tested with"),
        (VersionFacts("1", (3, 12, 1), "x", {}, {}, encoding=("ascii", "utf-8")), CODES),
        (
            VersionFacts("1", (3, 12, 1), "Windows-10", {}, {}, encoding=("cp1252", "utf-8")),
            CODES.replace("ascii", "cp1252"),
        ),
        (
            VersionFacts("1", (3, 12, 1), "Windows-10", {}, {}, lacking=("MSVCP140.dll", "VCOMP140.dll")),
            "problem: this machine lacks MSVCP140.dll, VCOMP140.dll, without which models cannot be loaded",
        ),
    ],
)  # fmt: skip
def test_what_is_said_of_versions(facts: VersionFacts, line: str) -> None:
    assert line in said(versions.judge(facts))


def test_a_small_or_busy_machine_is_a_note(subject: Make) -> None:
    assert machine.gather(subject()).cores >= 1
    small = machine.judge(MachineFacts(1, 10**9, 5 * 10**8, 3.0))
    assert [str(one.severity) for one in small] == ["ok", "note", "note", "note"]
    assert len(machine.judge(MachineFacts(1, 10**9, 5 * 10**8, 3.0, runs=True))) == 2
    assert worst(machine.judge(MachineFacts(4, 10**10, 10**10))) == "ok"
