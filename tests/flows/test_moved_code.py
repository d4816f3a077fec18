"""A class may move to another module: traces of before replay as they did."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TRACES = ROOT / "tests" / "traces"
MOVES = {
    "actors/users/users.py": "actors/users/directory_of_people.py",
    "actors/users/state.py": "actors/users/people.py",
    "actors/avatar/avatar.py": "actors/avatar/body.py",
}


def _moved(folder: Path) -> Path:
    """A copy of the code in which the modules of MOVES lie elsewhere, and are imported from there."""
    for name in ("actors", "config", "supervisor"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for old, new in MOVES.items():
        (folder / old).rename(folder / new)
    names = {old[:-3].replace("/", "."): new[:-3].replace("/", ".") for old, new in MOVES.items()}
    for file in folder.rglob("*.py"):
        text = file.read_text("utf-8")
        for old, new in names.items():
            # only where code is found: the names that files hold stay as they are
            text = re.sub(rf"(from |import ){re.escape(old)}\b", rf"\g<1>{new}", text)
            if file.name == "tree.py":
                text = text.replace(f'"{old}:', f'"{new}:')
        file.write_text(text, "utf-8")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("trace", sorted(TRACES.glob("*.mcap")), ids=lambda path: path.stem)
def test_a_kept_trace_replays_after_its_actors_have_moved(trace: Path, tmp_path: Path) -> None:
    code = _moved(tmp_path)
    command = [sys.executable, "-m", "supervisor", "replay", str(trace), "--json"]
    done = subprocess.run(
        command,
        cwd=code,
        env={**os.environ, "PYTHONPATH": str(code)},
        capture_output=True,
        text=True,
        timeout=110,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(done.stdout)
    assert report["identical"]
    assert report["skipped"] == {}
    assert "users" in report["actors"]
    assert not (code / "actors/users/users.py").exists()
