"""Voices that are kept: read again by who has the key, gone with their person or the wish, and nowhere in plain."""

import os
from pathlib import Path

import numpy as np
import pytest

from actors.persistence.store.encryption import UnavailableCipher
from actors.speech.diarization import prints
from actors.speech.diarization.clusters import Voice
from actors.speech.diarization.prints import ENOUGH, VoicePrints
from actors.vocabulary.values import Person, person_named, tombstone
from config.secrets.cipher import b64
from config.secrets.data_cipher import data_cipher_from

ANNA, BOB = person_named("Anna"), person_named("Bob")
CIPHER = data_cipher_from(b64(bytes(range(32))))
OTHER = data_cipher_from(b64(bytes(range(1, 33))))


def voice(direction: int, *, weight: float = ENOUGH, at: float = 1.0, beside: float = 0.0) -> Voice:
    """A voice that sounds like `direction`, and a bit like the next one."""
    point = np.zeros(256)
    point[direction], point[direction + 1] = weight, weight * beside
    return Voice(1, point, weight, at)


def opened(folder: Path, cipher: prints.Cipher | None = CIPHER) -> VoicePrints:
    found = VoicePrints(folder, cipher)
    found.open()
    return found


def file_of(folder: Path, person: Person) -> Path:
    return folder / f"{tombstone(person.user_id)}.voice"


def test_a_voice_is_known_on_the_next_visit_and_only_to_who_has_the_key(tmp_path: Path) -> None:
    opened(tmp_path).keep(ANNA, voice(3))
    (first, *others) = opened(tmp_path).like(voice(3, beside=0.3))
    assert not others
    assert first.person == ANNA
    assert first.likeness == pytest.approx(0.958, abs=0.001)
    assert opened(tmp_path).like(voice(9)) == ()
    locked = opened(tmp_path, OTHER)
    assert locked.like(voice(3)) == ()
    assert str(file_of(tmp_path, ANNA)) in locked.trouble
    assert "delete the file" in locked.remedy


def test_the_file_holds_nothing_in_plain_and_is_the_owners_only(tmp_path: Path) -> None:
    kept = voice(3, beside=0.37)
    opened(tmp_path).keep(ANNA, kept)
    file = file_of(tmp_path, ANNA)
    assert [one.name for one in tmp_path.iterdir()] == [file.name]
    data = file.read_bytes()
    assert b"Anna" not in data
    assert kept.sum[3:5].tobytes() not in data
    if os.name == "posix":
        assert file.stat().st_mode & 0o077 == 0


def test_it_is_written_when_enough_was_heard_and_again_when_much_more_was(tmp_path: Path) -> None:
    found = opened(tmp_path)
    found.keep(ANNA, voice(3, weight=ENOUGH - 1))
    assert not list(tmp_path.iterdir())
    found.keep(ANNA, voice(3, weight=10.0))
    first = file_of(tmp_path, ANNA).read_bytes()
    found.keep(ANNA, voice(3, weight=14.0))
    assert file_of(tmp_path, ANNA).read_bytes() == first
    found.keep(ANNA, voice(3, weight=15.0))
    assert file_of(tmp_path, ANNA).read_bytes() != first


def test_who_is_forgotten_has_no_voice_here(tmp_path: Path) -> None:
    found = opened(tmp_path)
    found.keep(ANNA, voice(3))
    found.keep(BOB, voice(9))
    found.forget((ANNA,))
    assert found.like(voice(3)) == ()
    assert [one.name for one in tmp_path.iterdir()] == [file_of(tmp_path, BOB).name]


def test_without_a_cipher_nothing_is_kept_and_what_was_is_removed(tmp_path: Path) -> None:
    opened(tmp_path).keep(ANNA, voice(3))
    found = opened(tmp_path, None)
    assert not list(tmp_path.iterdir())
    found.keep(ANNA, voice(3))
    assert not list(tmp_path.iterdir())
    assert found.trouble == ""


def test_a_key_that_is_missing_removes_nothing(tmp_path: Path) -> None:
    opened(tmp_path).keep(ANNA, voice(3))
    found = opened(tmp_path, UnavailableCipher("the key is missing", "bring the key"))
    found.keep(BOB, voice(9))
    assert len(list(tmp_path.iterdir())) == 1
    assert (found.trouble, found.remedy) == ("voices are not kept: the key is missing", "bring the key")


@pytest.mark.parametrize(
    "content",
    [b"", b"nonsense", bytes(20000), CIPHER.encrypt(b"\x94", b"x")],
    ids=["empty", "nonsense", "long", "of another"],
)
def test_a_damaged_file_is_named_and_the_others_are_read(tmp_path: Path, content: bytes) -> None:
    opened(tmp_path).keep(ANNA, voice(3))
    file_of(tmp_path, BOB).write_bytes(content)
    found = opened(tmp_path)
    assert found.like(voice(3))
    assert str(file_of(tmp_path, BOB)) in found.trouble


def test_a_file_under_anothers_name_is_not_believed(tmp_path: Path) -> None:
    opened(tmp_path).keep(ANNA, voice(3))
    file_of(tmp_path, ANNA).rename(file_of(tmp_path, BOB))
    assert opened(tmp_path).like(voice(3)) == ()


def test_who_was_not_heard_for_longest_makes_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prints, "MOST", 2)
    found = opened(tmp_path)
    for number, name in enumerate(("Anna", "Bob", "Cleo")):
        found.keep(person_named(name), voice(2 * number, at=float(number)))
    kept = {one.name for one in tmp_path.iterdir()}
    assert kept == {file_of(tmp_path, person_named(name)).name for name in ("Bob", "Cleo")}


def test_a_folder_that_cannot_be_written_is_said_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "voices").write_text("a file in the way")
    opened(tmp_path / "voices").keep(ANNA, voice(3))
    assert "a voice cannot be kept in" in caplog.text
