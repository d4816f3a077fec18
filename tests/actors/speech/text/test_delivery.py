"""What the voice is given to say, and when it points to the chat."""

import pytest

from actors.speech.text.delivery import AGAIN, Delivery
from actors.speech.text.scripts import readable

SHOWN = "I put it in the chat."


@pytest.mark.parametrize(
    ("language", "text", "read"),
    [
        ("en", "Hello there.", "Hello there."),
        ("en", "こんにちは、元気ですか。", ""),
        ("en", "In Japanese it is こんにちは, they say.", "In Japanese it is , they say."),
        ("ja", "こんにちは、Anna。", "こんにちは、Anna。"),
        ("ru", "Привет, Anna.", "Привет, Anna."),
        ("en", "Привет!", ""),
        ("fr", "Ça va, l'été à Nîmes ?", "Ça va, l'été à Nîmes ?"),
        ("en", "12 + 3", "12 + 3"),
        ("el", "Καλημέρα", "Καλημέρα"),
    ],
)
def test_a_voice_reads_the_scripts_of_its_language(language: str, text: str, read: str) -> None:
    assert readable(text, language) == read


def test_a_voice_that_cannot_read_a_script_of_its_language_reads_none_of_it() -> None:
    assert readable("今日はいい天気ですね。", "ja", ("Han",)) == ""
    assert readable("こんにちは、Anna。", "ja", ("Han",)) == "こんにちは、Anna。"
    assert Delivery().words("今日は。", "ja", {}, 0.0, ("Han",)) == "チャットに かきました。"


def test_what_cannot_be_said_is_said_to_be_in_the_chat_once_in_a_while() -> None:
    delivery = Delivery()
    assert delivery.words("こんにちは。", "en", {}, 100.0) == SHOWN
    assert delivery.words("元気ですか。", "en", {}, 101.0) == ""
    assert delivery.words("x = 1\ny = 2", "en", {}, 102.0) == ""
    assert delivery.words("x = 1\ny = 2", "de", {}, 100.0 + AGAIN) == "Das steht im Chat."


def test_of_what_is_only_to_be_seen_nothing_is_said() -> None:
    assert Delivery().words("😀🎉", "en", {}, 0.0) == ""
    assert Delivery().words("Hi 😀", "en", {"hi": "hey"}, 0.0) == "hey"
