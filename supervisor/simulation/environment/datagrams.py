"""What VRChat, a broken program and an attacker send to Gerald's port: datagrams with what should become of each."""

import random
import struct
from collections.abc import Iterator
from itertools import count

from actors.osc.parameters import PREFIX
from actors.osc.wire import Value, datagram

SLIDERS = ("Slider", "Dial")
"""Parameters whose every value is another one: so its place among the others is known."""
CONTACTS = ("HeadPat", "Nose", "Gesture")
EVIL = "Evil"
"""In the name of every parameter that must never be heard of."""
STRANGER = "203.0.113.9"
AVATARS = ("avtr_simulated_1", "avtr_simulated_2")
FLOOD = 1500


def _bundle(*messages: bytes) -> bytes:
    elements = b"".join(struct.pack(">i", len(message)) + message for message in messages)
    return b"#bundle\x00" + bytes(8) + elements


_EVIL = PREFIX + EVIL
_GOOD = datagram(_EVIL, 0.5)
_DEEP = _bundle(_bundle(_bundle(_bundle(_bundle(_GOOD)))))
HOSTILE = (
    b"",
    b"\x00" * 64,
    b"GET / HTTP/1.1\r\n\r\n  ",
    _GOOD[:-1],
    _GOOD[:-4],
    _GOOD + b"\x00\x00\x00\x00",
    _GOOD[:-4] + struct.pack(">f", float("nan")),
    _GOOD[:-4] + struct.pack(">f", float("inf")),
    _GOOD.replace(b",f", b",z"),
    _GOOD.replace(b",f", b"ff"),
    datagram(PREFIX + SLIDERS[0], "text"),
    datagram(PREFIX + SLIDERS[0], 1.0, 2.0),
    datagram("/avatar/change", 7),
    datagram("/avatar/change", "x" * 600),
    datagram("/tracking/vrsystem/head/pose", 1.0, 2.0),
    b"/" + b"a" * 9000,
    PREFIX.encode() + b"\xff\xfe\xff\x00\x00,f\x00\x00" + bytes(4),
    _DEEP,
    _bundle(_GOOD)[:-2],
    b"#bundle\x00" + bytes(8) + struct.pack(">i", -4) + _GOOD,
    b"#bundle\x00" + bytes(8) + struct.pack(">i", 0) + _GOOD,
    _bundle(_GOOD, datagram(PREFIX + SLIDERS[0], "text")),
    _bundle(_GOOD, datagram("/avatar/change", 7)),
)
"""Refused, each as a whole."""


class Sights:
    """What a player sees and does, as datagrams in the order of time. dice: the run's."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self._numbers: Iterator[int] = count(1)

    def next(self) -> bytes:
        """A slider moves, the head moves, or another avatar is put on."""
        chance = self._dice.random()
        if chance < 0.7:
            return self.slider(self._dice.choice(SLIDERS))
        if chance < 0.95:
            head = (self._dice.random() for _ in range(6))
            return datagram("/tracking/vrsystem/head/pose", *head)
        return datagram("/avatar/change", self._dice.choice(AVATARS))

    def slider(self, name: str) -> bytes:
        """Another value than any before; whole numbers are exact as floats."""
        return datagram(PREFIX + name, float(next(self._numbers)))

    def contact(self, name: str, on: Value) -> bytes:
        """A touch begins or ends."""
        return datagram(PREFIX + name, on)
