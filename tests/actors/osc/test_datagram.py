"""What the check lets through, python-osc decodes the same way; what it refuses, it names."""

import struct
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder
from pythonosc.osc_packet import OscPacket

from actors.osc import decoder as decoder_module
from actors.osc.datagram import MAX_ARGUMENTS, MAX_DATAGRAM, MAX_DEPTH, BadDatagram, Reason, decode
from actors.osc.decoder import Decoder

HEAD = b"#bundle\x00" + b"\x00" * 7 + b"\x01"
FAR_FUTURE = b"#bundle\x00" + b"\xff" * 8
GOOD = b"/a\x00\x00,i\x00\x00\x00\x00\x00\x07"


def element(content: bytes, size: int | None = None) -> bytes:
    return struct.pack(">i", len(content) if size is None else size) + content


def nested(depth: int) -> bytes:
    """GOOD within `depth` bundles."""
    data = GOOD
    for _ in range(depth):
        data = HEAD + element(data)
    return data


def build(address: str, arguments: list[tuple[str, Any]]) -> bytes:
    builder = OscMessageBuilder(address)
    for tag, value in arguments:
        builder.add_arg(value, tag)
    return builder.build().dgram


def outcome(read: Any, data: bytes) -> Any:
    try:
        return read(data)
    except BadDatagram as bad:
        return bad.reason


TEXT = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=40)
ADDRESSES = TEXT.map("/".__add__)
FLOATS = st.floats(width=32, allow_nan=False, allow_infinity=False)
ARGUMENTS = st.one_of(
    st.tuples(st.just("i"), st.integers(-(2**31), 2**31 - 1)),
    st.tuples(st.just("h"), st.integers(-(2**63), 2**63 - 1)),
    st.tuples(st.just("f"), FLOATS),
    st.tuples(st.just("d"), st.floats(allow_nan=False, allow_infinity=False)),
    st.tuples(st.just("s"), TEXT),
    st.tuples(st.just("b"), st.binary(min_size=1, max_size=20)),
    st.tuples(st.just("r"), st.integers(0, 2**32 - 1)),
    st.tuples(st.just("m"), st.tuples(*[st.integers(0, 255)] * 4)),
    st.tuples(st.sampled_from("TFN"), st.none()),
)
MESSAGES = st.builds(build, ADDRESSES, st.lists(ARGUMENTS, max_size=6))

# Trees of bundles whose numbers may lie, around messages that may be broken.
BROKEN = st.one_of(
    MESSAGES,
    st.binary(max_size=40),
    st.builds(
        lambda data, at, byte: data[:at] + byte + data[at + 1 :],
        MESSAGES,
        st.integers(0, 60),
        st.binary(max_size=2),
    ),
)
DATAGRAMS = st.recursive(
    BROKEN,
    lambda inner: st.builds(
        lambda parts: HEAD + b"".join(element(content, size) for content, size in parts),
        st.lists(st.tuples(inner, st.one_of(st.none(), st.integers(-8, 64))), max_size=3),
    ),
    max_leaves=6,
)


@given(MESSAGES)
def test_what_python_osc_builds_is_decoded_as_python_osc_decodes_it(data: bytes) -> None:
    parsed = OscMessage(data)

    assert decode(data) == ((parsed.address, tuple(parsed)),)


@given(st.lists(MESSAGES, max_size=4))
def test_a_bundle_gives_its_messages_in_order(messages: list[bytes]) -> None:
    data = HEAD + b"".join(element(message) for message in messages)

    assert decode(data) == tuple(decode(message)[0] for message in messages)


