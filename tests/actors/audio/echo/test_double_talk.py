"""Who speaks over the bot's voice stays whole: with real voices, AEC3, the filter and Whisper."""

from collections import Counter
from collections.abc import Callable, Iterable

import numpy as np
import pytest

from actors.audio.devices.capture import RATE
from actors.audio.devices.device import Sound
from actors.audio.devices.resample import resampled
from actors.audio.echo.double_talk import DoubleTalk, DoubleTalkCanceller, FrameCanceller, open_canceller
from actors.audio.echo.kalman import EchoFilter
from actors.audio.echo.webrtc import FRAME, EchoCanceller
from actors.speech.engines import embedded
from actors.speech.engines.hibari import Hibari
from actors.speech.engines.whisper import Whisper

LATE = 900  # samples from what is played to its echo
STORY = (
    "A keeper lived in the old tower with seven goats and a parrot, and every evening he climbed two hundred steps to"
    " light the lamp. The parrot knew the names of all the ships. One winter the storm was so strong that the windows"
    " broke, and the goats slept in the kitchen until spring came."
)
SAID = ("Wait, stop. I have a question.", "No, that is not what I meant.")


def sized(sound: Sound, level: float) -> Sound:
    """With this RMS, in [0, 1]."""
    now = float(np.sqrt(np.mean((sound / 32768.0) ** 2)))
    return (sound * (level / now)).astype(np.int16)


@pytest.fixture(scope="module")
def speak() -> Callable[[str, float], Sound]:
    """A text as it sounds, the same each time, with an RMS in [0, 1]."""
    hibari = Hibari(threads=1)

    def spoken(text: str, level: float) -> Sound:
        pieces = np.concatenate([*hibari.synthesize(text)]).astype(np.int16)
        return sized(resampled(pieces, hibari.rate, RATE), level)

    return spoken


@pytest.fixture(scope="module")
def story(speak: Callable[[str, float], Sound]) -> Sound:
    return speak(STORY, 0.08)


@pytest.fixture(scope="module")
def people(speak: Callable[[str, float], Sound]) -> tuple[Sound, ...]:
    return tuple(speak(text, 0.05) for text in SAID)


def room(story: Sound) -> Sound:
    """The story as it comes back: late, quieter, with a room's answer, and noise."""
    noise = np.random.default_rng(2)
    answer = noise.normal(0.0, 0.06, 1600) * np.exp(-np.arange(1600) / 400.0)
    answer[0] = 0.6
    sound = np.pad(np.convolve(story.astype(np.float64), answer), (LATE, 0))[: story.size]
    return (sound + noise.normal(0.0, 10.0, story.size)).astype(np.int16)


def frames(canceller: FrameCanceller, captured: Sound, played: Sound) -> Sound:
    return np.concatenate(
        [
            canceller.cancel(captured[at : at + FRAME], played[at : at + FRAME])
            for at in range(0, captured.size - FRAME, FRAME)
        ]
    )


def test_the_filter_takes_the_voice_out_and_leaves_who_speaks_over_it(
    story: Sound, people: tuple[Sound, ...]
) -> None:
    echo, person = room(story), np.zeros(story.size, np.int16)
    begin = 8 * RATE
    person[begin : begin + people[0].size] = people[0]
    captured, played = (echo + person) / np.float32(32768), story / np.float32(32768)
    way = EchoFilter()
    out = np.concatenate(
        [
            way.filter(
                captured[at : at + FRAME].astype(np.float32), played[at : at + FRAME].astype(np.float32)
            )[0]
            for at in range(0, story.size - FRAME, FRAME)
        ]
    )
    alone, over = slice(5 * RATE, begin), slice(begin, begin + people[0].size)
    echo_power, left = (float(np.mean(one[alone] ** 2)) for one in (captured, out))
    assert left < echo_power / 100, "20 dB"
    off = out[over] - person[over] / np.float32(32768)
    assert float(np.mean(off**2)) < float(np.mean(captured[over] ** 2)) / 30


