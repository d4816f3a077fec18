"""Voices that are kept from one visit to the next, where the owner wants it: an encrypted file for each person.

What a voice sounds like is read and written in the recognizer's process only. A file is named by the hash under which
its person would be erased, so that whoever erases them need not read it."""

import logging
from pathlib import Path
from typing import Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from actors.speech.diarization.clusters import Voice
from actors.vocabulary.kept_voices import ENDING
from actors.vocabulary.values import Person, Resemblance, tombstone
from config.files import read_limited, replace_file

log = logging.getLogger(__name__)

MOST = 256  # people whose voices are kept: beyond it the one not heard for longest goes
ENOUGH = 8.0  # windows of speech from which on a voice is worth keeping: 4 s
_GROWN = 1.5  # times as much was heard of it since: it is written again
_LARGEST = 16384  # bytes of a file
_POINT = 256
_ALIKE = 0.75  # cosine from which on two voices resemble each other at all
_NAMED = 5  # of those that resemble a voice, the nearest


class Cipher(Protocol):
    """An authenticated cipher. about: what the data belongs to, the same for both."""

    def encrypt(self, data: bytes, about: bytes) -> bytes: ...
    def decrypt(self, data: bytes, about: bytes) -> bytes:
        """Raises ValueError for another key, or for data that was altered or moved."""


class VoicePrint(msgspec.Struct, frozen=True):
    """How a person sounds. sum: of the points of their speech, float64 as bytes; heard: when last (epoch seconds)."""

    person: Person
    sum: bytes
    weight: float
    heard: float

    @property
    def direction(self) -> NDArray[np.float64]:
        """Of length 1: shape (256,)."""
        found = np.frombuffer(self.sum, dtype=np.float64)
        return found / np.linalg.norm(found)


class VoicePrints:
    """Those in `folder`. Without a cipher none is read or written, and those that are there are removed.

    trouble: why they cannot be kept or read, and what to do; "" if they can."""

    def __init__(self, folder: Path | None = None, cipher: Cipher | None = None) -> None:
        self._folder = folder
        self._cipher = cipher
        self._usable = False
        self._known: dict[str, VoicePrint] = {}
        self.trouble, self.remedy = "", ""

    def open(self) -> None:
        """Read what earlier visits left; without a cipher remove it."""
        files = sorted(self._folder.glob(f"*{ENDING}")) if self._folder is not None else []
        if self._cipher is None:
            for file in files:
                _removed(file)
            return
        if (why := self._locked()) is not None:
            self.trouble, self.remedy = f"voices are not kept: {why}", getattr(why, "remedy", "")
            return
        self._usable = True
        for file in files:
            self._read(file)
        self._make_room()

    def keep(self, person: Person, voice: Voice) -> None:
        """This is how they sound, if enough was heard of it."""
        before = self._known.get(tombstone(person.user_id))
        grown = before is None or voice.weight >= before.weight * _GROWN
        if not self._usable or voice.weight < ENOUGH or not grown:
            return
        found = VoicePrint(person, voice.sum.tobytes(), voice.weight, voice.at)
        self._known[tombstone(person.user_id)] = found
        self._write(found)
        self._make_room()

    def forget(self, people: tuple[Person, ...]) -> None:
        """Nothing of these is kept."""
        for person in people:
            name = tombstone(person.user_id)
            self._known.pop(name, None)
            if self._folder is not None:
                _removed(self._folder / f"{name}{ENDING}")

    def like(self, voice: Voice) -> tuple[Resemblance, ...]:
        """Whose kept voices resemble this one, the nearest first."""
        if not self._known:
            return ()
        direction = voice.sum / np.linalg.norm(voice.sum)
        near = [(float(one.direction @ direction), one.person) for one in self._known.values()]
        near = sorted((one for one in near if one[0] >= _ALIKE), key=lambda one: -one[0])
        return tuple(Resemblance(person, round(likeness, 3)) for likeness, person in near[:_NAMED])

    def _locked(self) -> Exception | None:
        """Why the cipher cannot be used: it may be one that only says so."""
        assert self._cipher is not None
        try:
            self._cipher.encrypt(b"", b"")
        except Exception as error:  # its class is another room's
            return error
        return None

    def _read(self, file: Path) -> None:
        assert self._cipher is not None
        try:
            data = self._cipher.decrypt(read_limited(file, _LARGEST), file.name.encode())
            found = msgspec.msgpack.decode(data, type=VoicePrint)
            if len(found.sum) != 8 * _POINT or not np.isfinite(found.direction).all():
                raise ValueError("it is not as it was written")
        except (OSError, ValueError, msgspec.MsgspecError) as error:
            log.warning("the kept voice in %s cannot be read: %s", file, error)
            self.trouble = f"the kept voice in {file} cannot be read: {error}"
            self.remedy = "bring the key with which it was encrypted, or delete the file"
        else:
            self._known[file.name.removesuffix(ENDING)] = found

    def _write(self, found: VoicePrint) -> None:
        assert self._cipher is not None
        assert self._folder is not None
        file = self._folder / f"{tombstone(found.person.user_id)}{ENDING}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            data = self._cipher.encrypt(msgspec.msgpack.encode(found), file.name.encode())
            replace_file(file, (data,), durable=False)
        except OSError as error:
            log.warning("a voice cannot be kept in %s: %s", file, error.strerror or error)

    def _make_room(self) -> None:
        by_age = sorted(self._known.values(), key=lambda one: one.heard)
        self.forget(tuple(old.person for old in by_age[: max(0, len(by_age) - MOST)]))


def _removed(file: Path) -> None:
    try:
        file.unlink(missing_ok=True)
    except OSError as error:
        log.warning("the kept voice in %s cannot be removed: %s", file, error.strerror or error)