@settings(max_examples=500)
@given(DATAGRAMS)
@example(b"")
@example(nested(1100))
def test_whatever_is_let_through_python_osc_decodes_alike(data: bytes) -> None:
    calls = outcome(decode, data)
    if isinstance(calls, Reason):
        assert calls is not Reason.PARSER
    elif data[:4] != HEAD[:4]:
        assert list(calls) == [(m.message.address, tuple(m.message)) for m in OscPacket(data).messages]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", Reason.EMPTY),
        (b"/" * (MAX_DATAGRAM + 4), Reason.TOO_LARGE),
        (b"/ab\x00,", Reason.MISALIGNED),
        (b"GET / HTTP/1", Reason.NOT_OSC),
        (nested(MAX_DEPTH + 1), Reason.TOO_DEEP),
        (nested(250), Reason.TOO_DEEP),
        (nested(1100), Reason.TOO_LARGE),
        (HEAD + element(GOOD, -4), Reason.ELEMENT_SIZE),
        (HEAD + element(GOOD, -16), Reason.ELEMENT_SIZE),
        (HEAD + element(GOOD, 0), Reason.ELEMENT_SIZE),
        (HEAD + element(GOOD, 1 << 30), Reason.ELEMENT_SIZE),
        (HEAD + element(b"junk"), Reason.NOT_OSC),
        (HEAD[:12], Reason.BUNDLE_HEAD),
        (b"/abc", Reason.UNTERMINATED),
        (b"/" + b"a" * 600 + b"\x00" * 3, Reason.TOO_LONG),
        (b"/\xff\xfe\x00,i\x00\x00\x00\x00\x00\x01", Reason.NOT_UTF8),
        (b"/a\x00\x00,s\x00\x00\xc3\x28\x00\x00", Reason.NOT_UTF8),
        (b"/a\n\x00,i\x00\x00\x00\x00\x00\x01", Reason.CONTROL_CHARACTER),
        (b"/a\x00x,i\x00\x00\x00\x00\x00\x01", Reason.PADDING),
        (b"/a\x00\x00i\x00\x00\x00\x00\x00\x00\x01", Reason.TYPE_TAGS),
        (b"/a\x00\x00,Q\x00\x00\x00\x00\x00\x01", Reason.UNKNOWN_TYPE),
        (b"/a\x00\x00,[i]\x00\x00\x00\x00\x00\x00\x00\x01", Reason.UNKNOWN_TYPE),
        (b"/a\x00\x00,f\x00\x00", Reason.ARGUMENT_SIZE),
        (b"/a\x00\x00,d\x00\x00\x00\x00\x00\x00", Reason.ARGUMENT_SIZE),
        (b"/a\x00\x00,b\x00\x00\xff\xff\xff\xf8", Reason.ARGUMENT_SIZE),
        (b"/a\x00\x00,b\x00\x00\x7f\xff\xff\xff\x00\x00\x00\x00", Reason.ARGUMENT_SIZE),
        (b"/a\x00\x00,f\x00\x00\x7f\xc0\x00\x00", Reason.NOT_FINITE),
        (b"/a\x00\x00,f\x00\x00\xff\x80\x00\x00", Reason.NOT_FINITE),
        (b"/a\x00\x00,d\x00\x00\x7f\xf0\x00\x00\x00\x00\x00\x00", Reason.NOT_FINITE),
        (GOOD + b"\x00\x00\x00\x00", Reason.TRAILING_BYTES),
    ],
)
def test_each_defect_is_refused_by_its_name(data: bytes, reason: Reason) -> None:
    assert outcome(decode, data) is reason


def test_one_broken_element_refuses_the_whole_bundle() -> None:
    assert outcome(decode, HEAD + element(GOOD) + element(b"/abc")) is Reason.UNTERMINATED


def test_a_time_tag_in_the_future_delays_nothing() -> None:
    assert decode(FAR_FUTURE + element(GOOD)) == (("/a", (7,)),)


def test_the_deepest_nesting_that_is_allowed_passes() -> None:
    assert decode(nested(MAX_DEPTH)) == (("/a", (7,)),)


def test_python_osc_bundles_pass() -> None:
    bundle = OscBundleBuilder(IMMEDIATELY)
    bundle.add_content(OscMessage(GOOD))

    assert decode(bundle.build().dgram) == (("/a", (7,)),)


def test_a_message_without_type_tags_has_no_arguments() -> None:
    assert decode(b"/ab\x00") == (("/ab", ()),)


