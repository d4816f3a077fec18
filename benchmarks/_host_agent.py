"""The other end in `hosts.py`: a process on another machine, by our wire or by bare zenoh with the same settings.

`python -m benchmarks._host_agent ours|zenoh|actor IDENTITY ADDRESS`; it ends with its standard input. What begins with
`?` comes back, after `#` it says how many have come since the last time, and anything else is only taken. With `actor`
it is a node agent, which runs the actor of the benchmark.
"""

import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from supervisor.hosts.agent.agent import Agent
from supervisor.hosts.build import code_version, model_sums
from supervisor.hosts.identity.identity import Identity, identity_of
from supervisor.hosts.wire.agent_wire import AgentWire
from supervisor.hosts.wire.network import configuration
from supervisor.nodes.link import FrameType, Link, LinkClosed

DOWN, UP = "benchmark/down", "benchmark/up"


class Answers:
    """What comes back for what has come."""

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self._send, self._count = send, 0

    def take(self, words: bytes) -> None:
        self._count += 1
        mark = words[:1]
        if mark == b"?":
            self._send(words)
        elif mark == b"#":
            self._send(b"%d" % self._count)
            self._count = 0


def serve(link: Link) -> None:
    """Answer on one channel until it is closed."""
    answers = Answers(lambda words: link.send(FrameType.MAIL, words))
    with suppress(LinkClosed):
        while True:
            answers.take(link.receive()[1])


def ours(identity: Identity, address: str) -> None:
    AgentWire(identity, [address], serve, lambda: None).start()


def actor(identity: Identity, address: str) -> None:
    """The agent of a host, which runs a worker for the home."""
    agent = Agent(identity.key.parent, code_version(), model_sums, allowed=frozenset(("actor",)))
    AgentWire(identity, [address], agent.serve, agent.end_all).start()


def bare(identity: Identity, address: str) -> None:
    """zenoh alone, as one uses it: a subscriber and a publisher for each priority."""
    session, put = opened(configuration(identity, connect=[address], lost_after=3.0, within=5.0), UP)
    answers = Answers(put)
    subscriber = session.declare_subscriber(DOWN, fifo())
    put(b"here")

    def run() -> None:
        for sample in subscriber:
            answers.take(sample.payload.to_bytes())
        session.close()

    threading.Thread(target=run, daemon=True).start()


def opened(configured: dict[str, object], key: str) -> tuple[object, Callable[[bytes], None]]:
    """A session of bare zenoh and a way to put mail."""
    import json

    import zenoh

    config = zenoh.Config.from_json5(json.dumps(configured))
    # ours sends large frames in pieces; it goes without
    config.insert_json5("transport/link/rx/max_message_size", str(1 << 24))
    session = zenoh.open(config)
    publisher = session.declare_publisher(
        key, congestion_control=zenoh.CongestionControl.BLOCK, priority=zenoh.Priority.DATA
    )
    return session, publisher.put


def fifo() -> object:
    import zenoh

    return zenoh.handlers.FifoChannel(64)


if __name__ == "__main__":
    sys.setswitchinterval(0.0005)
    {"ours": ours, "zenoh": bare, "actor": actor}[sys.argv[1]](identity_of(Path(sys.argv[2])), sys.argv[3])
    sys.stdin.read()
