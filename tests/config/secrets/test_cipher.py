"""A token opens at its own key of its own file, and nowhere else."""

import pytest

from config.secrets.cipher import InvalidTag, SecretsCipher, b64, decrypt, unb64

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
    token = SecretsCipher(DATA_KEY, "one").encrypt(("a", "b", 0), "value")
    assert SecretsCipher(DATA_KEY, "one").decrypt(("a", "b", 0), token) == "value"
    with pytest.raises(InvalidTag):
        SecretsCipher(data_key, id).decrypt(key, token)


@pytest.mark.parametrize("text", ["a", "aa=", "a b", "\u00e9", "aB"])
def test_only_the_one_way_of_writing_a_token_is_read(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        unb64(text)
    assert unb64(b64(b"any")) == b"any"


def test_data_that_is_too_short_is_refused_like_altered_data() -> None:
    with pytest.raises(InvalidTag):
        decrypt(b"k" * 32, b"short", b"")
