"""A new sense is a room, its settings and a line in the tree (docs/adding-a-sense.md): tried in a copy of the code."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEMPLATE = Path(__file__).with_name("new_sense")
COPIED = (
    "actors",
    "supervisor",
    "config",
    "tests",
    "tools",
    "docs",
    "Models/models.yaml",
    "pyproject.toml",
)
IMPORT = "from actors.heart_rate.messages import HEART\n"
BEFORE = "        ChildSpec(SYSTEM, "
LINE = '        ChildSpec(HEART, "actors.heart_rate.heart_rate:HeartRate", ("heart_rate",), osc=("HR*", "Heart*")),\n'
TOUCHED = {Path("config/schema/heart_rate.py"), Path("supervisor/tree.py")}
"""Every file outside of the room."""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("copy")
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(
                ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "new_sense")
            )
        else:
            (folder / name).parent.mkdir(exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    for part in ("actors", "config"):
        shutil.copytree(TEMPLATE / part, folder / part, dirs_exist_ok=True)
    tree = folder / "supervisor" / "tree.py"
    text = tree.read_text()
    assert BEFORE in text
    tree.write_text(
        text.replace(BEFORE, LINE + BEFORE).replace(
            "from actors.kernel.mailbox", IMPORT + "from actors.kernel.mailbox"
        )
    )
    return folder


def run(folder: Path, *command: str) -> str:
    done = subprocess.run(
        [sys.executable, *command], cwd=folder, capture_output=True, text=True, timeout=110, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_two_files_outside_of_its_room_are_touched(copy: Path) -> None:
    files = {
        path.relative_to(copy)
        for name in ("actors", "supervisor", "config", "tests", "tools")
        for path in (copy / name).rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    changed = {
        file
        for file in files
        if not (ROOT / file).exists() or (ROOT / file).read_bytes() != (copy / file).read_bytes()
    }
    assert {file for file in changed if file.parts[:2] != ("actors", "heart_rate")} == TOUCHED


def test_its_key_is_a_key_like_any_other(copy: Path, tmp_path: Path) -> None:
    supervisor = ("-m", "supervisor", "--home", str(tmp_path))
    assert "#heart_rate:" in run_init(copy, tmp_path)
    assert "100" in run(copy, *supervisor, "config", "explain", "heart_rate.excited_above")
    (tmp_path / "config" / "config.yaml").write_text(
        "heart_rate: {excited_above: 90}\nactors: {heart: {nice: 3}}\n"
    )
    assert "configuration: no errors" in run(copy, *supervisor, "config", "check")


def run_init(copy: Path, home: Path) -> str:
    run(copy, "-m", "supervisor", "--home", str(home), "config", "init")
    return (home / "config" / "config.yaml").read_text()


def test_what_the_game_says_comes_through_it_and_is_replayed(copy: Path, tmp_path: Path) -> None:
    program = (TEMPLATE / "play.py").read_text()
    assert "messages again, the same" in run(copy, "-c", program, str(tmp_path / "trace"))


def test_it_is_simulated_with_all_others(copy: Path) -> None:
    run(copy, "-m", "supervisor", "simulate", "--seeds", "1", "--seconds", "30")


def test_the_checks_of_the_project_need_no_new_word(copy: Path) -> None:
    run(copy, "-m", "config.tools.reference")
    run(copy, "tools/addresses.py")
    run(copy, "tools/backdoors.py")
    run(copy, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-logo")
    tests = (
        "supervisor/test_tree.py",
        "actors/kernel/test_doors.py",
        "config/test_schema.py",
        "config/test_generated.py",
    )
    run(copy, "-m", "pytest", "-q", *(f"tests/{name}" for name in tests))
