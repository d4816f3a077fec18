"""The reader under the virtual clock, with a real ring."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from actors.kernel.media.frame_ring import Picture, Ring, RingWriter
from actors.kernel.media.ring_names import new_name
from actors.kernel.protocol.lifecycle import Health, HealthChanged
from actors.vision.messages import READER, TRACKER, Box, FrameReady, PlatesRead
from actors.vision.reader.reader import TOO_OLD, Reader, cut
from actors.vision.reader.recognizer import RecognizerBroken
from tests.actors.vision.reader.plated import scene
from tests.doubles.virtual_world import Probe, VirtualWorld


class Lines:
    """Reads the same in every line, or breaks."""

    def __init__(self, text: str = "Robin", score: float = 0.9) -> None:
        self.text, self.score = text, score
        self.broken = ""
        self.read_lines: list[Picture] = []

    def read(self, line: Picture) -> tuple[str, float]:
        self.read_lines.append(line)
        if self.broken:
            raise RecognizerBroken(self.broken)
        return self.text, self.score


class Stand:
    """A reader with a ring, and a tracker that is told."""

    def __init__(self, ring: Ring, lines: Lines | RecognizerBroken) -> None:
        self.world = VirtualWorld()
        self.tracker: Probe = self.world.probe(TRACKER)
        self.writer = RingWriter(ring.address)

        def opening() -> Lines:
            if isinstance(lines, RecognizerBroken):
                raise lines
            return lines

        self.world.start(Reader(ring.address, opening), READER)
        self.world.run()

    def write(self, picture: Picture) -> FrameReady:
        f = self.writer.write(picture, self.world.clock.wall())
        return FrameReady(f.generation, f.height, f.width, f.channels, f.captured_at)

    def show(self, picture: Picture) -> None:
        self.world.give(READER, self.write(picture))

    @property
    def told(self) -> list[PlatesRead]:
        return self.tracker.of(PlatesRead)

    @property
    def health(self) -> HealthChanged:
        said = self.world.supervisor.of(HealthChanged)[-1]
        assert isinstance(said, HealthChanged)
        return said

    def close(self) -> None:
        self.writer.close()


@pytest.fixture
def ring(tmp_path: Path) -> Iterator[Ring]:
    made = Ring(new_name(tmp_path), 4, 1280 * 720 * 4)
    yield made
    made.close()


@pytest.fixture
def lines() -> Lines:
    return Lines()


@pytest.fixture
def stand(ring: Ring, lines: Lines) -> Iterator[Stand]:
    made = Stand(ring, lines)
    yield made
    made.close()


PICTURE, _ = scene(5)
EMPTY = np.zeros((90, 160, 3), np.uint8)


def test_the_tracker_is_told_what_stands_on_the_plates(stand: Stand) -> None:
    stand.show(PICTURE)
    (told,) = stand.told
    assert told.at == stand.world.clock.wall()
    assert {plate.text for plate in told.plates} == {"Robin"}


def test_a_picture_without_plates_is_told_too(stand: Stand) -> None:
    stand.show(EMPTY)
    assert [told.plates for told in stand.told] == [()]


@pytest.mark.parametrize(("text", "score"), [("", 0.0), ("I", 0.99), ("Robin", 0.4)])
def test_what_is_unsure_or_a_single_sign_is_no_plate(
    stand: Stand, lines: Lines, text: str, score: float
) -> None:
    lines.text, lines.score = text, score
    stand.show(PICTURE)
    assert [told.plates for told in stand.told] == [()]


def test_a_picture_that_is_too_old_is_left_out(stand: Stand) -> None:
    frame = stand.write(PICTURE)
    stand.world.advance(TOO_OLD + 0.1)
    stand.world.give(READER, frame)
    assert stand.told == []


def test_a_picture_that_was_written_over_is_left_out(stand: Stand) -> None:
    frame = stand.write(PICTURE)
    for _ in range(4):
        stand.write(EMPTY)
    stand.world.give(READER, frame)
    assert stand.told == []


def test_what_is_read_is_no_part_of_the_ring(stand: Stand, lines: Lines) -> None:
    stand.show(PICTURE)
    before = [line.copy() for line in lines.read_lines]
    assert before
    for _ in range(4):
        stand.write(np.zeros_like(PICTURE))
    assert all((line == copy).all() for line, copy in zip(lines.read_lines, before, strict=True))


def test_health_tells_what_it_reads_with_and_how_long_that_takes(stand: Stand) -> None:
    assert (stand.health.health, stand.health.reason) == (Health.OK, "reads name plates with PP-OCRv6")
    stand.show(PICTURE)
    assert stand.health.health is Health.OK
    assert "ms a picture" in stand.health.reason


def test_without_its_model_it_is_down_says_what_to_do_and_reads_nothing(ring: Ring) -> None:
    stand = Stand(ring, RecognizerBroken("the package is missing", "run it"))
    assert stand.health.health is Health.DOWN
    assert "the package is missing" in stand.health.reason
    assert stand.health.remedy == "run it, then restart vision.reader"
    stand.show(PICTURE)
    assert stand.told == []
    assert stand.world.failures == {}
    stand.close()


def test_a_model_that_fails_makes_it_degraded_until_it_works_again(stand: Stand, lines: Lines) -> None:
    lines.broken = "it gave nonsense"
    stand.show(PICTURE)
    assert stand.health.health is Health.DEGRADED
    assert "it gave nonsense" in stand.health.reason
    assert stand.told == []
    lines.broken = ""
    stand.show(PICTURE)
    assert stand.health.health is Health.OK
    assert len(stand.told) == 1


@pytest.mark.parametrize(
    "box",
    [Box(0.0, 0.0, 0.0, 0.0), Box(1.0, 1.0, 0.0, 0.0), Box(0.999, 0.5, 0.5, 0.5), Box(0.0, 0.0, 1.0, 1.0)],
)
def test_what_is_cut_out_has_at_least_a_pixel(box: Box) -> None:
    assert cut(EMPTY, box).size > 0


@pytest.mark.parametrize("shape", [(90, 160, 1), (90, 160, 4), (1, 1, 3), (1, 640, 4), (333, 21, 1)])
def test_grey_and_transparent_pictures_of_any_shape_are_read_too(
    stand: Stand, shape: tuple[int, ...]
) -> None:
    stand.show(np.full(shape, 200, np.uint8))
    assert [told.plates for told in stand.told] == [()]
    assert stand.world.failures == {}


def test_plates_in_a_picture_with_a_fourth_channel_are_found(stand: Stand) -> None:
    stand.show(np.concatenate((PICTURE, np.full((*PICTURE.shape[:2], 1), 255, np.uint8)), axis=2))
    assert stand.told[0].plates
