"""A run, its launcher and its workers import nothing from the folder that somebody happens to be in."""

import subprocess
import sys
from pathlib import Path

import pytest

from supervisor.demo.instance import free_port
from tests.flows.conftest import Command
from tests.flows.test_terminal import environment, read_until

pytestmark = pytest.mark.slow
PROGRAM = Path(sys.executable).with_name("supervisor")
OURS = ("config", "actors", "supervisor")
NAMES = ("logging", "random", "signal", "selectors", "numpy", "msgspec")


def test_modules_in_the_current_folder_are_not_ours(
    tmp_path_factory: pytest.TempPathFactory, home: Path, supervisor: Command
) -> None:
    folder = tmp_path_factory.mktemp("strange")
    for name in NAMES:
        (folder / f"{name}.py").write_text("raise SystemExit('imported from a strange folder')\n")
    for name in OURS:
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_text("raise SystemExit('imported from a strange folder')\n")
    settings = (
        f"osc.output_port={free_port()}",
        f"osc.input_port={free_port()}",
        "llm.mock_responses=true",
        "page.enabled=false",
        "actors.world.log.pin=process",
    )
    options = [part for setting in settings for part in ("--set", setting)]
    process = subprocess.Popen(
        [PROGRAM, "--home", str(home), "run", "--text", *options],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=folder,
        env=environment(),
    )
    try:
        assert process.stdout is not None
        assert b"strange" not in read_until(process.stdout.fileno(), b"READY")
        assert supervisor("talk", "Hello").strip()
        assert not [row for row in supervisor.json_of("status")["actors"] if row.get("restarts")]
    finally:
        supervisor("stop")
        process.wait(40)
