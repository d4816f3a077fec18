"""Pictures on their way to a host: as JPEG with the message that speaks of them, few at a time, the newest wins."""

import queue
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from actors.kernel.directory import Directory
from actors.kernel.media.frame_ring import Ring, RingReader, RingWriter
from actors.kernel.media.frames import Frame
from actors.kernel.media.ring_names import new_name
from actors.kernel.message import Envelope, decode
from actors.vision.messages import CAMERA, DETECTOR, FrameReady, WatchScene
from supervisor.hosts.agent.agent import Agent
from supervisor.hosts.frames import HostBoot, MalformedFrame, picture_in
from supervisor.hosts.placement.pictures import ON_THEIR_WAY, PictureSender
from supervisor.nodes.boot import Boot
from supervisor.nodes.link import FrameType

WITHIN = 30.0


class Sent:
    """The channel: what was sent on it."""

    def __init__(self) -> None:
        self.pictures: queue.SimpleQueue[tuple[int, bytes, bytes]] = queue.SimpleQueue()

    def send(self, frame: FrameType, body: bytes = b"") -> None:
        assert frame is FrameType.PICTURE
        self.pictures.put(picture_in(body))


class Eyes:
    """A camera's ring, and the sender of its pictures; `enter` gives slots without end."""

    def __init__(self, folder: Path) -> None:
        self.ring = Ring(new_name(folder), 4, 64 * 96 * 3)
        self.writer = RingWriter(self.ring.address)
        self.directory = Directory()
        self.sent = Sent()
        self.slots = iter(range(1000))
        self.sender = PictureSender(self.ring.address, self.directory)
        self.sender.send_on(self.sent)  # type: ignore[arg-type]
        self.sender.begin(lambda envelope: next(self.slots))

    def see(self, grey: int) -> Envelope:
        """A picture of this brightness comes; the message that says so."""
        frame = self.writer.write(np.full((64, 96, 3), grey, np.uint8), 5.0)
        envelope = Envelope(CAMERA, 1, frame.generation, DETECTOR, ready(frame))
        assert self.sender.takes(envelope)
        return envelope

    def superseded(self) -> list[str]:
        return [letter.envelope.id for letter in self.directory.dead_letters.last]

    def close(self) -> None:
        self.sender.end()
        self.writer.close()
        self.ring.close()


def ready(frame: Frame) -> FrameReady:
    return FrameReady(frame.generation, frame.height, frame.width, frame.channels, frame.captured_at)


@pytest.fixture
def eyes(tmp_path: Path) -> Iterator[Eyes]:
    eyes = Eyes(tmp_path)
    yield eyes
    eyes.close()


def test_only_what_speaks_of_a_picture_goes_this_way(eyes: Eyes) -> None:
    assert not eyes.sender.takes(Envelope(CAMERA, 1, 1, DETECTOR, WatchScene()))


def test_while_some_are_on_their_way_the_newest_waits_and_the_one_before_is_superseded(eyes: Eyes) -> None:
    slots = []
    for grey in range(ON_THEIR_WAY):
        eyes.see(grey)
        slots.append(eyes.sent.pictures.get(timeout=WITHIN)[0])
    older, newest = eyes.see(100), eyes.see(200)
    assert eyes.directory.dead_letters.counts["superseded"] == 1
    eyes.sender.done(slots[0])
    _, envelope, _ = eyes.sent.pictures.get(timeout=WITHIN)
    assert decode(envelope).id == newest.id
    assert older.id != newest.id
    assert eyes.sent.pictures.empty()


def test_what_waits_at_the_end_is_given_back(eyes: Eyes) -> None:
    for grey in range(ON_THEIR_WAY):
        eyes.see(grey)
        eyes.sent.pictures.get(timeout=WITHIN)
    waiting = eyes.see(100)
    assert eyes.sender.end() == (waiting,)


def test_the_host_puts_it_into_a_ring_of_its_own_under_the_same_number(eyes: Eyes, tmp_path: Path) -> None:
    for grey in (10, 20, 120):  # the first two are gone by themselves: numbers need not follow each other
        eyes.writer.write(np.full((64, 96, 3), grey, np.uint8), 5.0)
    seen = eyes.see(180)
    _, envelope, jpeg = eyes.sent.pictures.get(timeout=WITHIN)
    assert len(jpeg) < 64 * 96 * 3
    boot = Boot(
        DETECTOR, 1, "m:C", ("frames",), {}, ".", "s", "", "run", "INFO", {}, frames=eyes.ring.address
    )
    prepared = Agent(tmp_path / "host", "code", dict).prepare(HostBoot(boot, "code"))
    there = prepared.boot.frames
    assert there is not None
    assert there != eyes.ring.address
    message = decode(prepared.taken_picture(envelope, jpeg)).message
    assert message == seen.message
    assert isinstance(message, FrameReady)
    reader = RingReader(there)
    picture = reader.read(Frame(message.generation, 64, 96, 3, message.captured_at))
    assert picture is not None
    assert abs(int(picture.mean()) - 180) <= 2
    with pytest.raises(MalformedFrame):
        prepared.taken_picture(envelope, b"no picture")
    reader.close()
    prepared.close()
