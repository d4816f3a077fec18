"""Messages: registered once, frozen, and the same after a journey over the wire."""

import contextlib
import math
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.kernel.errors import DuplicateMessage, MalformedMessage, MessageError, UnknownMessage
from actors.kernel.message import (
    Asker,
    Envelope,
    Message,
    decode,
    encode,
    message_class,
    non_finite,
    registered,
)
from actors.kernel.protocol.state import UpdateState
from actors.kernel.protocol.storage import StateLoaded, StoredChange, Version
from tests.actors.kernel.parts import Memo, Reading, Saying, envelope
from tests.doubles.annotations import check_annotations

texts = st.text(max_size=20)
integers = st.integers(-(2**63), 2**63 - 1)
finite = st.floats(allow_nan=False, allow_infinity=False)
blobs = st.binary(max_size=40)
versions = st.builds(Version, integers, integers)
messages = st.one_of(
    st.builds(Memo, integers, texts),
    st.builds(Saying, st.integers(0, 2**32), texts),
    st.builds(Reading, finite, st.lists(finite, max_size=4).map(tuple)),
    st.builds(
        StateLoaded,
        texts,
        st.integers(0, 2**40),
        versions,
        integers,
        st.lists(blobs, max_size=3).map(tuple),
        st.lists(st.builds(StoredChange, integers, blobs), max_size=3).map(tuple),
        erased=st.dictionaries(texts, finite, max_size=3),
    ),
    st.builds(
        UpdateState, blobs, st.none() | versions, st.lists(texts, max_size=3).map(tuple), st.booleans()
    ),
)
envelopes = st.builds(
    Envelope, texts, integers, integers, texts, messages, texts, integers, texts, st.booleans(), finite
)


def plain(thing: Envelope) -> tuple[Any, ...]:
    return tuple(getattr(thing, name) for name in thing.__struct_fields__)


@given(envelopes)
def test_an_envelope_is_the_same_after_its_journey(sent: Envelope) -> None:
    assert plain(decode(encode(sent))) == plain(sent)


@given(st.binary(max_size=200))
def test_whatever_bytes_come_only_a_message_error_is_raised(data: bytes) -> None:
    with pytest.raises(MessageError):
        decode(data)


@given(envelopes, st.data())
def test_a_damaged_envelope_is_decoded_or_refused_and_nothing_else(
    sent: Envelope, data: st.DataObject
) -> None:
    wire = bytearray(encode(sent))
    wire[data.draw(st.integers(0, len(wire) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(MessageError):
        assert isinstance(decode(bytes(wire)), Envelope)


def test_deep_nesting_is_refused_and_does_not_exhaust_the_stack() -> None:
    with pytest.raises(MalformedMessage):
        decode(b"\x91" * 100_000)


def test_the_id_names_sender_incarnation_and_sequence() -> None:
    assert Envelope("llm", 3, 17, "speaker", Memo(1)).id == "llm/3/17"


def test_a_message_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Memo(1).number = 2  # type: ignore[misc]


def test_a_second_class_of_a_name_is_refused_and_the_first_one_stays() -> None:
    with pytest.raises(DuplicateMessage, match=r"Memo is already registered by tests\.actors\.kernel\.parts"):
        type("Memo", (Message,), {"__module__": "elsewhere"})
    assert message_class("Memo") is Memo


def test_a_second_class_of_a_name_is_refused_in_the_same_module_too() -> None:
    with pytest.raises(DuplicateMessage):
        type("Memo", (Message,), {"__module__": Memo.__module__})


def test_an_unknown_type_is_named() -> None:
    with pytest.raises(UnknownMessage, match="'Nonsuch'"):
        message_class("Nonsuch")


def test_every_message_class_is_found_by_its_name() -> None:
    assert all(message_class(name) is cls for name, cls in registered().items())


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_not_finite_does_not_get_in_over_the_wire(value: float) -> None:
    for message in (Reading(value), Reading(1.0, (0.5, value))):
        with pytest.raises(MalformedMessage, match="Reading holds a number that is not finite"):
            decode(encode(envelope(message)))


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_neither_do_short_floats_of_another_encoder(value: float) -> None:
    import msgpack

    inner = msgpack.packb({"type": "Reading", "value": value}, use_single_float=True)
    wire = msgspec.msgpack.encode(("test", 0, 1, "a", "Reading", msgspec.Raw(inner), "", 0, "", False, 0.0))
    with pytest.raises(MalformedMessage, match="not finite"):
        decode(wire)


@given(finite)
def test_every_finite_number_gets_in(value: float) -> None:
    assert decode(encode(envelope(Reading(value)))).message == Reading(value)


def test_bytes_that_only_look_like_such_a_number_get_in() -> None:
    blob = msgspec.msgpack.encode(math.nan)
    loaded = StateLoaded("users", 1, parts=(blob,), changes=(StoredChange(1, blob),))
    assert decode(encode(envelope(loaded))).message == loaded


def test_json_has_no_word_for_such_a_number() -> None:
    for text in ('{"type":"Reading","value":NaN}', '{"type":"Reading","value":1e999}'):
        with pytest.raises(msgspec.DecodeError):
            msgspec.json.decode(text, type=Reading)


@given(st.recursive(finite, lambda inner: st.lists(inner) | st.dictionaries(texts, inner), max_leaves=8))
def test_a_nest_of_finite_numbers_is_finite(value: object) -> None:
    assert not non_finite(value)
    assert non_finite({"deep": [value, (math.nan,)]})


def test_a_mutable_annotation_is_found_however_deep_it_hides() -> None:
    class Loose(msgspec.Struct):
        x: int = 0

    class Bad(msgspec.Struct, frozen=True):
        good: tuple[int, ...]
        flat: list[int]
        deep: tuple[dict[str, int] | None, ...]
        loose: Loose

    # The classes of this function are unknown to typing's look-up by module.
    globals()["Loose"] = Loose
    try:
        faults = check_annotations(Bad)
    finally:
        del globals()["Loose"]
    assert faults == ("Bad.flat: list", "Bad.deep: dict", "Bad.loose: Loose is not frozen")


def test_a_subclass_of_message_need_not_be_a_dataclass() -> None:
    @dataclass(frozen=True)
    class Other:
        message: Message

    assert Other(Memo(1)) == Other(Memo(1))


def test_who_asks_outside_of_all_turns_is_answered_outside_of_them() -> None:
    assert Asker("guest", "guest/1/1").turn == 0


def test_a_plugin_s_message_is_called_by_its_plugin_s_name_too() -> None:
    class TextReceived(Message, plugin="hatstand"):
        text: str

    assert message_class("hatstand.TextReceived") is TextReceived
    sent = envelope(TextReceived("a cap"))
    assert decode(encode(sent)).message == TextReceived("a cap")
    assert msgspec.json.decode(msgspec.json.encode(sent.message)) == {
        "type": "hatstand.TextReceived",
        "text": "a cap",
    }
    with pytest.raises(DuplicateMessage, match=r"hatstand\.TextReceived is already registered"):

        class Again(Message, plugin="hatstand", tag="hatstand.Again"):
            former_names = ("hatstand.TextReceived",)
