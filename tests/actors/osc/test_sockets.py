"""The receiver's port: taken by somebody else, kept over a crash, given back at a stop."""

import socket
import threading
from typing import Any

import pytest

from actors.kernel.protocol.lifecycle import Health, HealthChanged
from actors.osc import sockets
from actors.osc.messages import EVERYTHING
from actors.osc.receiver import RETRY, Receiver

ME = "osc.receiver"


def test_a_port_that_is_taken_degrades_it_until_it_is_free(stage: Any, make_ear: Any) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        number = other.getsockname()[1]
        ear = make_ear(input_port=number)
        assert ear.port == 0
        stage.world.advance(60.0)
    stage.world.advance(60.0)

    words = stage.world.supervisor.of(HealthChanged)
    assert {word.health for word in words[:-1]} == {Health.DEGRADED}
    assert words[-1].health is Health.OK
    assert str(number) in words[0].reason
    assert str(number) in words[0].remedy
    assert ear.statistics().port == number
    assert stage.world.failures == {}


def test_a_taken_port_is_said_once_however_often_it_is_tried(stage: Any, make_ear: Any) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        make_ear(input_port=other.getsockname()[1])
        stage.world.advance(RETRY.initial * 100)

        assert len(stage.world.supervisor.of(HealthChanged)) == 1


def test_after_a_crash_the_successor_has_the_port_and_nothing_is_lost(ear: Any) -> None:
    # nobody told the first one: its thread still reads
    ear.stage.start(Receiver(ear.osc, (("avatar", EVERYTHING),)), ME, 2)
    ear.client.send_message("/avatar/parameters/GestureLeft", 5)
    ear.until(lambda: ear.values().get("GestureLeft") == 5)
    ear.until(lambda: threads_reading(ear.port) == 1)
    ear.client.send_message("/avatar/parameters/GestureLeft", 6)
    ear.until(lambda: ear.values().get("GestureLeft") == 6)

    assert ear.statistics().port == ear.port
    assert ear.stage.world.supervisor.of(HealthChanged)[-1].health is Health.OK


def threads_reading(port: int) -> int:
    return sum(thread.name == f"osc-{port}" for thread in threading.enumerate())


def test_after_a_stop_the_port_is_free(ear: Any) -> None:
    ear.stage.world.lives[ME].stop()

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", ear.port))


def test_a_reader_that_hangs_is_not_robbed_of_its_socket() -> None:
    port = sockets.take("test", "127.0.0.1", 0, "first")
    with port.in_use:
        assert not sockets.release(port, "first", 0.01)
        assert sockets.take("test", "127.0.0.1", 0, "second") is port
    assert sockets.release(port, "first", 0.01)  # no longer its own: left alone
    assert port.value.fileno() != -1
    assert sockets.release(port, "second", 0.01)
    assert port.value.fileno() == -1


@pytest.mark.parametrize("host", ["localhost", "::", "0.0.0.0", "127.0.0.1"])
def test_what_vrchat_sends_to_ipv4_is_heard_however_the_host_is_written(host: str) -> None:
    owner = object()
    port = sockets.take("osc.receiver", host, 0, owner)
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.sendto(b"heard", ("127.0.0.1", sockets.number_of(port)))
        port.value.settimeout(10)
        assert port.value.recv(16) == b"heard"
    finally:
        sockets.release(port, owner, 1)
