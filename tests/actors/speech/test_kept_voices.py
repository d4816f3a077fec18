"""Somebody is known by their voice on the next visit; how it sounds is in no message and no file, but encrypted."""

import queue
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from actors.audio.devices.resample import resampled
from actors.audio.messages import AudioChunk
from actors.conversation.messages import CONVERSATION, ReplyEnded, TurnStarted, WatchTurns
from actors.kernel.mailbox import Put
from actors.kernel.message import Envelope, Message
from actors.speech.diarization import diarizer
from actors.speech.diarization.prints import VoicePrint
from actors.speech.engines.engine import RATE
from actors.speech.engines.hibari import Hibari
from actors.speech.engines.vad import CHUNK, CHUNK_SECONDS
from actors.speech.messages import RECOGNIZER
from actors.users.messages import USERS, ForgetPerson, Forgotten
from actors.vocabulary.kept_voices import voices_in
from config.home import Home
from config.schema import Config
from config.secrets.data_key_file import open_data_cipher
from config.secrets.key_file import KEY_FILE_VARIABLE, KeySource
from supervisor.otp.spec import SupervisorSpec
from supervisor.runtime.runtime import Runtime
from supervisor.tree import tree

pytestmark = pytest.mark.models
WITHIN = 60.0
START = 1_700_000_000.0
INTRODUCED = "My name is Anna, and I was at the harbour this morning to watch the boats come in."
MORE = "Nobody told me that the museum is closed on Mondays, so I went for a long walk."
LATER = "The boats were much larger today, and one of them had a red sail and a brass bell."


class Ear:
    """Hears of the turns."""

    def __init__(self) -> None:
        self.heard: queue.SimpleQueue[Message] = queue.SimpleQueue()

    def put(self, envelope: Envelope) -> Put | None:
        self.heard.put(envelope.message)
        return None

    def next(self, kind: type[Any]) -> Any:
        while not isinstance(message := self.heard.get(timeout=WITHIN), kind):
            pass
        return message


class Visit:
    """A running Gerald without devices, whom `say` speaks to."""

    def __init__(self, system: Runtime, voice: Hibari) -> None:
        self.system = system
        self._voice = voice
        self._at = START
        self._ear = Ear()
        system.directory.open("ear", self._ear)
        system.client.tell(CONVERSATION, WatchTurns("ear"))

    def say(self, text: str) -> TurnStarted:
        """`text` into the recognizer; the turn that it becomes, when it is over."""
        spoken = resampled(np.concatenate(list(self._voice.synthesize(text))), self._voice.rate, RATE)
        quiet = np.zeros(RATE, dtype=np.int16)
        sound = np.concatenate([quiet, spoken, quiet, quiet])
        for at in range(0, len(sound) - CHUNK, CHUNK):
            self._at += CHUNK_SECONDS
            self.system.client.tell(RECOGNIZER, AudioChunk(sound[at : at + CHUNK].tobytes(), self._at))
        started: TurnStarted = self._ear.next(TurnStarted)
        self._ear.next(ReplyEnded)
        return started


@contextmanager
def visit(home: Path, voice: Hibari) -> Iterator[Visit]:
    config = Config.model_validate(
        {
            "users": {"voice_prints": True},
            "trace": {"compression": "none"},
            "llm": {"mock_responses": True},
            "actors": {"speech.recognizer": {"pin": "thread"}},
        }
    )
    whole = tree(config)
    groups = tuple(group for group in whole.children if group.address in ("core", "state", "mind"))
    system = Runtime(config, home, spec=SupervisorSpec("root", whole.strategy, groups, backoff=whole.backoff))
    system.start()
    try:
        assert system.wait_ready(WITHIN)
        yield Visit(system, voice)
    finally:
        assert system.stop(WITHIN)


def kept(home: Path, environment: dict[str, str]) -> list[VoicePrint]:
    """The kept voices, decrypted with the owner's key."""
    cipher = open_data_cipher(Home(home), KeySource(environment), make=False)
    return [
        msgspec.msgpack.decode(cipher.decrypt(file.read_bytes(), file.name.encode()), type=VoicePrint)
        for file in voices_in(home).glob("*.voice")
    ]


def holding(home: Path, print_: VoicePrint) -> list[Path]:
    """The files that hold a part of it: of its sum or its direction, as doubles, floats or text.

    Of floats two in a row: four bytes alone stand somewhere in so much sound by chance."""
    needles = set()
    for values in (np.frombuffer(print_.sum), print_.direction):
        for at in np.argsort(-np.abs(values[:-1]))[:32]:
            needles |= {np.float64(values[at]).tobytes(), values[at : at + 2].astype(np.float32).tobytes()}
            needles.add(f"{values[at]:.7g}".encode())
    found = []
    for file in home.rglob("*"):
        data = file.read_bytes() if file.is_file() else b""
        if any(needle in data for needle in needles):
            found.append(file)
    return found


def test_a_voice_is_known_again_and_how_it_sounds_stays_in_its_process(
    tmp_path: Path, hibari: Hibari, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(diarizer, "_WITHIN", WITHIN)
    key = tmp_path / "keys" / "key"
    monkeypatch.setenv(KEY_FILE_VARIABLE, str(key))
    home = tmp_path / "home"
    with visit(home, hibari) as first:
        assert first.say(INTRODUCED).person.name == "Anna"
        assert first.say(MORE).person.name == "Anna"
    (anna,) = kept(home, {KEY_FILE_VARIABLE: str(key)})
    assert anna.person.name == "Anna"
    with visit(home, hibari) as second:
        again = second.say(LATER)
        assert (again.person.name, again.certainty) == ("Anna", 0.8)
        assert holding(home, anna) == []
        assert isinstance(second.system.client.answer(USERS, ForgetPerson("Anna"), WITHIN), Forgotten)
        assert not list(voices_in(home).glob("*"))
        assert not second.say(MORE).person.is_known
