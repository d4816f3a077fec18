"""Camera and detector with a real video, in real processes."""

import queue
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from actors.kernel.mailbox import Put
from actors.kernel.media.frame_ring import Ring, RingReader
from actors.kernel.media.frames import Frame
from actors.kernel.media.ring_names import new_name
from actors.kernel.message import Envelope, Message
from actors.vision.camera.capture import Capture, fit
from actors.vision.camera.device import SourceBroken
from actors.vision.camera.sources import open_source
from actors.vision.messages import (
    FrameReady,
    GetScene,
    MotionBegan,
    MotionEnded,
    PictureTaken,
    Scene,
    TakePicture,
    WatchScene,
)
from actors.vision.size import ring_size
from actors.vocabulary.backoff import Backoff
from config.schema import ComputerVision, Config
from supervisor.control.requests.look import LOOK_REQUESTS
from supervisor.otp.spec import SupervisorSpec
from supervisor.runtime.runtime import Runtime
from supervisor.tree import tree
from tests.doubles.virtual_world import Probe

WITHIN = 30.0


class Ear:
    """Hears what is seen."""

    def __init__(self) -> None:
        self.heard: queue.SimpleQueue[Message] = queue.SimpleQueue()

    def put(self, envelope: Envelope) -> Put | None:
        self.heard.put(envelope.message)
        return None

    def next(self, kind: type[Any]) -> Any:
        while True:
            message = self.heard.get(timeout=WITHIN)
            if isinstance(message, kind):
                return message


def vision_of(config: Config) -> SupervisorSpec:
    """The tree's own group of vision, alone."""
    (group,) = (group for group in tree(config).children if group.address == "vision")
    return SupervisorSpec("root", tree(config).strategy, (group,), backoff=Backoff())


@pytest.fixture
def seeing(video: Path, tmp_path: Path) -> Iterator[Runtime]:
    config = Config.model_validate(
        {
            "computer_vision": {
                "enabled": True,
                "source": f"file:{video}",
                "capture_fps": 30.0,
                "processing_fps": 15.0,
                "object_detection": False,  # motion is what is looked for, on a busy machine too
            },
            "trace": {"enabled": False},
        }
    )
    system = Runtime(config, tmp_path, spec=vision_of(config))
    system.directory.open("system", Probe())
    system.start()
    assert system.wait_ready(WITHIN)
    yield system
    assert system.stop(WITHIN)


def scene(system: Runtime) -> Scene:
    found = system.client.answer("vision.tracker", GetScene(), WITHIN)
    assert isinstance(found, Scene)
    return found


def test_motion_in_a_video_is_seen_across_processes(seeing: Runtime) -> None:
    ear = Ear()
    seeing.directory.open("ear", ear)
    seeing.client.tell("vision.tracker", WatchScene("ear"))
    began = ear.next(MotionBegan)
    assert 0.0 < began.x < 1.0
    assert 0.3 < began.y < 0.7, "the square walks through the middle"
    ended = ear.next(MotionEnded)
    assert ended.seconds > 0.5
    rows = {row["address"]: row for row in seeing.status()["actors"]}
    pids = {rows[address]["pid"] for address in ("vision.camera", "vision.detector")}
    assert len(pids) == 2
    assert rows["vision.camera"]["pid"] != rows["root"]["pid"]
    found = scene(seeing)
    assert found.looked > 0
    assert found.at > 0.0


def test_the_world_is_told_what_moves_without_having_asked(seeing: Runtime) -> None:
    ear = Ear()
    seeing.directory.open("world", ear)
    assert ear.next(MotionBegan).amount > 0.0
    assert ear.next(MotionEnded).seconds > 0.0


def test_a_killed_camera_goes_on_with_the_same_ring(seeing: Runtime) -> None:
    ear = Ear()
    seeing.directory.open("ear", ear)
    seeing.client.tell("vision.tracker", WatchScene("ear"))
    ear.next(MotionBegan)
    seeing.registry.kill("vision.camera", "test")
    assert seeing.wait_incarnation("vision.camera", 2, WITHIN)
    ear.next(MotionEnded)
    ear.next(MotionBegan)


