"""The synthesizer as an actor: sentences in, pieces of sound out, in order, until cancelled."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from actors.audio.messages import PlaySentence
from actors.kernel.protocol.lifecycle import Health, HealthChanged
from actors.speech.engines import embedded
from actors.speech.engines.choice import Note, proven
from actors.speech.engines.engine import EngineBroken, Sound, Voice
from actors.speech.engines.piper import Piper
from actors.speech.engines.voices import Voices
from actors.speech.messages import Cancel, Drop, SpeakRequested, SynthesisFailed
from actors.speech.synthesizer import Synthesizer, pieces, without_lead
from actors.system.messages import StageReached
from config.schema import Audio, Speech
from tests.doubles.virtual_world import Probe, VirtualWorld

Until = Callable[[Callable[[], object]], None]


class Drone:
    """A double of a voice: each word is a sound of half a second; it waits at `gate` before each."""

    rate = 1000
    language = "en"
    unread = ()

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.begun: list[str] = []
        self.words: list[str] = []

    def synthesize(self, text: str) -> Iterator[Sound]:
        for word in text.split():
            self.begun.append(word)
            assert self.gate.wait(10.0)
            self.words.append(word)
            if word == "unspeakable":
                raise ValueError("no such sound")
            yield np.full(500, 700, dtype=np.int16)


@pytest.fixture
def drone() -> Drone:
    return Drone()


@pytest.fixture
def room(world: VirtualWorld, drone: Drone) -> dict[str, Probe]:
    start(world, drone)
    return {name: world.probe(name) for name in ("audio.speaker", "conversation", "system")}


def start(world: VirtualWorld, voice: Voice, note: Note | None = None) -> None:
    actor = Synthesizer(Speech(), Audio(), Path(), lambda *_: (voice, note or Note()))
    world.start(actor, "speech.synthesizer")


def played(probe: Probe) -> list[PlaySentence]:
    return list(probe.of(PlaySentence))


def test_a_sentence_becomes_pieces_of_150_ms_and_the_last_is_marked(
    world: VirtualWorld, until: Until, room: dict[str, Probe]
) -> None:
    world.give("speech.synthesizer", SpeakRequested(1, 0, "hello"))
    until(lambda: played(room["audio.speaker"]) and played(room["audio.speaker"])[-1].last)
    got = played(room["audio.speaker"])
    assert [len(piece.pcm) // 2 for piece in got] == [150, 150, 150, 50, 0]
    assert [piece.last for piece in got] == [False] * 4 + [True]
    assert {(piece.turn, piece.sentence, piece.rate) for piece in got} == {(1, 0, 1000)}


def test_sentences_keep_their_order(world: VirtualWorld, until: Until, room: dict[str, Probe]) -> None:
    for sentence in range(5):
        world.tell("speech.synthesizer", SpeakRequested(1, sentence, "one two"))
    until(
        lambda: [piece.sentence for piece in played(room["audio.speaker"]) if piece.last] == [0, 1, 2, 3, 4]
    )
    order = [piece.sentence for piece in played(room["audio.speaker"])]
    assert order == sorted(order)


def test_the_first_sound_of_a_turn_is_a_stage(
    world: VirtualWorld, until: Until, room: dict[str, Probe]
) -> None:
    world.tell("speech.synthesizer", SpeakRequested(4, 0, "hello"))
    world.tell("speech.synthesizer", SpeakRequested(4, 1, "again"))
    until(lambda: sum(piece.last for piece in played(room["audio.speaker"])) == 2)
    (stage,) = room["system"].of(StageReached)
    assert (stage.turn, stage.stage) == (4, "synthesis")
    assert stage.seconds > 0.0


def test_the_sound_is_caused_by_the_request(
    world: VirtualWorld, until: Until, room: dict[str, Probe]
) -> None:
    world.give("speech.synthesizer", SpeakRequested(1, 0, "hello"))
    until(lambda: played(room["audio.speaker"]))
    assert room["audio.speaker"].envelopes[0].cause.startswith("speech.synthesizer~io")


def test_a_cancelled_turn_stops_between_pieces_and_what_waits_is_dropped(
    world: VirtualWorld, until: Until, room: dict[str, Probe], drone: Drone
) -> None:
    until(lambda: drone.words == ["Ready."])
    drone.gate.clear()
    world.give("speech.synthesizer", SpeakRequested(1, 0, "a b c d"))
    world.give("speech.synthesizer", SpeakRequested(1, 1, "e f"))
    until(lambda: drone.begun[-1] == "a")
    world.give("speech.synthesizer", Cancel(1))
    world.give("speech.synthesizer", SpeakRequested(1, 2, "late"))
    world.give("speech.synthesizer", SpeakRequested(2, 0, "next"))
    drone.gate.set()
    until(lambda: any(piece.last for piece in played(room["audio.speaker"])))
    assert {piece.turn for piece in played(room["audio.speaker"])} == {2}
    assert drone.words == ["Ready.", "a", "next"]


def test_a_sentence_that_fails_is_told_and_counts_as_played(
    world: VirtualWorld, until: Until, room: dict[str, Probe]
) -> None:
    world.give("speech.synthesizer", SpeakRequested(1, 0, "unspeakable"))
    world.give("speech.synthesizer", SpeakRequested(1, 1, "fine"))
    until(lambda: sum(piece.last for piece in played(room["audio.speaker"])) == 2)
    assert room["conversation"].messages == [SynthesisFailed(1, 0, "ValueError: no such sound")]
    assert played(room["audio.speaker"])[0] == PlaySentence(1, 0, b"", 22050, last=True)


def test_text_without_a_sound_is_one_empty_last_piece(
    world: VirtualWorld, until: Until, room: dict[str, Probe]
) -> None:
    world.give("speech.synthesizer", SpeakRequested(1, 0, " "))
    until(lambda: played(room["audio.speaker"]))
    assert played(room["audio.speaker"]) == [PlaySentence(1, 0, b"", 1000, last=True)]


def test_without_a_voice_every_sentence_fails_with_the_reason(world: VirtualWorld) -> None:
    def load(speech: Speech, audio: Audio, home: Path) -> tuple[Voice, Note]:
        raise EngineBroken("the package x is missing", "Run `make setup`.")

    conversation, speaker = world.probe("conversation"), world.probe("audio.speaker")
    world.start(Synthesizer(Speech(), Audio(), Path(), load), "speech.synthesizer")
    world.give("speech.synthesizer", SpeakRequested(1, 0, "hello"))
    (change,) = world.supervisor.of(HealthChanged)
    assert (change.health, change.remedy) == (Health.DOWN, "Run `make setup`.")
    (failed,) = conversation.of(SynthesisFailed)
    assert "package x" in failed.why
    assert played(speaker)[0].last


def test_a_note_on_the_voice_is_shown_and_is_not_a_fault(world: VirtualWorld, drone: Drone) -> None:
    start(world, drone, Note("speaking with the embedded voice", "Put it there."))
    (change,) = world.supervisor.of(HealthChanged)
    assert change.health is Health.OK
    assert change.reason == "speaking with the embedded voice"


def test_pieces_come_as_soon_as_their_sound_is_there() -> None:
    made: list[int] = []

    def sounds() -> Iterator[Sound]:
        for n in range(2):
            made.append(n)
            yield np.zeros(400, dtype=np.int16)

    stream = pieces(sounds(), 1000)
    assert [next(stream)[0].size for _ in range(3)] == [150, 150, 100]
    assert made == [0]
    assert [(sound.size, last) for sound, last in stream] == [
        (150, False),
        (150, False),
        (100, False),
        (0, True),
    ]


def test_the_silence_before_the_first_sound_is_cut_and_that_within_stays() -> None:
    hush, tone = np.zeros(400, dtype=np.int16), np.full(100, -900, dtype=np.int16)
    voice = [hush, np.concatenate([hush, tone, hush]), hush, tone]
    assert [sound.size for sound in without_lead(iter(voice), 1000, 0.05)] == [550, 400, 100]
    assert [sound.size for sound in without_lead(iter([tone]), 1000, 0.05)] == [100]
    assert list(without_lead(iter([hush]), 1000, 0.05)) == []


@pytest.mark.models
def test_a_real_voice_speaks(world: VirtualWorld, until: Until, piper: Piper) -> None:
    speaker = world.probe("audio.speaker")
    start(world, piper)
    world.give("speech.synthesizer", SpeakRequested(1, 0, "Hello. I am Gerald."))
    until(lambda: any(piece.last for piece in played(speaker)))
    seconds = sum(len(piece.pcm) for piece in played(speaker)) / 2 / 22050
    assert 1.0 < seconds < 5.0


def health(world: VirtualWorld) -> HealthChanged:
    return world.supervisor.of(HealthChanged)[-1]


def test_a_voice_whose_sentences_all_fail_says_so_until_one_is_spoken(
    world: VirtualWorld, until: Until, room: dict[str, Probe]
) -> None:
    world.give("speech.synthesizer", SpeakRequested(1, 0, "unspeakable"))
    until(lambda: len(room["conversation"].of(SynthesisFailed)) == 1)
    assert health(world).health is Health.OK  # one word that cannot be spoken says nothing about the voice
    world.give("speech.synthesizer", SpeakRequested(1, 1, "unspeakable"))
    until(lambda: len(room["conversation"].of(SynthesisFailed)) == 2)
    assert health(world).health is Health.DEGRADED
    assert "no such sound" in health(world).reason
    world.give("speech.synthesizer", SpeakRequested(1, 2, "hello"))
    until(lambda: any(piece.pcm for piece in played(room["audio.speaker"])))
    assert health(world).health is Health.OK


def test_a_real_voice_that_breaks_while_it_speaks_is_replaced_by_the_embedded_one(
    world: VirtualWorld, until: Until, piper: Piper, monkeypatch: pytest.MonkeyPatch
) -> None:
    speaker, conversation = world.probe("audio.speaker"), world.probe("conversation")
    broken = Piper(embedded.voice_model())
    actor = Synthesizer(Speech(), Audio(), Path(), lambda *_: (Voices(broken, spare=lambda: piper), Note()))
    world.start(actor, "speech.synthesizer")
    world.give("speech.synthesizer", SpeakRequested(1, 0, "Hello there."))
    until(lambda: any(piece.last for piece in played(speaker)))
    monkeypatch.setattr(broken, "_voice", None)
    world.give("speech.synthesizer", SpeakRequested(2, 0, "One is lost."))
    world.give("speech.synthesizer", SpeakRequested(2, 1, "Two is spoken."))
    world.give("speech.synthesizer", SpeakRequested(2, 2, "Three as well."))
    until(lambda: any(piece.sentence == 2 and piece.last for piece in played(speaker)))
    spoken = {piece.sentence for piece in played(speaker) if piece.turn == 2 and piece.pcm}
    assert spoken == {1, 2}
    assert len(conversation.of(SynthesisFailed)) == 1
    assert health(world).health is Health.DEGRADED
    assert "the embedded one speaks in its place" in health(world).reason


def test_there_is_one_spare_for_a_voice_that_fails() -> None:
    first, second = Drone(), Drone()
    voices = Voices(first, spare=lambda: second)
    assert voices.failed(first) is None
    voices.spoke()
    assert voices.failed(first) is None, "only failures in a row count"
    assert voices.failed(first) is second
    assert voices.of("en") is second
    assert voices.failed(second, certain=True) is None


class Mute:
    """Loads, and cannot say a word."""

    rate = 1000
    language = "en"
    unread = ()

    def synthesize(self, text: str) -> Iterator[Sound]:
        raise RuntimeError("no phonemes")
        yield


def test_a_voice_that_fails_at_its_first_word_says_so_before_anybody_asks(
    world: VirtualWorld, until: Until
) -> None:
    start(world, Mute())
    until(lambda: health(world).health is Health.DEGRADED)
    assert "no phonemes" in health(world).reason


def test_a_voice_that_loads_and_cannot_say_a_word_is_not_a_voice() -> None:
    with pytest.raises(EngineBroken, match=r"cannot say a word.*no phonemes"):
        proven(Mute(), Path("voice.onnx"))
    assert proven(drone := Drone(), Path("voice.onnx")) is drone


def test_a_guess_is_made_ready_and_heard_only_when_a_turn_takes_it_over(
    world: VirtualWorld, room: dict[str, Probe], drone: Drone, until: Until
) -> None:
    world.give("speech.synthesizer", SpeakRequested(0, 0, "hello there", guess=5))
    until(lambda: drone.words[-2:] == ["hello", "there"])
    world.run()
    assert played(room["audio.speaker"]) == []
    world.give("speech.synthesizer", SpeakRequested(3, 0, "hello there", guess=5))
    until(lambda: any(sound.last for sound in played(room["audio.speaker"])))
    sounds = played(room["audio.speaker"])
    assert drone.words.count("hello") == 1
    assert {(sound.turn, sound.sentence) for sound in sounds} == {(3, 0)}
    assert sum(len(sound.pcm) for sound in sounds) == 2 * 1000
    assert sounds[-1].last
    assert [(s.turn, s.stage) for s in room["system"].of(StageReached)] == [(3, "synthesis")]


def test_what_is_still_being_made_when_a_turn_takes_it_over_goes_on_as_its_sound(
    world: VirtualWorld, room: dict[str, Probe], drone: Drone, until: Until
) -> None:
    drone.gate.clear()
    world.give("speech.synthesizer", SpeakRequested(0, 0, "hello there", guess=5))
    world.give("speech.synthesizer", SpeakRequested(3, 0, "hello there", guess=5))
    world.give("speech.synthesizer", SpeakRequested(3, 1, "friend", guess=5))
    drone.gate.set()
    until(lambda: sum(sound.last for sound in played(room["audio.speaker"])) == 2)
    assert [(s.turn, s.sentence) for s in played(room["audio.speaker"]) if s.last] == [(3, 0), (3, 1)]


def test_other_words_than_the_guessed_ones_are_made_anew(
    world: VirtualWorld, room: dict[str, Probe], drone: Drone, until: Until
) -> None:
    world.give("speech.synthesizer", SpeakRequested(0, 0, "hello", guess=5))
    until(lambda: drone.words[-1:] == ["hello"])
    world.give("speech.synthesizer", SpeakRequested(3, 0, "goodbye", guess=5))
    until(lambda: any(sound.last for sound in played(room["audio.speaker"])))
    assert drone.words[-1] == "goodbye"
    assert sum(len(sound.pcm) for sound in played(room["audio.speaker"])) == 2 * 500


def test_a_dropped_guess_is_made_no_further_and_ends_nothing_else(
    world: VirtualWorld, room: dict[str, Probe], drone: Drone, until: Until
) -> None:
    until(lambda: drone.words == ["Ready."])
    drone.gate.clear()
    world.give("speech.synthesizer", SpeakRequested(1, 0, "first words"))
    world.give("speech.synthesizer", SpeakRequested(0, 0, "a guess", guess=5))
    world.give("speech.synthesizer", Drop(5))
    world.give("speech.synthesizer", SpeakRequested(0, 0, "a guess", guess=5))
    drone.gate.set()
    world.give("speech.synthesizer", SpeakRequested(1, 1, "more"))
    until(lambda: sum(sound.last for sound in played(room["audio.speaker"])) == 2)
    assert drone.words == ["Ready.", "first", "words", "more"]


def test_a_turns_sentence_is_spoken_before_a_guess_that_waits(
    world: VirtualWorld, room: dict[str, Probe], drone: Drone, until: Until
) -> None:
    until(lambda: drone.words == ["Ready."])
    drone.gate.clear()
    world.give("speech.synthesizer", SpeakRequested(1, 0, "one"))
    world.give("speech.synthesizer", SpeakRequested(0, 0, "guessed", guess=5))
    world.give("speech.synthesizer", SpeakRequested(1, 1, "two"))
    drone.gate.set()
    until(lambda: "guessed" in drone.words)
    assert drone.words[1:] == ["one", "two", "guessed"]


def test_a_guess_that_cannot_be_spoken_fails_only_the_turn_that_took_it(
    world: VirtualWorld, room: dict[str, Probe], drone: Drone, until: Until
) -> None:
    world.give("speech.synthesizer", SpeakRequested(0, 0, "unspeakable", guess=5))
    until(lambda: "unspeakable" in drone.words)
    world.run()
    assert room["conversation"].messages == []
    world.give("speech.synthesizer", SpeakRequested(3, 0, "unspeakable", guess=5))
    until(lambda: room["conversation"].of(SynthesisFailed))
    assert [failed.turn for failed in room["conversation"].of(SynthesisFailed)] == [3]
