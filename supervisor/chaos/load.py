"""The load of a chaos test: more than a busy evening in VRChat sends."""

import socket
import threading
import time

import msgspec

from actors.conversation.messages import ReplyEnded
from actors.osc.wire import datagram
from supervisor.control.requests.turns import talk
from supervisor.control.wire import RequestRefused
from supervisor.runtime.runtime import Runtime

TURN_WITHIN = 130.0


class Turns(msgspec.Struct):
    """How many turns ended in which way.

    cut: by the next question or by a restart.
    refused: with a reason, since the conversation could not take it or does not remember it.
    unanswered: no answer and no refusal came.
    """

    asked: int = 0
    said: int = 0
    cut: int = 0
    refused: int = 0
    unanswered: int = 0


class Load:
    """Sends datagrams at a rate, and a question every second, until `end`."""

    def __init__(self, runtime: Runtime, osc_port: int, osc_rate: float = 1000.0) -> None:
        self.turns = Turns()
        self.datagrams = 0
        self._runtime = runtime
        self._port = osc_port
        self._rate = osc_rate
        self._end = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._send_osc, self._talk)]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """End, and wait until every turn has an outcome."""
        self._end.set()
        for thread in self._threads:
            thread.join(2 * TURN_WITHIN)

    def _send_osc(self) -> None:
        data = [datagram(f"/avatar/parameters/Chaos{n}", n / 100.0) for n in range(100)]
        begun = time.monotonic()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            while not self._end.wait(0.01):
                due = int((time.monotonic() - begun) * self._rate)
                for number in range(self.datagrams, due):
                    udp.sendto(data[number % len(data)], ("127.0.0.1", self._port))
                self.datagrams = max(due, self.datagrams)

    def _talk(self) -> None:
        waiting: list[threading.Thread] = []
        while not self._end.wait(1.0):
            self.turns.asked += 1
            thread = threading.Thread(target=self._one_turn, args=(self.turns.asked,), daemon=True)
            thread.start()
            waiting.append(thread)
        for thread in waiting:
            thread.join(TURN_WITHIN)

    def _one_turn(self, number: int) -> None:
        outcome = "unanswered"
        try:
            for message in talk(self._runtime, f"Question {number}", f"Visitor {number % 5}"):
                if isinstance(message, ReplyEnded):
                    outcome = "said" if message.outcome == "said" else "cut"
        except RequestRefused:
            outcome = "refused"
        with self._lock:
            setattr(self.turns, outcome, getattr(self.turns, outcome) + 1)
