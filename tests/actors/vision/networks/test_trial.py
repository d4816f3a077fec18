"""What ends its process is noted by the note that stays, and forgotten once it has gone well."""

import os
import signal
from pathlib import Path

import pytest

from actors.vision.detector.search import EMBEDDED_NAME, open_search
from actors.vision.networks.trial import DEATHS, FOLDER, MOST, Trial
from config.schema import ComputerVision
from tests.doubles.forked import start
from tests.doubles.looking import LookingDetector, room
from tests.doubles.networks import finding_white

DATA = b"a network"

pytestmark = pytest.mark.posix("forks")


def dies(home: Path, data: bytes) -> None:
    """The whole life of a process that ends in a network."""
    with Trial(home, data).under_way():
        os.kill(os.getpid(), signal.SIGKILL)


def deaths(home: Path, count: int, data: bytes = DATA) -> Trial:
    for _ in range(count):
        process = start(dies, home, data)
        process.join(30.0)
        assert process.exitcode == -signal.SIGKILL
    return Trial(home, data)


def test_one_death_may_be_chance_and_more_are_not(tmp_path: Path) -> None:
    assert not deaths(tmp_path, DEATHS - 1).is_hopeless
    assert deaths(tmp_path, 1).is_hopeless
    assert not Trial(tmp_path, b"another network").is_hopeless


def test_a_picture_that_went_well_makes_good_for_it(tmp_path: Path) -> None:
    trial = deaths(tmp_path, DEATHS - 1)
    with trial.under_way():
        assert len(list((tmp_path / FOLDER).iterdir())) == DEATHS
    trial.passed()
    assert list((tmp_path / FOLDER).iterdir()) == []
    assert not deaths(tmp_path, DEATHS - 1).is_hopeless


def test_what_others_try_just_now_is_no_death(tmp_path: Path) -> None:
    trials = [Trial(tmp_path, DATA) for _ in range(DEATHS + 1)]
    with trials[0].under_way(), trials[1].under_way():
        assert not trials[2].is_hopeless
        trials[2].passed()
        assert len(list((tmp_path / FOLDER).iterdir())) == 1, "one process has one note"


def test_a_failure_that_is_told_is_no_death(tmp_path: Path) -> None:
    trial = Trial(tmp_path, DATA)
    for _ in range(DEATHS + 1):
        with pytest.raises(ValueError, match="shape"), trial.under_way():
            raise ValueError("shape")
    assert not trial.is_hopeless


def test_notes_are_bounded_and_of_odd_names_nothing_is_made(tmp_path: Path) -> None:
    folder = tmp_path / FOLDER
    folder.mkdir(parents=True)
    for n in range(3 * MOST):
        (folder / f"{n:016d}-1-0").touch()
    trial = Trial(tmp_path, DATA)
    (folder / f"{trial.notes.rpartition('/')[2][:-2]}-odd-name-").touch()
    with trial.under_way():
        assert len(list(folder.iterdir())) == MOST
    assert not trial.is_hopeless


def test_where_no_note_can_be_written_it_is_tried_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file is in the way")
    trial = Trial(tmp_path, DATA)
    with trial.under_way():
        assert not trial.is_hopeless
    trial.passed()


def test_a_detectors_first_picture_makes_good_for_a_death(tmp_path: Path) -> None:
    deaths(tmp_path, DEATHS - 1, finding_white())
    bench = LookingDetector(tmp_path)
    bench.start(finding_white())
    assert len(list((tmp_path / FOLDER).iterdir())) == DEATHS - 1, "it was only loaded"
    (told,) = bench.show(room(200))
    bench.close()
    assert [one.kind for one in told.found] == ["person"]
    assert list((tmp_path / FOLDER).iterdir()) == []


def test_another_file_of_that_name_is_tried(tmp_path: Path) -> None:
    path = tmp_path / "Models" / "own.onnx"
    path.parent.mkdir()
    path.write_bytes(DATA)
    deaths(tmp_path, DEATHS)
    vision = ComputerVision(detector_model="own.onnx")
    search = open_search(vision, tmp_path)
    assert search is not None
    assert (search.name, search.in_place_of is not None) == (EMBEDDED_NAME, True)
    path.write_bytes(finding_white())
    search = open_search(vision, tmp_path)
    assert search is not None
    assert (search.name, search.in_place_of) == (str(path), None)
