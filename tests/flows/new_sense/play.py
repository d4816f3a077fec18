"""Runs in the copy: a parameter of the game goes through the receiver to the new sense, under the virtual clock, and
the record of it is replayed."""

import sys
from pathlib import Path

from actors.heart_rate.messages import HEART, GetHeartRate, HeartRateIs
from actors.osc.wire import datagram
from supervisor.nodes.boot import register_messages
from supervisor.replay.replayer import Replayer
from supervisor.simulation.world import SimulatedWorld, quiet
from supervisor.trace.write.recorder import Recorder

trace = Path(sys.argv[1])
register_messages()
recorder = Recorder(trace, "root", run="heart")
with quiet():
    world = SimulatedWorld(1, recorder.append)
    world.run(3.0)
    world.game.port.send(datagram("/avatar/parameters/HR", 72))
    world.game.port.send(datagram("/avatar/parameters/Other", 250))
    world.run(4.0)
    heart = world.node.actors[HEART]
    assert heart.state.bpm == 72, heart.state
    world.game.port.send(datagram("/avatar/parameters/HeartRate", 0.5))
    world.run(5.0)
    assert heart.state.bpm == 128, heart.state
    answers = []
    heart.reply = answers.append
    heart.on_get(GetHeartRate())
    assert answers == [HeartRateIs(128, True)]
    assert world.stop(10.0)
    world.close()
recorder.close(60.0)
assert not world.faults, world.faults
report = Replayer(trace / "heart").run()
assert report.identical, report.divergences
assert HEART in report.actors
print(f"{report.messages} messages again, the same")
