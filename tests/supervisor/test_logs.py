"""The log: one line a record, with what its actor was doing, without secrets, and whole when two processes write it."""

import logging
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from actors.kernel.actor import Actor, handles
from config.schema import Logging
from config.secret import Secret
from supervisor.logs import start_logging
from tests.doubles.actors import Say
from tests.doubles.rights import is_owners_only
from tests.doubles.virtual_world import VirtualWorld

SECRET = "planted-secret-in-a-log-123"


@pytest.fixture(autouse=True)
def _put_back() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    for handler in root.handlers:
        if handler not in handlers:
            handler.close()
    root.handlers = handlers
    root.setLevel(level)


def lines(data: Path, name: str = "bot.log") -> list[str]:
    return (data / name).read_text(encoding="utf-8").splitlines()


class Talker(Actor):
    """Logs what it is told."""

    @handles
    def on_say(self, message: Say) -> None:
        logging.getLogger("talker").warning("said %s", "so")


def test_a_record_is_one_line_and_names_the_message_that_its_actor_handles(tmp_path: Path) -> None:
    assert start_logging(Logging(file="bot.log"), tmp_path) == ""
    world = VirtualWorld()
    world.start(Talker(), "talker")
    world.give("talker", Say("x"))
    logging.getLogger("other").error("two\nlines\rand \x1b[31m")
    try:
        raise ValueError("first\nsecond")
    except ValueError:
        logging.getLogger("other").exception("failed")
    found = lines(tmp_path)
    assert len(found) == 3
    assert re.search(r" \[\S+/\d+/\d+\] talker: said so$", found[0])
    assert "two\\nlines" in found[1]
    assert "Traceback" in found[2]
    assert "ValueError: first\\nsecond" in found[2]
    assert is_owners_only(tmp_path / "bot.log")


def test_no_secret_reaches_the_log(tmp_path: Path) -> None:
    start_logging(Logging(file="bot.log"), tmp_path)
    Secret(SECRET)
    logging.getLogger("x").error("Authorization: Bearer %s", SECRET)
    assert SECRET not in "".join(lines(tmp_path))


def test_level_and_file_change_while_it_runs(tmp_path: Path) -> None:
    start_logging(Logging(file="bot.log", level="ERROR"), tmp_path)
    logging.getLogger("x").info("not yet")
    start_logging(Logging(file="other.log", level="INFO"), tmp_path)
    logging.getLogger("x").info("now")
    assert lines(tmp_path) == []
    assert lines(tmp_path, "other.log")[0].endswith("x: now")


def test_a_file_that_cannot_be_written_leaves_the_one_before(tmp_path: Path) -> None:
    start_logging(Logging(file="bot.log"), tmp_path)
    (tmp_path / "file").write_text("")
    assert "cannot be written" in start_logging(Logging(file="file/bot.log"), tmp_path)
    logging.getLogger("x").warning("still here")
    assert lines(tmp_path)[0].endswith("x: still here")


WRITER = """
import logging, sys
from pathlib import Path
from config.schema import Logging
from supervisor.logs import start_logging
start_logging(Logging(file="bot.log", max_size=20_000, backup_count=1000), Path(sys.argv[1]))
for number in range(1500):
    logging.getLogger("w").warning("%s %d", sys.argv[2], number)
"""


def test_two_processes_that_rotate_one_file_lose_no_line(tmp_path: Path) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path), name], cwd=Path(__file__).parents[2])
        for name in ("one", "two")
    ]
    assert [writer.wait(60.0) for writer in writers] == [0, 0]
    found = [
        line.rsplit(": ", 1)[1]
        for file in tmp_path.glob("bot.log*")
        for line in file.read_text().splitlines()
    ]
    assert sorted(found) == sorted(f"{name} {number}" for name in ("one", "two") for number in range(1500))
