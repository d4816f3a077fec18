"""What is recorded reaches a client of Foxglove's protocol."""

import json
import socket
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import foxglove
import pytest

from supervisor.trace.analyse.foxglove import Live
from supervisor.trace.analyse.foxglove_eyes import PICTURE, SEEN, LiveEyes
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
def context() -> foxglove.Context:
    return foxglove.Context()


@pytest.fixture
def live(tmp_path: Path, context: foxglove.Context, recorder: Recorder) -> Iterator[Live]:
    def newest() -> Path | None:
        run = newest_run(tmp_path)
        return run.path if run else None

    served = Live(context, newest, "127.0.0.1", 0)
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
            Live(foxglove.Context(), lambda: None, "127.0.0.1", taken.getsockname()[1])


def test_it_can_be_opened_in_the_app(live: Live) -> None:
    assert live.url == f"ws://127.0.0.1:{live.port}"
    assert str(live.port) in live.app_url


def test_what_the_eyes_see_reaches_a_panel_that_wants_it_once(context: foxglove.Context, live: Live) -> None:
    asked = []

    def look() -> Mapping[str, Any]:
        asked.append(1)
        box = {"left": 0.25, "top": 0.5, "width": 0.5, "height": 0.25}
        sight = {"kind": "person", "person": "Mio", "box": box, "found": True}
        return {
            "picture": b"\xff\xd8 a picture",
            "pictured_at": 7.25,
            "height": 360,
            "width": 640,
            "sights": [sight],
        }

    eyes = LiveEyes(context, look, lambda sight: f"{sight['person']} 3 m")
    assert not eyes.pass_on()
    assert asked == [], "nobody wants it"
    with FoxgloveClient(live.port) as client:
        client.until_subscribed({"/tests/Noted", PICTURE, SEEN})
        assert eyes.pass_on()
        got = {topic: content for topic, _, content in (client.message(), client.message())}
        assert b"\xff\xd8 a picture" in got[PICTURE]
        assert b"Mio 3 m" in got[SEEN]
        corner = struct.pack("<d", 160.0), struct.pack("<d", 180.0)
        assert all(part in got[SEEN] for part in corner), "a quarter from the left, half from above"
        assert not eyes.pass_on(), "the same picture again"
