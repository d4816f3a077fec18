"""A network that ends the process it is loaded in: the detector that comes after looks with the embedded one."""

import threading
from pathlib import Path
from typing import Any

import cv2
import msgspec
import pytest

from actors.kernel.mailbox import Put
from actors.kernel.message import Envelope
from actors.kernel.protocol.lifecycle import Health
from actors.vision.messages import CAMERA, DETECTOR, TRACKER, Looked
from actors.vision.networks.trial import DEATHS, FOLDER
from actors.vocabulary.backoff import Backoff
from config.schema import Config
from supervisor.nodes import worker_process
from supervisor.otp.spec import SupervisorSpec
from supervisor.runtime.runtime import Runtime
from supervisor.tree import tree
from tests.doubles.deadly import DEADLY
from tests.doubles.forked import context
from tests.doubles.looking import room
from tests.doubles.virtual_world import Probe

WITHIN = 30.0

pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.posix("forks"),
]


class Tracker:
    """Where the detector tells what it saw."""

    def __init__(self) -> None:
        self.searched = threading.Event()

    def put(self, envelope: Envelope) -> Put | None:
        if isinstance(envelope.message, Looked) and envelope.message.searched:
            self.searched.set()
        return None


def system_of(home: Path) -> Runtime:
    """The tree's camera and detector, with a film of somebody and a network of the owner's."""
    writer = cv2.VideoWriter(str(home / "still.avi"), cv2.VideoWriter_fourcc(*"MJPG"), 30.0, (320, 180))
    for _ in range(30):
        writer.write(room(200))
    writer.release()
    (home / "Models").mkdir()
    (home / "Models" / "own.onnx").write_bytes(DEADLY)
    eyes = {"enabled": True, "source": "file:still.avi", "detector_model": "own.onnx"}
    config = Config.model_validate(
        {
            "computer_vision": eyes,
            "supervision": {"backoff_initial": 0.0, "backoff_max": 0.0, "intensity": 100, "period": 1.0},
            "actors": {DETECTOR: {"pin": "process", "instances": 1}},
            "trace": {"enabled": False},
        }
    )
    whole = tree(config)
    (group,) = (group for group in whole.children if group.address == "vision")
    deadly = {DETECTOR: "tests.doubles.deadly:DeadlyDetector"}
    kept = tuple(
        msgspec.structs.replace(child, actor=deadly.get(child.address, child.actor))
        for child in group.children
        if child.address in (CAMERA, DETECTOR)
    )
    group = SupervisorSpec(
        "vision", group.strategy, kept, group.start, 100, 1.0, group.backoff, group.on_give_up
    )
    return Runtime(config, home, spec=SupervisorSpec("root", whole.strategy, (group,), backoff=Backoff()))


def test_after_its_deaths_the_embedded_one_looks_and_it_is_said_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_process, "_spawn", context())
    system, tracker = system_of(tmp_path), Tracker()
    system.directory.open("system", Probe())
    system.directory.open(TRACKER, tracker)
    system.start()
    try:
        assert tracker.searched.wait(WITHIN)
        row: dict[str, Any] = next(one for one in system.status()["actors"] if one["address"] == DETECTOR)
    finally:
        assert system.stop(WITHIN)
    assert row["restarts"] == DEATHS
    assert row["health"] == Health.DEGRADED
    assert f"{tmp_path / 'Models' / 'own.onnx'} ended the process" in row["reason"]
    assert "looks with MobileNetV3-CenterNet" in row["reason"]
    assert str(FOLDER) in row["remedy"]
    assert len(list((tmp_path / FOLDER).iterdir())) == DEATHS
