"""Shows odd files to real eyes, in a process of its own, since some crash the libraries that read them.

`python -m tests.fuzz.odd_eyes networks|depths|videos FIRST COUNT` writes JSON lines: what the eyes say of each seed."""

import json
import random
import resource
import sys
import tempfile
import traceback
from pathlib import Path

import cv2
import numpy as np

from actors.kernel.media.frame_ring import Picture, Ring
from actors.kernel.media.ring_names import new_name
from actors.vision.camera.capture import fit
from actors.vision.camera.device import SourceBroken
from actors.vision.camera.sources import open_source
from actors.vision.depth.parallax import FARTHEST
from actors.vision.detector import network
from actors.vision.messages import Looked
from actors.vision.networks import session
from config.schema import ComputerVision
from tests.actors.vision.depth.test_depth import Stand
from tests.doubles.looking import LookingDetector
from tests.doubles.networks import giving
from tests.fuzz.guard import QUICK
from tests.fuzz.odd_networks import odd_network
from tests.fuzz.odd_videos import _large, odd_video

MEMORY = 6 << 30
SLOT = 1280 * 720 * 3
FOUND = np.asarray([[[8.0, 16.0, 24.0, 56.0, 0.9, 0]]], np.float32)
SHAPES = ((180, 320, 3), (1, 1, 3), (90, 160, 1), (90, 160, 4), (1, 640, 3), (333, 21, 3))


def show_network(at: random.Random, home: Path) -> dict[str, object]:
    """What a detector says that has this network, after it was shown some pictures."""
    eyes = LookingDetector(home, SLOT)
    try:
        eyes.start(odd_network(at))
        for shape in (SHAPES[0], *at.sample(SHAPES, 2)):
            (told,) = eyes.show(np.full(shape, at.randrange(256), np.uint8))
            check(told)
        said = eyes.health()
        return {"health": said.health, "reason": said.reason, "remedy": said.remedy}
    finally:
        eyes.close()


def show_depth(at: random.Random, home: Path) -> dict[str, object]:
    """What the depth actor says that has this network, after it was shown some pictures."""
    (home / "Models").mkdir()
    (home / "Models" / "own.onnx").write_bytes(odd_network(at))
    ring = Ring(new_name(home), 4, SLOT)
    name = at.choice(("own.onnx", "metric.onnx", "metric3d.onnx"))
    (home / "Models" / "own.onnx").rename(home / "Models" / name)
    stand = Stand(ring, ComputerVision(depth_model=name), home)
    try:
        for shape in (SHAPES[0], *at.sample(SHAPES, 2)):
            stand.show(np.full(shape, at.randrange(256), np.uint8))
        assert stand.world.failures == {}
        for told in stand.told:
            assert all(0.0 <= metres <= FARTHEST for metres in told.metres)
        said = stand.health
        return {"health": said.health, "reason": said.reason, "remedy": said.remedy}
    finally:
        stand.writer.close()
        ring.close()


def check(told: Looked) -> None:
    """What is told of a picture can be, whatever the network gives."""
    assert 0.0 <= told.brightness <= 1.0
    assert len(told.found) <= 50
    for one in told.found:
        assert 0.0 <= one.score <= 1.0
        assert 0 < len(one.kind) <= 40
        assert one.kind.isprintable()
        box = one.box
        assert box.left >= 0.0
        assert box.top >= 0.0
        assert 0.0 < box.width <= 1.0 - box.left + 1e-6
        assert 0.0 < box.height <= 1.0 - box.top + 1e-6


def show_video(at: random.Random, home: Path, seed: int) -> dict[str, object]:
    """What the camera says of this video, or how many pictures of it a detector looked at."""
    path = _large(at, home) if seed % 100 == 50 else odd_video(at, home)
    try:
        source = open_source(ComputerVision(source=f"file:{path}"), home)
    except SourceBroken as broken:
        return {"health": "DOWN", "reason": str(broken), "remedy": broken.remedy}
    assert 0.0 <= source.fps <= 1000.0
    eyes = LookingDetector(home, SLOT)
    try:
        eyes.start(giving({"output0": FOUND}))
        for n in range(6):
            picture: Picture = fit(source.read(n % 2), SLOT)
            (told,) = eyes.show(picture)
            check(told)
        return {"health": "OK", "reason": f"{path.name}: {told.width}x{told.height}", "remedy": ""}
    except SourceBroken as broken:
        return {"health": "DOWN", "reason": str(broken), "remedy": broken.remedy}
    finally:
        source.close()
        eyes.close()


def main(kind: str, first: int, count: int) -> None:
    """One line for each seed, at once."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    network.TOO_LONG = session.TOO_LONG = 0.2
    for seed in range(first, first + count):
        print(json.dumps({"begins": seed}), flush=True)
        at = random.Random(f"{kind}.{seed}")
        print(json.dumps({"seed": seed, **_said(kind, at, seed)}), flush=True)


def _said(kind: str, at: random.Random, seed: int) -> dict[str, object]:
    with tempfile.TemporaryDirectory(dir=QUICK) as folder:
        try:
            shown = {"networks": show_network, "depths": show_depth}.get(kind)
            return shown(at, Path(folder)) if shown is not None else show_video(at, Path(folder), seed)
        except Exception:
            return {"failed": traceback.format_exc()[-1500:]}


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
