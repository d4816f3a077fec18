"""The environment of a chaos test: its own home, video and configuration, and the real tree."""

from pathlib import Path

import cv2
import numpy as np

from actors.conversation.messages import CONVERSATION
from actors.kernel.protocol.storage import PERSISTENCE
from actors.kernel.record import Handled, Record
from config.schema import PINNED, ActorSettings, Config
from supervisor.audit.directory import AuditedDirectory
from supervisor.audit.message_audit import MessageAudit
from supervisor.chaos.machines import Machines
from supervisor.chaos.plan import Target
from supervisor.demo.instance import free_port
from supervisor.hosts.permissions import PERMISSIONS
from supervisor.otp.messages import ROOT
from supervisor.otp.spec import walk
from supervisor.runtime.runtime import Runtime
from supervisor.tree import CORE, DOMAINS, tree

FPS = 30.0
HANDLER_TIMEOUT = 1.0
PINNED_HANDLER_TIMEOUT = 3.0


def configuration(home: Path, machines: Machines | None = None) -> Config:
    """All that needs no hardware, scripted replies, short timeouts, and supervisors that do not give up. With machines,
    whatever may run there does."""
    timeout = {"handler_timeout": PINNED_HANDLER_TIMEOUT}
    heavy = {address: item.model_copy(update=timeout) for address, item in PINNED.items()}
    away = {name: item.model_dump() for name, item in heavy.items() if name in PERMISSIONS}
    elsewhere = machines.settings(away) if machines is not None else {}
    light = {child.address for child in walk(tree(Config())) if child.actor} - {*PINNED, PERSISTENCE}
    return Config.model_validate(
        {
            "llm": {"mock_responses": True},
            "audio": {"input_device": "none", "output_device": "none"},
            "osc": {"input_port": free_port(), "output_port": free_port()},
            "computer_vision": {
                "enabled": True,
                "source": f"file:{_video(home)}",
                "capture_fps": FPS,
                "processing_fps": 15.0,
            },
            "supervision": {
                "intensity": 100,
                "period": 120.0,
                "backoff_initial": 0.02,
                "backoff_max": 0.2,
                "backoff_reset": 2.0,
            },
            **elsewhere,
            "actors": {
                **heavy,
                **{name: ActorSettings(handler_timeout=HANDLER_TIMEOUT) for name in light},
                **elsewhere.get("actors", {}),
            },
        }
    )


def build(home: Path, audit: MessageAudit, machines: Machines | None = None, *, text: bool) -> Runtime:
    """The real tree, whose mail `audit` follows in the root process, and at pinned actors."""

    def record(record: Record) -> None:
        if isinstance(record, Handled) and record.failure is None:
            audit.handled((record.envelope,))

    directory, config = AuditedDirectory(audit), configuration(home, machines)
    return Runtime(config, home, text=text, directory=directory, on_handled=audit.handled, also=record)


def targets(runtime: Runtime, machines: Machines | None = None) -> tuple[Target, ...]:
    """All actors except the root and the core group, and the machines."""
    slots = runtime.registry.slots.values()
    hosts = tuple(Target(name, machine=True) for name in machines.names) if machines is not None else ()
    return hosts + tuple(
        Target(
            slot.address,
            slot.pin == "process",
            slot.is_supervisor,
            # the conversation counts turns, and only in one place
            movable=slot.address in DOMAINS and slot.address != CONVERSATION,
        )
        for slot in slots
        if not slot.spec.disabled_reason and slot.address not in (ROOT, CORE)
    )


def _video(home: Path) -> Path:
    path = home / "chaos.avi"
    size = (640, 360)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), FPS, size)
    for n in range(90):
        picture = np.full((size[1], size[0], 3), 80, np.uint8)
        picture[100:200, 5 * n : 5 * n + 80] = 250
        writer.write(picture)
    writer.release()
    return path
