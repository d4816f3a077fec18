"""Ten thousand broken datagrams on a real port."""

import random
import struct
from collections.abc import Iterator
from typing import Any

from pythonosc.osc_message_builder import build_msg

from actors.osc.datagram import BadDatagram, decode

HEAD = b"#bundle\x00" + b"\x00" * 7 + b"\x01"
GOOD = build_msg("/avatar/parameters/JawOpen", 0.5).dgram


def malformed(count: int, seed: int) -> Iterator[bytes]:
    """Every defect of python-osc that is known, then broken variations of good datagrams."""

    def element(content: bytes, size: int) -> bytes:
        return struct.pack(">i", size) + content

    nested = GOOD
    for _ in range(300):
        nested = HEAD + element(nested, len(nested))
    defects = [
        HEAD + element(GOOD, -4),
        HEAD + element(GOOD, -len(GOOD) - 4),
        HEAD + element(GOOD, 0),
        HEAD + element(GOOD, 2**31 - 1),
        nested,
        b"/\xff\xfe\x00,i\x00\x00\x00\x00\x00\x01",
        b"/a\x00\x00,s\x00\x00\xc3\x28\x00\x00",
        b"/a\x00\x00,b\x00\x00\xff\xff\xff\xf8",
        b"/a\x00\x00,f\x00\x00\x7f\xc0\x00\x00",
        b"/a\x00\x00,f\x00\x00",
        b"/a\x00\x00,zzz\x00\x00\x00\x00",
        b"",
        b"/" * 60_000,
    ]
    yield from (defects[n % len(defects)] for n in range(count // 5))
    chance = random.Random(seed)
    bundle = HEAD + element(GOOD, len(GOOD)) + element(GOOD, len(GOOD))
    made = count // 5
    while made < count:
        data = bytearray(chance.choice((GOOD, bundle)))
        for _ in range(chance.randint(1, 6)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        if chance.random() < 0.3:
            del data[chance.randrange(len(data)) :]
        if is_malformed(bytes(data)):
            made += 1
            yield bytes(data)


def is_malformed(data: bytes) -> bool:
    try:
        decode(data)
    except BadDatagram:
        return True
    return False


def test_ten_thousand_malformed_datagrams_neither_crash_nor_stall_it_and_are_counted(ear: Any) -> None:
    for sent, data in enumerate(malformed(10_000, seed=1), start=1):
        ear.send(data)
        if sent % 100 == 0:  # no more than the system's buffer holds for an ordinary user
            ear.until_received(sent)
    ear.send(GOOD)
    ear.until(lambda: ear.values() == {"JawOpen": 0.5})

    counts = ear.statistics()
    assert counts.received == 10_001
    assert sum(counts.refused.values()) == 10_000
    assert counts.handled == 1
    assert "parser" not in counts.refused
    assert {"element_size", "too_deep", "not_utf8", "not_finite", "too_large", "empty"} <= {*counts.refused}
    assert ear.stage.world.failures == {}
