"""The main job on real parts: a spoken question is heard, answered and spoken, with no VRChat and no sound hardware."""

import os
from itertools import count
from pathlib import Path

import pytest

from supervisor.demo.pulse import unavailable
from tests.doubles.undisturbed import undisturbed
from tests.flows.conftest import Command

pytestmark = [pytest.mark.models, pytest.mark.slow, pytest.mark.timeout(240)]


@pytest.mark.sound
@pytest.mark.skipif(bool(unavailable()), reason=unavailable())
@pytest.mark.timeout(600)
def test_the_demo_proves_the_whole_with_virtual_devices(supervisor: Command, tmp_path: Path) -> None:
    attempts = count(1)

    def measure() -> None:
        kept = tmp_path / str(next(attempts))
        said = supervisor("demo", "--questions", "1", "--no-overlap", "--keep", str(kept), within=230.0)
        assert "sound: PulseAudio null sinks" in said
        assert "all of it happened" in said
        assert "of which the runtime added" in said.splitlines()[-1]
        assert (kept / "reply-1.wav").stat().st_size > 10_000

    undisturbed(measure)  # sound that a busy machine tears is heard as torn


def test_the_demo_proves_the_whole_with_files_in_place_of_devices(
    supervisor: Command, tmp_path: Path
) -> None:
    said = supervisor("demo", "--questions", "1", "--files", "--keep", str(tmp_path / "kept"), within=230.0)
    assert "sound: file devices" in said
    assert "all of it happened" in said


@pytest.mark.sound
@pytest.mark.timeout(600)
@pytest.mark.skipif(not os.environ.get("GERALD_SOAK"), reason="takes two minutes; set GERALD_SOAK=1")
@pytest.mark.skipif(bool(unavailable()), reason=unavailable())
def test_the_demo_shows_nods_coughs_interruptions_pauses_and_its_echo(
    supervisor: Command, tmp_path: Path
) -> None:
    said = supervisor("demo", "--questions", "1", "--keep", str(tmp_path / "kept"), within=590.0)
    assert "while it speaks" in said
    assert "all of it happened" in said


@pytest.mark.sound
@pytest.mark.timeout(400)
@pytest.mark.skipif(not os.environ.get("GERALD_SOAK"), reason="takes two minutes; set GERALD_SOAK=1")
@pytest.mark.skipif(bool(unavailable()), reason=unavailable())
def test_the_demo_shows_two_visitors_who_are_greeted_told_apart_answered_in_turn_and_remembered(
    supervisor: Command, tmp_path: Path
) -> None:
    said = supervisor("demo", "--company", "--keep", str(tmp_path / "kept"), within=390.0)
    assert "after a stop and a new start" in said
    assert "all of it happened" in said


def test_visitors_need_virtual_devices(supervisor: Command) -> None:
    assert "leave out --files and --wav" in supervisor("demo", "--company", "--files", code=2)
