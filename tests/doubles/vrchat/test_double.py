"""The double with the small world: VRChat's inputs move the body, over real sockets; and it is started by hand."""

import math
import socket
from pathlib import Path
from typing import Any

import pytest

from actors.osc.wire import datagram
from supervisor.demo.vrchat.game import VRChat
from tests.doubles.vrchat.__main__ import main
from tests.doubles.vrchat.small_world import SmallWorld


def test_the_inputs_of_a_real_socket_move_the_body_of_the_small_world(tmp_path: Path) -> None:
    body = SmallWorld()
    with (
        VRChat(tmp_path, sends_to=9, body=body) as game,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out,
    ):

        def press(name: str, value: float) -> None:
            out.sendto(datagram(f"/input/{name}", value), ("127.0.0.1", game.port))

        press("Vertical", 1.0)
        assert game.wait(lambda: body.at[1] > 1.0)
        assert game.values["VelocityZ"] > 0.0
        press("Vertical", 0.0)
        assert game.wait(lambda: game.values["VelocityZ"] == 0.0)
        assert math.isclose(body.at[0], 0.0, abs_tol=1e-6)


def test_it_is_started_by_hand_and_obeys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [
        "nonsense",
        "mute",
        "set Smile 0.5",
        "set Smile wide",
        "join Anna",
        "leave Anna",
        "avatar local:me",
        "show",
    ]
    monkeypatch.setattr("sys.stdin", iter([*(f"{line}\n" for line in lines), "quit\n"]))
    options: list[Any] = ["--port", "0", "--sends-to", "9", "--no-query", "--folder", str(tmp_path)]
    assert main(options) == 0
    said = capsys.readouterr().out
    assert "touch NAME" in said
    assert "'wide' is no value" in said
    assert "the microphone is muted" in said
    assert "avatar Mine" in said
    (log,) = tmp_path.glob("output_log_*.txt")
    assert log.read_text().count("Anna (usr_") == 2
