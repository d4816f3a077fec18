"""What is recorded reaches a client of Foxglove's protocol."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from supervisor.trace.analyse.foxglove import Live
from supervisor.trace.read.reader import newest_run
from supervisor.trace.write.recorder import Recorder
from tests.doubles.foxglove_client import FoxgloveClient
from tests.supervisor.trace.samples import Heard, Noted, envelope, handled

RUN = "20261123T190000Z-1"


@pytest.fixture
def recorder(tmp_path: Path) -> Iterator[Recorder]:
    recorder = Recorder(tmp_path, "root", run=RUN, flush_interval=600.0)
    recorder.append(handled(envelope(1, Noted(1)), wall=1.5))
    assert recorder.flush(10.0)
    yield recorder
    recorder.close()


@pytest.fixture
def live(tmp_path: Path, recorder: Recorder) -> Iterator[Live]:
    def newest() -> Path | None:
        run = newest_run(tmp_path)
        return run.path if run else None

    served = Live(newest, "127.0.0.1", 0)
    yield served
    served.close()


def test_a_client_gets_what_is_recorded_with_topic_time_and_schema(live: Live, recorder: Recorder) -> None:
    with FoxgloveClient(live.port) as client:
        client.until_subscribed({"/tests/Noted"})
        (channel,) = client.topics.values()
        assert (channel["encoding"], channel["schemaName"], channel["schemaEncoding"]) == (
            "json",
            "Noted",
            "jsonschema",
        )
        assert json.loads(channel["schema"])["properties"]["message"]["properties"]["number"]
        recorder.append(handled(envelope(2, Noted(2)), wall=2.5))
        assert recorder.flush(10.0)
        assert live.pass_on() == 1
        topic, at, content = client.message()
        assert (topic, at) == ("/tests/Noted", 2_500_000_000)
        assert content["message"]["number"] == 2


def test_a_topic_that_is_new_is_advertised(live: Live, recorder: Recorder) -> None:
    with FoxgloveClient(live.port) as client:
        client.until_subscribed({"/tests/Noted"})
        for n in range(2):
            recorder.append(handled(envelope(n, Heard(f"word {n}"))))
            assert recorder.flush(10.0)
            live.pass_on()
            client.until_subscribed({"/tests/Noted", "/tests/Heard"})
        assert client.message()[2]["message"]["text"] == "word 1"
    assert live.topics == 2


def test_a_port_that_is_taken_is_an_error(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(OSError, match=r"."):
            Live(lambda: None, "127.0.0.1", taken.getsockname()[1])


def test_it_can_be_opened_in_the_app(live: Live) -> None:
    assert live.url == f"ws://127.0.0.1:{live.port}"
    assert str(live.port) in live.app_url
