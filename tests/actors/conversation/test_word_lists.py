"""The files of safety.lists, really on disk, under the virtual clock."""

import os
from pathlib import Path

import pytest

from actors.conversation.internal import GetLists, ListsRead
from actors.conversation.word_lists import LARGEST, WordLists
from actors.conversation.wording.rules import Rules
from actors.kernel.protocol.lifecycle import Health, HealthChanged
from config.schema import Safety
from tests.doubles.virtual_world import VirtualWorld


class Shelf:
    def __init__(self, home: Path, *lists: str) -> None:
        self.home, self.world = home, VirtualWorld()
        self.conversation = self.world.probe("conversation")
        self.actor = WordLists(Safety(lists=lists), home)
        self.world.start(self.actor, "conversation.lists")
        self.world.run()

    def write(self, name: str, text: str) -> None:
        (self.home / name).write_text(text, encoding="utf-8")
        status = (self.home / name).stat()  # as if a while had passed, however fast the disk is
        os.utime(self.home / name, ns=(status.st_atime_ns, status.st_mtime_ns + 1_000_000_000))
        self.world.advance(2.5)

    @property
    def told(self) -> ListsRead:
        found: ListsRead = self.conversation.of(ListsRead)[-1]
        return found

    @property
    def health(self) -> tuple[Health, str, str]:
        found = self.world.supervisor.of(HealthChanged)[-1]
        return found.health, found.reason, found.remedy


def test_a_saved_file_counts_within_seconds(tmp_path: Path) -> None:
    (tmp_path / "w.txt").write_text("rude\n/ba+d/\n")
    shelf = Shelf(tmp_path, "w.txt")
    assert shelf.told == ListsRead(("w.txt",), Rules(("rude",), ("ba+d",)), True)
    assert shelf.health[:2] == (Health.OK, "2 words and patterns")
    shelf.write("w.txt", "ruder\n")
    assert shelf.told.rules == Rules(("ruder",))
    count = len(shelf.conversation.messages)
    shelf.world.advance(60.0)
    assert len(shelf.conversation.messages) == count  # nothing is told twice


def test_a_missing_file_is_said_with_what_holds_until_it_is_there(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, "w.txt")
    assert not shelf.told.complete
    health, reason, remedy = shelf.health
    assert health is Health.DEGRADED
    assert reason == "w.txt: No such file or directory"
    assert remedy.startswith("no reply is said until")
    shelf.write("w.txt", "rude")
    assert shelf.told == ListsRead(("w.txt",), Rules(("rude",)), True)
    assert shelf.health[0] is Health.OK


def test_a_file_that_goes_away_stays_in_force(tmp_path: Path) -> None:
    (tmp_path / "w.txt").write_text("rude")
    shelf = Shelf(tmp_path, "w.txt")
    (tmp_path / "w.txt").unlink()
    shelf.world.advance(2.5)
    assert shelf.told == ListsRead(("w.txt",), Rules(("rude",)), True)
    assert shelf.health[0] is Health.DEGRADED
    assert "in force" in shelf.health[2]


def test_a_bad_line_is_named_with_its_file_and_place(tmp_path: Path) -> None:
    (tmp_path / "w.txt").write_text("rude\n/(/\n")
    shelf = Shelf(tmp_path, "w.txt")
    assert shelf.told.rules == Rules(("rude",))
    assert shelf.health[0] is Health.DEGRADED
    assert shelf.health[1].startswith("w.txt:2: the pattern cannot be used: missing )")


@pytest.mark.parametrize("kind", ["folder", "large", "pipe"])
def test_what_is_no_list_is_told(tmp_path: Path, kind: str) -> None:
    if kind == "folder":
        (tmp_path / "w.txt").mkdir()
    elif kind == "large":
        (tmp_path / "w.txt").write_bytes(b"x\n" * LARGEST)
    else:
        os.mkfifo(tmp_path / "w.txt")
    shelf = Shelf(tmp_path, "w.txt")
    assert not shelf.told.complete
    assert shelf.health[0] is Health.DEGRADED


def test_a_reload_and_a_question_are_answered_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("one")
    shelf = Shelf(tmp_path)
    assert shelf.told == ListsRead((), Rules(), True)
    assert shelf.actor.commit({"safety": Safety(lists=("a.txt",))})
    assert shelf.told.rules == Rules(("one",))
    shelf.conversation.clear()
    shelf.world.give("conversation.lists", GetLists())
    assert shelf.told.rules == Rules(("one",))
