"""Records a life of an actor under the virtual clock, as a running system records it."""

import subprocess
import sys
from pathlib import Path

from actors.kernel.actor import Actor
from actors.kernel.protocol.lifecycle import WriteCheckpoint
from actors.kernel.record import Started
from actors.vocabulary.type_names import name_of_class
from supervisor.trace.write.recorder import Recorder
from tests.doubles.virtual_world import VirtualWorld
from tests.supervisor.replay.actors import FailNow, HowMany, OneMore, OracleAsked, Tally


class Oracle(Actor):
    """Answers every second question."""

    asked = 0

    @classmethod
    def handlers(cls) -> dict[type, str]:  # type: ignore[override]
        return {OracleAsked: "on_peek"}

    def on_peek(self, message: OracleAsked) -> None:
        Oracle.asked += 1
        if Oracle.asked % 2:
            self.reply(HowMany(Oracle.asked))


def recorded(
    folder: Path, kind: type[Tally] = Tally, *, started: bool = True, checkpoint: bool = False
) -> Path:
    """The trace of a life of `kind` at `tally`, which ends with a crash."""
    recorder = Recorder(folder, "root", run="run")
    world = VirtualWorld(recorder=recorder)
    world.probe("wall")
    world.start(Oracle(), "oracle")
    actor = name_of_class(kind) or ""
    if started:
        recorder.append(
            Started("tally", 1, "root", b"{}", "test", world.clock.wall(), None, actor, "supervisor")
        )
    world.start(kind(), "tally")
    for by in (1, 2, 3):
        world.give("tally", OneMore(by))
        world.advance(0.7)
    world.advance(2.0)
    if checkpoint:
        world.give("tally", WriteCheckpoint())
    world.give("tally", OneMore(5))
    world.advance(4.0)
    world.give("tally", FailNow())
    recorder.close()
    return folder / "run"


def recorded_elsewhere(folder: Path, kind: type[Tally]) -> Path:
    """The same in another process, with another seed of hashes."""
    code = (
        "import sys; from pathlib import Path; import tests.supervisor.replay.actors as a;"
        "from tests.supervisor.replay.recording import recorded;"
        f"recorded(Path(sys.argv[1]), a.{kind.__name__})"
    )
    root = str(Path(__file__).parents[3])
    environ = {"PYTHONPATH": root, "PYTHONHASHSEED": "4711", "PATH": ""}
    subprocess.run([sys.executable, "-c", code, str(folder)], check=True, timeout=60, env=environ)
    return folder / "run"