def test_whoever_asks_gets_the_newest_picture(seeing: Runtime) -> None:
    ear = Ear()
    seeing.directory.open("ear", ear)
    seeing.client.tell("vision.tracker", WatchScene("ear"))
    ear.next(MotionBegan)
    taken = seeing.client.answer("vision.camera", TakePicture(160), WITHIN)
    assert isinstance(taken, PictureTaken)
    picture = cv2.imdecode(np.frombuffer(taken.jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    assert picture.shape == (90, 160, 3)
    assert (taken.height, taken.width) == (90, 160)
    found = look_of(seeing, width=320)
    assert found["picture"][:2] == b"\xff\xd8"
    assert (found["sights"], found["looked"] > 0) == ([], True)


def look_of(system: Runtime, **request: Any) -> Mapping[str, Any]:
    (answer,) = LOOK_REQUESTS["look"](system, request)
    return answer


def test_the_ring_is_gone_when_all_has_stopped(video: Path, tmp_path: Path) -> None:
    config = Config.model_validate({"computer_vision": {"enabled": True}, "trace": {"enabled": False}})
    system = Runtime(config, tmp_path, spec=vision_of(config))
    address = system.frames
    assert address is not None
    system.stop()
    with pytest.raises(FileNotFoundError):
        RingReader(address)


# -- the capture thread by itself


class Rig:
    def __init__(self, vision: ComputerVision, home: Path, fps: float) -> None:
        self.ring = Ring(new_name(home), *ring_size(vision))
        self.frames: queue.SimpleQueue[Frame] = queue.SimpleQueue()
        self.ended: queue.SimpleQueue[tuple[str, str]] = queue.SimpleQueue()
        self.capture = Capture(
            vision.source,
            lambda: open_source(vision, home),
            self.ring.address,
            fps,
            self.frames.put,
            lambda why, remedy: self.ended.put((why, remedy)),
        )

    def close(self) -> None:
        assert self.capture.end(WITHIN)
        self.ring.close()


def test_pictures_are_made_to_fit_the_ring(video: Path, tmp_path: Path) -> None:
    vision = ComputerVision(source=f"file:{video}", max_width=160, max_height=90)
    rig = Rig(vision, tmp_path, 60.0)
    frame = rig.frames.get(timeout=WITHIN)
    assert (frame.width, frame.height) == (160, 90)
    rig.close()


@pytest.mark.parametrize("shape", [(180, 320, 3), (1080, 1920, 3), (2000, 10, 3)])
def test_fitting_keeps_the_proportions(shape: tuple[int, int, int]) -> None:
    fitted = fit(np.zeros(shape, np.uint8), 160 * 90 * 3)
    assert fitted.nbytes <= 160 * 90 * 3
    assert fitted.shape[1] / fitted.shape[0] == pytest.approx(shape[1] / shape[0], rel=0.1)


@pytest.mark.parametrize(
    ("source", "why"),
    [("file:nothing.avi", "there is no file"), ("file:text.avi", "is not a video that OpenCV can read")],
)
def test_a_source_that_cannot_be_read_says_why_and_what_to_do(tmp_path: Path, source: str, why: str) -> None:
    (tmp_path / "text.avi").write_text("no video")
    rig = Rig(ComputerVision(source=source), tmp_path, 10.0)
    reason, remedy = rig.ended.get(timeout=WITHIN)
    assert why in reason
    assert remedy
    rig.close()


def test_a_camera_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(SourceBroken, match="camera 99"):
        open_source(ComputerVision(source="device", device=99), tmp_path)


def test_a_source_is_never_opened_twice(video: Path, tmp_path: Path) -> None:
    vision = ComputerVision(source=f"file:{video}")
    rig = Rig(vision, tmp_path, 10.0)
    with pytest.raises(SourceBroken, match="hangs"):
        Rig(vision, tmp_path, 10.0)
    rig.close()
    Rig(vision, tmp_path, 10.0).close()


def test_references_are_small_and_only_the_newest_waits() -> None:
    assert FrameReady(1, 720, 1280, 3, 1.0).latest_key() == "FrameReady"
