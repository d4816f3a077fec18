"""VRChat's side: real datagrams from another implementation change the avatar's state."""

import shutil
import socket
import subprocess
import threading
from pathlib import Path

import pytest

from actors.osc.wire import datagram
from supervisor.demo.instance import DemoInstance, free_port
from supervisor.demo.peer import Peer
from tests.flows.conftest import forked_instance


def felt(instance: DemoInstance, path: tuple[str, ...], wanted: object) -> object:
    """The avatar's state at `path`, as soon as it is what is wanted, and after five seconds in any case."""
    gate = threading.Event()
    for _ in range(100):
        found = instance.call({"do": "state", "domain": "avatar"})["state"]
        for part in path:
            found = found.get(part) if isinstance(found, dict) else None
        if found == wanted:
            break
        gate.wait(0.05)
    return found


@pytest.mark.liblo
@pytest.mark.skipif(shutil.which("oscsend") is None, reason="liblo-tools is not installed")
def test_oscsend_drives_the_avatar_state_also_after_a_storm_of_malformed_datagrams(home: Path) -> None:
    port = free_port()
    settings = (f"osc.input_port={port}", f"osc.output_port={free_port()}", "llm.mock_responses=true")
    with forked_instance(home, settings, {}, "--text") as instance:
        send = ("oscsend", "127.0.0.1", str(port))
        subprocess.run([*send, "/avatar/parameters/GestureLeft", "i", "3"], check=True, timeout=10)
        assert felt(instance, ("gestures", "GestureLeft"), 3.0) == 3.0
        subprocess.run([*send, "/avatar/parameters/HeadTouch", "T"], check=True, timeout=10)
        assert felt(instance, ("touch_sensors", "HeadTouch"), True) is True
        assert instance.call({"do": "status"})["touch"]["where"] == "HeadTouch"
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as storm:
            for n in range(2000):
                storm.sendto(b"#bundle\0" + n.to_bytes(8, "big") + b"\xff" * (n % 60), ("127.0.0.1", port))
        subprocess.run([*send, "/avatar/parameters/GestureLeft", "i", "5"], check=True, timeout=10)
        assert felt(instance, ("gestures", "GestureLeft"), 5.0) == 5.0
        assert instance.call({"do": "status"})["ready"]


def test_without_oscquery_the_two_ports_carry_everything(home: Path) -> None:
    port = free_port()
    with Peer() as game:
        settings = (f"osc.input_port={port}", f"osc.output_port={game.port}", "osc.query=off")
        with forked_instance(home, (*settings, "llm.mock_responses=true"), {}, "--text") as instance:
            rows = {row["address"]: row for row in instance.call({"do": "status"})["actors"]}
            assert rows["osc.query"]["state"] == "disabled"
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                sender.sendto(datagram("/avatar/change", "avtr_7"), ("127.0.0.1", port))
                sender.sendto(datagram("/avatar/parameters/GestureLeft", 3), ("127.0.0.1", port))
            assert felt(instance, ("gestures", "GestureLeft"), 3.0) == 3.0
            assert felt(instance, ("avatar_id",), "avtr_7") == "avtr_7"
            assert instance.call({"do": "talk", "text": "Hello", "as": "Mio"})["outcome"] == "said"
            gate = threading.Event()
            for _ in range(100):  # the datagram may come after the answer
                if game.shown:
                    break
                gate.wait(0.05)
            assert game.shown[0].text
            told = instance.call({"do": "ask", "address": "osc.receiver", "type": "GetOscStatistics"})[
                "message"
            ]
            assert (told["received"], told["announced_port"]) == (2, 0)
