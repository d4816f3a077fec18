"""Encrypted data is decrypted with its own key, unaltered, in its own place."""

import pickle
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError

import pytest

from config.secrets.cipher import b64
from config.secrets.data_cipher import DataCipher, DecryptionError, data_cipher_from

PLAIN, ABOUT = b"what the owner said", b"conversation 7"
KEY = b64(b"k" * 32)


@pytest.mark.parametrize("data", [b"", b"x", PLAIN, bytes(100_000)])
@pytest.mark.parametrize("about", [b"", ABOUT])
def test_what_was_encrypted_opens_again(data: bytes, about: bytes) -> None:
    cipher = data_cipher_from(KEY)
    encrypted = cipher.encrypt(data, about)
    assert cipher.decrypt(encrypted, about) == data
    assert data_cipher_from(cipher.key).decrypt(encrypted, about) == data
    assert len(encrypted) == len(data) + 33
    assert len(data) < 2 or data not in encrypted


def test_the_same_is_encrypted_differently_each_time() -> None:
    cipher = data_cipher_from(KEY)
    assert len({cipher.encrypt(PLAIN, ABOUT) for _ in range(100)}) == 100


@pytest.mark.parametrize("about", [b"", b"conversation 8", ABOUT + b"\0", ABOUT[:-1]])
def test_what_was_moved_does_not_open(about: bytes) -> None:
    cipher = data_cipher_from(KEY)
    with pytest.raises(DecryptionError, match="another's place"):
        cipher.decrypt(cipher.encrypt(PLAIN, ABOUT), about)


def test_a_part_of_what_it_is_about_cannot_become_a_part_of_the_head() -> None:
    cipher = data_cipher_from(KEY)
    encrypted = cipher.encrypt(PLAIN, ABOUT)
    for cut in range(1, 6):
        with pytest.raises(DecryptionError):
            cipher.decrypt(encrypted[cut:], encrypted[:cut] + ABOUT)


def test_no_single_flipped_byte_opens() -> None:
    cipher, chance = data_cipher_from(KEY), random.Random(7)
    for _ in range(500):
        encrypted = bytearray(cipher.encrypt(PLAIN, ABOUT))
        encrypted[chance.randrange(len(encrypted))] ^= chance.randrange(1, 256)
        with pytest.raises(DecryptionError):
            cipher.decrypt(bytes(encrypted), ABOUT)


def test_no_part_of_it_opens() -> None:
    cipher = data_cipher_from(KEY)
    encrypted = cipher.encrypt(PLAIN, ABOUT)
    for cut in (*(encrypted[:length] for length in range(len(encrypted))), encrypted + b"\0", PLAIN):
        with pytest.raises(DecryptionError):
            cipher.decrypt(cut, ABOUT)


def test_another_key_opens_nothing_and_both_are_named() -> None:
    one, other = data_cipher_from(KEY), data_cipher_from(b64(b"o" * 32))
    with pytest.raises(DecryptionError, match=f"with the key {one.id}, and this is {other.id}") as raised:
        other.decrypt(one.encrypt(PLAIN, ABOUT), ABOUT)
    assert isinstance(raised.value, ValueError)


def test_another_key_of_the_same_name_opens_nothing() -> None:
    one = data_cipher_from(KEY)
    other = DataCipher(one.id, b"o" * 32)
    with pytest.raises(DecryptionError):
        other.decrypt(one.encrypt(PLAIN, ABOUT), ABOUT)


def test_it_can_be_used_by_many_threads() -> None:
    cipher, start = data_cipher_from(KEY), threading.Barrier(8)

    def work(number: int) -> bool:
        start.wait()
        datas = [f"{number} {n}".encode() * 50 for n in range(200)]
        return all(cipher.decrypt(cipher.encrypt(data, ABOUT), ABOUT) == data for data in datas)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(8)))


def test_it_cannot_be_changed_and_the_key_is_in_nothing_that_is_shown() -> None:
    cipher = data_cipher_from(KEY)
    with pytest.raises(FrozenInstanceError):
        cipher.id = "other"  # type: ignore[misc]
    shown = f"{cipher} {cipher!r} {[cipher]} {cipher.id}"
    for text in (KEY, repr(b"k" * 32), "kkkk", (b"k" * 32).hex()):
        assert text not in shown
    with pytest.raises(TypeError):
        pickle.dumps(cipher)


@pytest.mark.parametrize("key", ["", "x", KEY[:-1], KEY + "A", KEY + "\n", b64(b"k" * 31), "\u00e9" * 43])
def test_what_is_not_a_key_is_refused_and_not_repeated(key: str) -> None:
    with pytest.raises(ValueError, match="not a data key") as raised:
        data_cipher_from(key)
    assert len(key) < 2 or key not in str(raised.value)
