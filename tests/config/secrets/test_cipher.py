"""A token opens at its own key of its own file, and nowhere else."""

from __future__ import annotations

import pytest

from config.secrets.cipher import Cipher, InvalidTag, b64, unb64

DATA_KEY = b"k" * 32


@pytest.mark.parametrize(
    ("id", "key", "data_key"),
    [
        ("one", ("llm", "model"), DATA_KEY),
        ("one", ("a", "b", 1), DATA_KEY),
        ("one", ("a", "b", "0"), DATA_KEY),
        ("one", ("a.b", 0), DATA_KEY),
        ("two", ("a", "b", 0), DATA_KEY),
        ("one", ("a", "b", 0), b"x" * 32),
    ],
)
def test_a_token_opens_nowhere_else(id: str, key: tuple[str | int, ...], data_key: bytes) -> None:
    token = Cipher(DATA_KEY, "one").encrypt(("a", "b", 0), "value")
    assert Cipher(DATA_KEY, "one").decrypt(("a", "b", 0), token) == "value"
    with pytest.raises(InvalidTag):
        Cipher(data_key, id).decrypt(key, token)


@pytest.mark.parametrize("text", ["a", "aa=", "a b", "\u00e9", "aB"])
def test_only_the_one_way_of_writing_a_token_is_read(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        unb64(text)
    assert unb64(b64(b"any")) == b"any"
