"""The bot's own voice is found in what is captured and taken out: with a real voice, AEC3 and Silero."""

from collections.abc import Callable, Iterator

import msgspec
import numpy as np
import pytest

from actors.audio.devices.capture import CHUNK, RATE
from actors.audio.devices.device import Sound
from actors.audio.devices.resample import resampled
from actors.audio.echo.alignment import best_match
from actors.audio.echo.control import EchoControl, open_control
from actors.audio.echo.double_talk import open_canceller
from actors.audio.echo.webrtc import CancellerMissing, EchoCanceller
from actors.audio.messages import AudioChunk, PlayedSound
from actors.speech.engines import embedded
from actors.speech.engines.hibari import Hibari
from actors.speech.engines.vad import Silero
from actors.speech.listening.own_voice import person_only

START = 1_700_000_000.0
STORY = (
    "Well, let me tell you about a small village by the sea, where people liked to sing.",
    "One day a stranger came over the hills, and asked for bread and for a place to sleep.",
)
AHEAD = 720  # samples that the speaker knows of before they are heard
pytestmark = pytest.mark.models


@pytest.fixture(scope="module")
def voice() -> Sound:
    """The story, with a second before it and a pause in it."""
    hibari = Hibari(threads=1)
    said = [
        resampled(np.concatenate([*hibari.synthesize(text)]).astype(np.int16), hibari.rate, RATE)
        for text in STORY
    ]
    pause = np.zeros(RATE, dtype=np.int16)
    return np.concatenate((pause, said[0], pause, said[1], pause[: RATE // 2]))


@pytest.fixture(scope="module")
def speech() -> Callable[[Sound], float]:
    """The share of chunks that Silero takes for speech."""
    silero = Silero(embedded.activity_model())

    def share(sound: Sound) -> float:
        silero.reset()
        chunks = sound[: sound.size // CHUNK * CHUNK].astype(np.float32).reshape(-1, CHUNK) / 32768.0
        return float(np.mean([silero.probability(chunk) > 0.5 for chunk in chunks]))

    return share


class Heard(msgspec.Struct):
    """What came of it. sound: as passed on; clear: for each of its samples; people: what a closed recognizer takes."""

    control: EchoControl
    sound: Sound
    clear: "np.ndarray[tuple[int], np.dtype[np.bool_]]"
    people: Sound


def echo(voice: Sound, seconds: float, decibels: float, drift: float = 0.0) -> Sound:
    """The voice as it comes back into the room: later, quieter, with reverberation and noise."""
    noise = np.random.default_rng(1)
    tail = noise.normal(0.0, 0.15, 2400) * np.exp(-np.arange(2400) / 600.0)
    tail[0] = 1.0
    sound = np.convolve(voice.astype(np.float64), tail)[: voice.size]
    if drift:
        sound = np.interp(np.arange(voice.size) * (1.0 - drift), np.arange(voice.size), sound)
    sound = np.pad(sound, (round(seconds * RATE), 0))[: voice.size] * 10.0 ** (decibels / 20.0)
    return np.clip(sound + noise.normal(0.0, 20.0, voice.size), -32768, 32767).astype(np.int16)


def told(voice: Sound, wrong: float) -> Iterator[PlayedSound]:
    for begin in range(0, voice.size - 320, 320):
        block = voice[begin : begin + 320]
        if block.any():
            yield PlayedSound(1, begin, block.astype("<i2").tobytes(), START + wrong + begin / RATE)


def hear(voice: Sound, captured: Sound, wrong: float = 0.0, control: EchoControl | None = None) -> Heard:
    """Run both through a control. wrong: seconds by which the device is wrong about when the voice is heard."""
    control = control or EchoControl("auto", open_canceller())
    waiting = list(told(voice, wrong))
    chunks: list[AudioChunk] = []
    for begin in range(0, captured.size - CHUNK, CHUNK):
        while waiting and waiting[0].position < begin + CHUNK + AHEAD:
            control.play(waiting.pop(0))
        late = 0.004 * (begin // CHUNK % 3)  # callbacks are not punctual
        pcm = captured[begin : begin + CHUNK].astype("<i2").tobytes()
        chunks.append(control.capture(AudioChunk(pcm, START + (begin + CHUNK) / RATE + late)))
    sound = np.frombuffer(b"".join(chunk.pcm for chunk in chunks), dtype="<i2")
    people = np.frombuffer(b"".join(person_only(chunk, True).pcm for chunk in chunks), dtype="<i2")
    return Heard(control, sound, np.repeat([chunk.clear for chunk in chunks], CHUNK), people)


@pytest.mark.parametrize(
    ("seconds", "decibels"),
    [(0.0, -6.0), (0.05, -20.0), (0.2, -12.0), (0.4, -6.0), (0.4, -20.0), (0.7, -12.0)],
)
def test_no_echo_is_taken_for_speech_and_within_seconds_people_are_heard_over_the_voice(
    voice: Sound, speech: Callable[[Sound], float], seconds: float, decibels: float
) -> None:
    captured = echo(voice, seconds, decibels)
    heard = hear(voice, captured)
    assert heard.control.mode.name == "cancel"
    assert heard.control.delay == pytest.approx(seconds, abs=0.03)
    assert speech(captured) > 0.6
    assert speech(heard.sound[heard.clear]) < 0.02, "a burst of 0.1 s is no utterance"
    assert speech(heard.sound[4 * RATE :]) == 0.0
    assert heard.clear[4 * RATE :].all()


@pytest.mark.parametrize("wrong", [0.5, -0.4])
def test_the_device_may_be_wrong_by_half_a_second(
    voice: Sound, speech: Callable[[Sound], float], wrong: float
) -> None:
    heard = hear(voice, echo(voice, 0.15, -12.0), wrong)
    assert heard.control.delay == pytest.approx(0.15 - wrong, abs=0.03)
    assert speech(heard.sound[heard.clear]) < 0.02, "a burst of 0.1 s is no utterance"
    assert speech(heard.sound[4 * RATE :]) == 0.0
    assert heard.clear[4 * RATE :].all()


def test_clocks_that_drift_apart_do_no_harm(voice: Sound, speech: Callable[[Sound], float]) -> None:
    heard = hear(voice, echo(voice, 0.1, -12.0, drift=200e-6))
    assert speech(heard.sound[heard.clear]) < 0.02, "a burst of 0.1 s is no utterance"
    assert speech(heard.sound[4 * RATE :]) == 0.0
    assert heard.clear[4 * RATE :].all()


@pytest.mark.parametrize("jump", [0.16, 0.6])
def test_after_a_jump_of_the_delay_it_is_found_again(
    voice: Sound, speech: Callable[[Sound], float], jump: float
) -> None:
    before, after = echo(voice, 0.1, -12.0), echo(voice, 0.1 + jump, -12.0)
    at = 6 * RATE
    heard = hear(voice, np.concatenate((before[:at], after[at:])))
    assert heard.control.delay == pytest.approx(0.1 + jump, abs=0.03)
    assert heard.control.path.converged
    assert speech(heard.sound[at + 5 * RATE // 2 :]) < 0.02, "a burst of 0.1 s is no utterance"


def test_a_person_over_the_voice_is_still_heard(voice: Sound, speech: Callable[[Sound], float]) -> None:
    hibari = Hibari(threads=1)
    words = np.concatenate([*hibari.synthesize("Wait, stop, I have a question about this village.")])
    person = resampled(words.astype(np.int16), hibari.rate, RATE)
    captured = echo(voice, 0.12, -12.0)
    at = 5 * RATE
    captured[at : at + person.size] += person
    heard = hear(voice, captured)
    assert heard.clear[at : at + person.size].all()
    assert speech(heard.sound[at : at + person.size]) > 0.6
    assert best_match(heard.sound[at - 800 : at + person.size + 800], person).score > 30.0  # type: ignore[union-attr]


def test_in_half_duplex_no_echo_is_taken_for_a_person_and_a_louder_person_is_heard(
    voice: Sound, speech: Callable[[Sound], float]
) -> None:
    hibari = Hibari(threads=1)
    words = np.concatenate([*hibari.synthesize("Wait, stop, I have a question about this village.")])
    person = resampled(words.astype(np.int16), hibari.rate, RATE)
    captured = echo(voice, 0.12, -15.0)
    at = 6 * RATE
    captured[at : at + person.size] += person
    heard = hear(voice, captured, control=EchoControl("half_duplex", None))
    assert not heard.clear.any()
    assert speech(heard.people[:at]) == 0.0
    assert speech(heard.people[at : at + person.size]) > 0.4
    assert speech(heard.people[at + person.size + RATE // 2 :]) < 0.03


def test_where_the_voice_does_not_come_back_people_are_heard_and_the_sound_stays_as_it_is(
    voice: Sound,
) -> None:
    captured = echo(voice, 0.1, -200.0)
    long = np.concatenate((voice, voice))
    heard = hear(long, np.concatenate((captured, captured)))
    assert heard.control.mode.name == "free"
    assert heard.clear[-1]
    assert list(heard.sound[-CHUNK:]) == list(captured[: heard.sound.size - captured.size][-CHUNK:])


def test_nothing_is_done_to_sound_before_the_bot_has_spoken() -> None:
    captured = np.arange(4 * CHUNK, dtype=np.int16)
    heard = hear(np.zeros(0, dtype=np.int16), captured)
    assert list(heard.sound) == list(captured[: heard.sound.size])
    assert heard.control.mode.name == "half_duplex"


def test_each_chunk_tells_how_loud_the_voice_was_at_that_time(voice: Sound) -> None:
    control = EchoControl("half_duplex", None)
    first = int(np.flatnonzero(voice)[0])
    levels = []
    for begin in range(0, 3 * RATE, CHUNK):
        for message in told(voice, 0.0):
            if begin + AHEAD <= message.position < begin + AHEAD + CHUNK:
                control.play(message)
        levels.append(control.capture(AudioChunk(bytes(2 * CHUNK), START + (begin + CHUNK) / RATE)).voice)
    assert max(levels[: first // CHUNK - 6]) == 0.0
    assert max(levels[first // CHUNK + 1 :]) > 0.02


def test_another_device_is_measured_anew(voice: Sound) -> None:
    heard = hear(voice, echo(voice, 0.1, -12.0))
    assert heard.control.mode.name == "cancel"
    heard.control.forget()
    assert heard.control.mode.name == "half_duplex"
    assert heard.control.delay is None


def test_without_the_library_it_is_half_duplex_and_says_what_to_do() -> None:
    def broken() -> EchoCanceller:
        raise CancellerMissing("no wheel", "Run `make setup`.")

    mode = open_control("auto", broken).mode
    assert (mode.name, mode.able, mode.reason, mode.remedy) == (
        "half_duplex", False, "no wheel", "Run `make setup`.",
    )  # fmt: skip


def words(text: str) -> Sound:
    hibari = Hibari(threads=1)
    return resampled(np.concatenate([*hibari.synthesize(text)]).astype(np.int16), hibari.rate, RATE)


def told_again(control: EchoControl, voice: Sound, captured: Sound) -> list[AudioChunk]:
    """What is told a second time."""
    found: list[AudioChunk] = []
    waiting = list(told(voice, 0.0))
    for begin in range(0, captured.size - CHUNK, CHUNK):
        while waiting and waiting[0].position < begin + CHUNK + AHEAD:
            control.play(waiting.pop(0))
        pcm = captured[begin : begin + CHUNK].astype("<i2").tobytes()
        newest = control.capture(AudioChunk(pcm, START + (begin + CHUNK) / RATE))
        again = list(control.recovered(newest))
        if again:
            assert newest.captured_at - again[-1].captured_at == pytest.approx(CHUNK / RATE, abs=1e-3)
        found.extend(again)
    return found


@pytest.fixture(scope="module")
def short() -> Sound:
    """Two short replies, with silence around them."""
    quiet = np.zeros(4 * RATE, dtype=np.int16)
    return np.concatenate((quiet[:RATE], words("I see."), quiet, words("Okay, sure."), quiet))


def test_what_is_said_over_a_first_short_reply_is_told_again_from_its_beginning(
    short: Sound, speech: Callable[[Sound], float]
) -> None:
    captured, person = echo(short, 0.1, -200.0), words("Wait, stop, I have a question.")[: 3 * RATE // 2]
    at = RATE + RATE // 5
    captured[at : at + person.size] += person
    control = EchoControl("auto", open_canceller())
    again = told_again(control, short, captured)
    heard = np.frombuffer(b"".join(chunk.pcm for chunk in again), dtype="<i2")
    assert all(chunk.again and chunk.clear for chunk in again)
    assert again[0].captured_at < START + 1.0 + 0.2
    began = round((again[0].captured_at - START) * RATE) - CHUNK
    assert list(heard[at - began : at - began + person.size]) == list(captured[at : at + person.size])
    assert speech(heard[at - began : at - began + person.size]) > 0.6
    assert control.mode.name == "free", "two short replies are enough"
    assert control.lost == 0


@pytest.mark.parametrize("decibels", [-6.0, -12.0, -20.0])
@pytest.mark.parametrize("seconds", [0.05, 0.4])
def test_no_voice_that_comes_back_is_told_again(
    short: Sound, voice: Sound, seconds: float, decibels: float
) -> None:
    for played in (short, voice):
        control = EchoControl("auto", open_canceller())
        assert not told_again(control, played, echo(played, seconds, decibels))
        assert control.mode.name != "free"
        assert control.lost > 0


def test_one_short_reply_shows_that_the_voice_comes_back(short: Sound) -> None:
    first = short[: 4 * RATE]
    control = EchoControl("auto", open_canceller())
    told_again(control, first, echo(first, 0.4, -20.0))
    assert control.path.comes_back is True
    assert control.delay == pytest.approx(0.4, abs=0.03)


def test_what_was_captured_while_the_ears_were_muted_is_never_told_again(short: Sound) -> None:
    captured, control = echo(short, 0.1, -200.0), EchoControl("auto", open_canceller())
    half = 3 * RATE // 2
    assert not told_again(control, short[:half], captured[:half])
    control.ignore()
    assert not list(control.recovered(AudioChunk(bytes(2 * CHUNK), START + 1.5)))
    for begin in range(half, captured.size - CHUNK, CHUNK):
        pcm = captured[begin : begin + CHUNK].astype("<i2").tobytes()
        newest = control.capture(AudioChunk(pcm, START + (begin + CHUNK) / RATE))
        for chunk in control.recovered(newest):
            assert chunk.captured_at - CHUNK / RATE >= START + half / RATE - 0.001
