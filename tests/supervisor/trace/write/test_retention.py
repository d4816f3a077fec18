"""Which segments go and which stay."""

import os
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from supervisor.trace.write.retention import RetainedFile, expired, prune

NOW = Path("traces/now")
OLD = Path("traces/old")


def test_the_oldest_go_first_until_the_rest_fits() -> None:
    segments = [RetainedFile(OLD / f"root.{n:04}.mcap", 10, float(n)) for n in (3, 1, 2)]
    gone = expired(segments, keep=15, oldest=0.0, spare=NOW)
    assert [path.name for path in gone] == ["root.0001.mcap", "root.0002.mcap"]


def test_what_is_too_old_goes_though_there_is_room() -> None:
    segments = [RetainedFile(OLD / "root.0001.mcap", 1, 5.0), RetainedFile(OLD / "root.0002.mcap", 1, 15.0)]
    assert [p.name for p in expired(segments, keep=100, oldest=10.0, spare=NOW)] == ["root.0001.mcap"]


def test_the_newest_segment_of_each_node_of_the_present_run_stays() -> None:
    segments = [
        RetainedFile(NOW / "root.0001.mcap", 100, 1.0),
        RetainedFile(NOW / "root.0002.mcap", 100, 2.0),
        RetainedFile(NOW / "llm.local.0001.mcap", 100, 0.0),
    ]
    assert expired(segments, keep=0, oldest=10.0, spare=NOW) == (NOW / "root.0001.mcap",)


@given(st.lists(st.tuples(st.integers(1, 50), st.integers(0, 20)), max_size=20), st.integers(0, 300))
def test_what_is_left_of_other_runs_fits(found: list[tuple[int, int]], keep: int) -> None:
    segments = [
        RetainedFile(OLD / f"root.{n:04}.mcap", size, float(at)) for n, (size, at) in enumerate(found)
    ]
    gone = expired(segments, keep=keep, oldest=0.0, spare=NOW)
    assert sum(s.size for s in segments if s.path not in gone) <= keep


def test_pruning_deletes_files_and_the_folders_they_leave_empty(tmp_path: Path) -> None:
    for at, run in enumerate(("a", "b", "c")):
        (tmp_path / run).mkdir()
        file = tmp_path / run / "root.0001.mcap"
        file.write_bytes(bytes(100))
        os.utime(file, (at, at))
    (tmp_path / "b" / "notes.txt").write_text("kept")
    prune(tmp_path, keep=100, oldest=0.0, spare=tmp_path / "c")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b", "c"]
    assert [path.name for path in (tmp_path / "b").iterdir()] == ["notes.txt"]