def test_words_over_the_voice_are_heard_that_the_suppressor_alone_takes_along(
    story: Sound, people: tuple[Sound, ...]
) -> None:
    captured = room(story)
    places = [6 * RATE, 11 * RATE]
    for at, person in zip(places, people, strict=True):
        captured[at : at + person.size] += person
    whisper = Whisper(embedded.whisper_model())

    def heard(canceller: FrameCanceller) -> list[str]:
        out = frames(canceller, captured, story) / np.float32(32768)
        return [
            whisper.transcribe(out[at - RATE // 5 : at + person.size + RATE // 3]).text
            for at, person in zip(places, people, strict=True)
        ]

    assert errors(heard(open_canceller())) <= 1
    assert errors(heard(EchoCanceller())) >= 4, "else there is nothing that the filter is needed for"


def errors(heard: list[str]) -> int:
    """Words of `SAID` that were not heard, or heard and not said."""

    def words(texts: Iterable[str]) -> Counter[str]:
        return Counter(word.strip(",.!?").casefold() for text in texts for word in text.split())

    said, found = words(SAID), words(heard)
    return max((said - found).total(), (found - said).total())


def test_nothing_of_the_voice_alone_is_let_through_by_the_filter(story: Sound) -> None:
    whole = frames(open_canceller(), room(story), story)[3 * RATE :]
    suppressed = frames(EchoCanceller(), room(story), story)[3 * RATE :]
    assert np.mean(whole != suppressed) < 0.1
    assert np.sqrt(np.mean((whole / 32768.0) ** 2)) < 0.003


def loud(talk: DoubleTalk, count: int, person: float, echo: float, suppressed: float) -> DoubleTalk:
    for _ in range(count):
        talk = talk.heard(person, echo, suppressed)
    return talk


LEARNED = loud(DoubleTalk(), 200, 1e-5, 1e-2, 1e-7)  # it leaves -30 dB


def test_somebody_speaks_who_is_louder_than_what_leaks() -> None:
    assert LEARNED.leak == pytest.approx(1e-3, rel=0.1)
    assert not LEARNED.speaks
    assert not loud(LEARNED, 20, 5e-5, 1e-2, 1e-7).speaks, "7 dB more than usual"
    assert loud(LEARNED, 5, 1e-2, 1e-2, 1e-2).speaks


def test_a_filter_that_lost_the_way_is_found_out_by_the_suppressor_and_not_believed_for_a_while() -> None:
    lost = loud(LEARNED, 29, 1e-2, 1e-2, 1e-7)
    assert lost.speaks
    lost = loud(lost, 10, 1e-2, 1e-2, 1e-7)
    assert not lost.speaks
    assert lost.distrusted > 0
    assert not loud(lost, 100, 1e-2, 1e-2, 1e-7).speaks, "nor later, since so much leaks"


def test_who_was_heard_by_both_is_heard_to_the_end_of_the_words() -> None:
    talk = loud(loud(LEARNED, 10, 1e-2, 1e-2, 1e-3), 60, 1e-2, 1e-2, 1e-7)
    assert talk.speaks, "the suppressor takes parts of a person along"
    assert loud(talk, 25, 1e-6, 1e-2, 1e-7).speaks, "a pause between words"
    assert not loud(talk, 80, 1e-6, 1e-2, 1e-7).speaks


def test_nothing_is_decided_before_the_filter_is_good() -> None:
    assert not loud(DoubleTalk(), 50, 1e-2, 1e-2, 1e-2).speaks


def test_a_reset_forgets_the_way(story: Sound) -> None:
    canceller = open_canceller()
    echo = room(story)
    frames(canceller, echo[: 6 * RATE], story[: 6 * RATE])
    canceller.reset()
    fresh = open_canceller()
    after, first = (frames(one, echo[: 2 * RATE], story[: 2 * RATE]) for one in (canceller, fresh))
    assert isinstance(canceller, DoubleTalkCanceller)
    assert np.array_equal(after, first)
