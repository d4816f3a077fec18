"""How messages, bytes and failures look in the trace."""

from collections.abc import Mapping
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.kernel.message import Message
from actors.kernel.protocol.lifecycle import Failure, Health, HealthChanged
from supervisor.trace.write.redaction import INLINE, Redaction, Withheld, digest, restore
from tests.supervisor.trace.samples import Heard, Noted, Sound


class Mapped(Message):
    """A message with a mapping."""

    values: Mapping[str, int]


def test_a_message_without_bytes_is_written_as_it_is() -> None:
    message = Heard("hello")
    assert Redaction().message(message) is message


@given(st.binary(max_size=100), st.binary(max_size=100))
def test_sound_is_referred_to_and_other_bytes_are_kept(pcm: bytes, changes: bytes) -> None:
    shown = Redaction().message(Sound(pcm, changes))
    assert shown["pcm"].keys() == {"bytes", "blake2b"}
    assert shown["pcm"]["bytes"] == len(pcm)
    shown.pop("pcm")
    assert restore(Sound, {"pcm": shown["changes"], "changes": shown["changes"]}) == Sound(changes, changes)


def test_a_message_whose_sound_was_left_out_cannot_be_made_again() -> None:
    with pytest.raises(Withheld, match="4 bytes"):
        restore(Sound, Redaction().message(Sound(b"1234")))


def test_large_bytes_are_referred_to() -> None:
    shown = Redaction().message(Sound(b"", bytes(INLINE + 1)))
    assert "base64" not in shown["changes"]


def test_equal_messages_have_equal_digests_whatever_the_order_of_their_mappings() -> None:
    assert digest(Mapped({"a": 1, "b": 2})) == digest(Mapped(MappingProxyType({"b": 2, "a": 1})))
    assert digest(Mapped({"a": 1})) != digest(Mapped({"a": 2}))


def test_a_keyed_digest_cannot_be_guessed_from_the_words() -> None:
    assert Redaction("drop", b"key").digest(Heard("yes")) != digest(Heard("yes"))


def test_with_words_dropped_texts_go_and_numbers_and_states_stay() -> None:
    redaction = Redaction("drop")
    assert redaction.message(Heard("hello", 3)) == {"text": "[5 characters]", "turn": 3}
    assert redaction.message(Noted(3)) == {"number": 3, "kind": "note"}
    assert redaction.message(Mapped({"alice": 1})) == {"values": {"items": 1}}
    shown = redaction.message(HealthChanged("llm", Health.DOWN, "no key for alice"))
    assert shown == {"address": "llm", "health": "DOWN", "reason": "[16 characters]", "remedy": ""}


def test_a_failure_shows_no_credential() -> None:
    failure = Failure("HTTPError", "key: sk-abcdefgh12345", "    token = read()\nHTTPError: sk-abcdefgh12345")
    shown = Redaction().failure(failure)
    assert shown is not None
    assert "sk-abcdefgh12345" not in shown.text + shown.traceback
    assert "    token = read()" in shown.traceback
