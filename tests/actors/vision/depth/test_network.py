"""An owner's network: real ONNX files of each kind, and the actor that looks with them."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from actors.kernel.media.frame_ring import Picture, Ring
from actors.kernel.media.ring_names import new_name
from actors.kernel.protocol.lifecycle import Health
from actors.vision.depth.network import DepthNetwork, open_network
from actors.vision.depth.passing import COLUMNS, ROWS
from actors.vision.networks import session
from actors.vision.networks.model_file import NetworkBroken
from actors.vision.networks.session import NetworkFails
from config.schema import ComputerVision
from tests.actors.vision.depth.rooms import Numbers, Pose, Room
from tests.actors.vision.depth.test_depth import EVERY, STANDING, WALKING, Stand
from tests.doubles.networks import giving, model

FAR = np.full((1, 48, 64), 4.0, np.float32)


@pytest.fixture(scope="module")
def ahead() -> tuple[list[Picture], Numbers]:
    """What is seen by somebody who walks ahead, and the depth of the last picture."""
    room = Room(1)
    seen = [room.seen(Pose(z=2.0 * EVERY * n)) for n in range(2)]
    return [picture for picture, _ in seen], seen[-1][1]


@pytest.fixture
def ring(tmp_path: Path) -> Iterator[Ring]:
    made = Ring(new_name(tmp_path), 4, 640 * 360 * 3)
    yield made
    made.close()


def stand_with(ring: Ring, home: Path, data: bytes, name: str) -> Stand:
    (home / "Models").mkdir()
    (home / "Models" / name).write_bytes(data)
    return Stand(ring, ComputerVision(depth_model=name), home)


def test_one_that_tells_metres_is_believed_while_the_body_stands(
    ring: Ring, tmp_path: Path, ahead: Any
) -> None:
    stand = stand_with(ring, tmp_path, giving({"predicted_depth": FAR}), "metric.onnx")
    stand.show(*ahead[0])
    assert [(told.source, set(told.metres)) for told in stand.told] == [("model", {4.0})] * 2
    assert stand.health.health is Health.OK
    assert "tells distances with" in stand.health.reason
    assert "ms a picture" in stand.health.reason


def test_one_without_a_scale_gets_it_from_what_moves_past(ring: Ring, tmp_path: Path, ahead: Any) -> None:
    pictures, depth = ahead
    inverse = (3.0 / depth + 0.5).astype(np.float32)[None]
    stand = stand_with(ring, tmp_path, giving({"output": inverse}), "midas.onnx")
    stand.hear(WALKING)
    stand.show(*pictures)
    by_network, by_motion = stand.told
    assert (by_network.source, by_motion.source) == ("model", "motion")
    true = np.median(
        depth.reshape(ROWS, 30, COLUMNS, 30).transpose(0, 2, 1, 3).reshape(ROWS * COLUMNS, -1), axis=1
    )
    wrong = np.abs(np.array(by_network.metres) - true) / true
    print(
        f"wrong by {np.median(wrong):.3f} (median) in all {COLUMNS * ROWS} cells; said to be {by_network.error:.2f}"
    )
    assert min(by_network.metres) > 0.0, "also where nothing moves past"
    assert np.median(wrong) < 0.05
    assert "inverse distances" in stand.health.reason


def test_one_without_a_scale_says_nothing_while_the_body_stands(
    ring: Ring, tmp_path: Path, ahead: Any
) -> None:
    stand = stand_with(ring, tmp_path, giving({"output": FAR}), "midas.onnx")
    stand.hear(STANDING)
    stand.show(*ahead[0])
    assert stand.told == []


def test_metres_of_a_canonical_camera_are_made_those_of_the_game_s(
    ring: Ring, tmp_path: Path, ahead: Any
) -> None:
    far = FAR * 100.0
    data = giving({"pred_depth": far, "pred_normal": np.zeros((1, 3, 48, 64), np.float32)})
    stand = stand_with(ring, tmp_path, data, "metric3d.onnx")
    stand.show(ahead[0][0])
    focal = 36 / 2.0 / math.tan(math.radians(30.0))  # 64 x 36 pixels of 64 x 64
    assert stand.told[0].metres[0] == pytest.approx(400.0 * focal / 1000.0)
    network = open_network(ComputerVision(depth_model="metric3d.onnx"), tmp_path)
    assert network is not None
    values = network.depth(network.shrunk(ahead[0][0]), 60.0)
    assert values.shape == (27, 64), "what the picture did not fill is left out"
    assert values[0, 0] == pytest.approx(400.0 * focal / 1000.0)


def test_one_of_open_size_is_tried_with_each_until_one_fits(tmp_path: Path) -> None:
    from onnx import helper

    # as MiDaS does: what it takes must be a multiple of 32
    nodes = [
        helper.make_node("Reshape", ["images", "shape"], ["blocks"]),
        helper.make_node("Reshape", ["blocks", "back"], ["flat"]),
        helper.make_node("ReduceMean", ["flat"], ["depth"], axes=[1], keepdims=0),
    ]
    constants = {"shape": np.array([1, 3, 8, 32, 14, 32]), "back": np.array([1, 3, 256, 448])}
    network = DepthNetwork(model(nodes, ["depth"], constants, shape=(1, 3, "height", "width")), "open.onnx")
    small = network.shrunk(np.zeros((720, 1280, 3), np.uint8))
    assert small.shape == (256, 448, 3)
    assert network.depth(small, 60.0).shape == (256, 448)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"no network", "not an ONNX file"),
        (b"", "is empty"),
        (giving({"o": np.ones((1, 10), np.float32)}), "no map of a picture"),
        (giving({"o": np.full((1, 48, 64), np.nan, np.float32)}), "NaN"),
        (giving({"o": FAR}, shape=(1, 4, 64, 64, 2)), "one picture is all that it can be given"),
    ],
)
def test_one_that_cannot_be_used_is_said_with_what_to_do_and_motion_goes_on(
    ring: Ring, tmp_path: Path, ahead: Any, data: bytes, why: str
) -> None:
    stand = stand_with(ring, tmp_path, data, "own.onnx")
    assert stand.health.health is Health.DEGRADED
    assert "own.onnx" in stand.health.reason
    assert why in stand.health.reason
    assert "computer_vision.depth_model" in stand.health.remedy
    stand.hear(WALKING)
    stand.show(*ahead[0])
    assert [told.source for told in stand.told] == ["motion"]


@pytest.mark.parametrize(("given", "why"), [("none.onnx", "there is no"), ("../up.onnx", "leads out of")])
def test_one_that_is_not_there_is_said_with_what_to_do(tmp_path: Path, given: str, why: str) -> None:
    with pytest.raises(NetworkBroken, match=why) as broken:
        open_network(ComputerVision(depth_model=given), tmp_path)
    assert broken.value.remedy


def test_without_one_none_is_opened(tmp_path: Path) -> None:
    assert open_network(ComputerVision(), tmp_path) is None


def test_one_that_fails_three_times_is_not_tried_again(
    ring: Ring, tmp_path: Path, ahead: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand = stand_with(ring, tmp_path, giving({"depth": FAR}), "metric.onnx")
    stand.show(ahead[0][0])
    assert len(stand.told) == 1
    with monkeypatch.context() as patched:
        patched.setattr(session, "MOST_OUTPUTS", 0)
        stand.show(ahead[0][0])
        assert stand.health.health is Health.DEGRADED
        assert "the next picture is tried" in stand.health.reason
    stand.show(ahead[0][0])
    assert stand.health.health is Health.OK
    monkeypatch.setattr(session, "MOST_OUTPUTS", 0)
    stand.show(*[ahead[0][0]] * 5)
    assert "not tried again" in stand.health.reason
    assert len(stand.told) == 2


def test_a_picture_that_it_cannot_take_is_a_failure_of_the_network() -> None:
    with pytest.raises(NetworkFails):
        DepthNetwork(giving({"o": FAR}, shape=(2, 3, 64, 64)), "pairs.onnx")


def test_another_network_needs_a_restart(ring: Ring) -> None:
    stand = Stand(ring, ComputerVision())
    assert stand.actor.commit({"computer_vision": ComputerVision(fov=70.0)})
    assert not stand.actor.commit({"computer_vision": ComputerVision(depth_model="other.onnx")})