# -- the decoder that remembers

# Doubles and texts whose bytes look like the type tags of a single float or int.
TRAPS = [b"/a\x00\x00,d\x00\x00,f\x00\x00\x7f\xc0\x00\x00", b"/a\x00\x00,h\x00\x00,i\x00\x00\x00\x00\x00\x01"]


@settings(max_examples=300)
@given(
    st.lists(st.one_of(MESSAGES, DATAGRAMS, st.sampled_from(TRAPS)), max_size=8),
    st.binary(min_size=4, max_size=4),
)
@example([*TRAPS, b"/a\x00\x00,s\x00\x00,f\x00\x00"], b"\x7f\xc0\x00\x00")
def test_the_remembering_decoder_always_answers_as_the_strict_one(
    datagrams: list[bytes], last: bytes
) -> None:
    decoder = Decoder()
    for data in [*datagrams, *datagrams, *(data[:-4] + last for data in datagrams)]:
        found, expected = outcome(decoder.decode, data), outcome(decode, data)
        assert repr(found) == repr(expected)


def test_a_remembered_header_still_refuses_numbers_that_are_not_finite() -> None:
    decoder = Decoder()
    head = b"/a\x00\x00,f\x00\x00"
    assert decoder.decode(head + struct.pack(">f", 0.5)) == (("/a", (0.5,)),)

    for value in (float("inf"), float("-inf"), float("nan")):
        assert outcome(decoder.decode, head + struct.pack(">f", value)) is Reason.NOT_FINITE


class Strict:
    """Counts what is decoded in full."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seen = 0
        monkeypatch.setattr(decoder_module, "decode", self._decode)

    def _decode(self, data: bytes) -> Any:
        self.seen += 1
        return decode(data)


@pytest.mark.parametrize(
    ("datagrams", "times"),
    [
        ([build("/a", [("f", value)]) for value in (0.5, 0.25, 1.0)], 1),
        ([build("/a", [("i", value)]) for value in (1, 2, 3)], 1),
        ([build("/a", [("T", True)])] * 3, 1),
        ([build("/a", [("T", True)]), build("/a", [("F", False)])] * 3, 2),
        ([build("/a", [("f", 0.5)]), build("/b", [("f", 0.5)]), build("/a", [("i", 1)])] * 2, 3),
        ([build("/a", [("s", "x")])] * 3, 3),
        ([build("/a", [("f", 0.5), ("f", 0.5)])] * 3, 3),
        ([HEAD + element(build("/a", [("f", 0.5)]))] * 3, 3),
    ],
)
def test_a_header_is_checked_once(
    monkeypatch: pytest.MonkeyPatch, datagrams: list[bytes], times: int
) -> None:
    strict, decoder = Strict(monkeypatch), Decoder()
    for data in datagrams:
        assert decoder.decode(data) == decode(data)
    assert strict.seen == times


@pytest.mark.parametrize(("tag", "value"), [("f", 0.5), ("T", True)])
def test_it_remembers_no_more_than_it_may(monkeypatch: pytest.MonkeyPatch, tag: str, value: object) -> None:
    monkeypatch.setattr(decoder_module, "MAX_KNOWN", 3)
    strict, decoder = Strict(monkeypatch), Decoder()
    for address in ("/a", "/b", "/c", "/a", "/b", "/c"):
        decoder.decode(build(address, [(tag, value)]))
    assert strict.seen == 3
    decoder.decode(build("/d", [(tag, value)]))
    for address in ("/d", "/a"):
        decoder.decode(build(address, [(tag, value)]))
    assert strict.seen == 5


def test_as_many_arguments_as_are_allowed_pass_and_one_more_does_not() -> None:
    most = build("/a", [("T", True)] * MAX_ARGUMENTS)
    assert len(decode(most)[0][1]) == MAX_ARGUMENTS
    with pytest.raises(BadDatagram):
        decode(build("/a", [("T", True)] * (MAX_ARGUMENTS + 1)))
