"""The watch notices every way of saving, and never reads what is still being written."""

import os
import queue
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.layers import watch
from config.layers.lease import is_being_written
from config.layers.watch import Watch

WITHIN = 10.0
linux = pytest.mark.linux("leases of files")


class Watched:
    """A file under watch. `next` waits for a change and gives what was in the file then."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.seen: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.watch = Watch(lambda: (file,), self._changed)
        self.watch.start()

    def _changed(self) -> None:
        self.seen.put(self.file.read_text() if self.file.exists() else "gone")

    def next(self) -> str:
        return self.seen.get(timeout=WITHIN)


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    file = tmp_path / "config.yaml"
    file.write_text("first")
    one = Watched(file)
    yield one
    one.watch.close()


def _in_place(file: Path) -> None:
    file.write_text("second")


def _by_replacing(file: Path) -> None:
    other = file.with_name("other")
    other.write_text("second")
    other.replace(file)


def _by_renaming_away(file: Path) -> None:
    file.rename(file.with_name("backup~"))
    file.write_text("second")


@pytest.mark.parametrize("save", [_in_place, _by_replacing, _by_renaming_away])
def test_a_save_is_noticed(watched: Watched, save: Callable[[Path], None]) -> None:
    save(watched.file)
    assert watched.next() == "second"


def test_a_file_that_comes_into_being_or_goes_is_noticed(watched: Watched) -> None:
    watched.file.unlink()
    assert watched.next() == "gone"
    watched.file.write_text("again")
    assert watched.next() == "again"


@linux
def test_what_is_still_open_for_writing_is_not_read(watched: Watched) -> None:
    with watched.file.open("w") as file:
        file.write("half ")
        file.flush()
        with pytest.raises(queue.Empty):
            watched.seen.get(timeout=0.4)
        file.write("whole")
    assert watched.next() == "half whole"


def test_a_change_without_any_sign_is_noticed_by_its_contents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "_sign", lambda path: (1, 1, 1, 1))
    file = tmp_path / "config.yaml"
    file.write_text("first")
    one = Watched(file)
    file.write_text("other")
    assert one.next() == "other"
    one.watch.close()


def test_the_files_may_become_others(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    told: queue.SimpleQueue[None] = queue.SimpleQueue()
    files = [first]
    one = Watch(lambda: tuple(files), lambda: told.put(None))
    one.start()
    files.append(second)
    first.write_text("x")
    told.get(timeout=WITHIN)
    while not told.empty():
        told.get()  # the list of files is another one, which counts as a change too
    second.write_text("x")
    assert told.get(timeout=WITHIN) is None
    one.close()


class Script:
    """A clock that moves with each wait, and what happens to the files at some times."""

    def __init__(self, happens: dict[float, Callable[[], object]]) -> None:
        self.now = 0.0
        self.waits: list[float] = []
        self._happens = sorted(happens.items(), key=lambda item: item[0])

    def monotonic(self) -> float:
        return self.now

    def wait(self, seconds: float) -> bool:
        self.waits.append(seconds)
        self.now += max(seconds, 0.001)
        while self._happens and self._happens[0][0] <= self.now:
            self._happens.pop(0)[1]()
        return False


@pytest.mark.parametrize(
    ("away", "back", "earliest", "latest"),
    [
        (True, None, watch.GONE, watch.GONE),  # it stays away
        (True, 0.3, 0.3 + watch.AT_REST, 0.3 + watch.AT_REST),  # another one takes its place
        (False, None, watch.AT_REST, watch.AT_REST),  # it was written over
    ],
)
def test_a_file_that_was_taken_away_is_given_time_to_come_back(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    away: bool,
    back: float | None,
    earliest: float,
    latest: float,
) -> None:
    file, never = tmp_path / "config.yaml", tmp_path / "never"
    file.write_text("first")
    one = Watch(lambda: (file, never), lambda: None)
    script = Script({} if back is None else {back: lambda: file.write_text("second")})
    monkeypatch.setattr(watch, "time", script)
    monkeypatch.setattr(one, "_closed", script)
    if away:
        file.unlink()
    else:
        file.write_text("the second")
    one._await_rest()
    assert earliest <= script.now <= latest + 2 * watch.LOOK_EVERY
    assert all(0 < seconds <= watch.LOOK_EVERY for seconds in script.waits)
    assert one._look() == one._seen


@linux
def test_a_pipe_in_a_files_place_holds_nobody_up(tmp_path: Path) -> None:
    pipe = tmp_path / "config.yaml"
    os.mkfifo(pipe)
    answers: queue.SimpleQueue[bool] = queue.SimpleQueue()
    threading.Thread(target=lambda: answers.put(is_being_written(pipe)), daemon=True).start()
    assert answers.get(timeout=WITHIN) is False
