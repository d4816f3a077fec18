"""Is everybody heard to the end: answers in his own words, readings, pauses within sentences."""

import time
from typing import Any

import msgspec
import numpy as np

from benchmarks._voice.model import ScriptedModel
from benchmarks._voice.room import Cables, Room, silence
from benchmarks._voice.voices import reading, said
from benchmarks._voice.words import alike, errors

ANSWERS = (
    ("And how are you?", "How are you?"),
    ("Do you like dancing?", "I like dancing."),
    ("Nice to meet you.", "Nice to meet you too."),
    ("It is a sunny day.", "It is a sunny day."),
    ("We could walk there together later.", "We could walk there now."),
    ("That is a lovely question.", "That is a lovely idea."),
    ("Do you like music?", "I like music."),
    ("My favorite color is green.", "My favorite color is blue."),
    ("I am happy to see you.", "I am happy to see you too."),
    ("Would you like to play a game?", "I would like to play a game."),
    ("Have you seen the new world?", "I have seen the new world."),
    ("Tell me about your dog.", "My dog is very small."),
    ("Are you from England?", "I am from England."),
    ("What a beautiful garden.", "What a beautiful garden."),
    ("Do you want to dance with me?", "I want to dance with you."),
    ("The party begins at eight.", "The party begins at nine."),
    ("I think cats are funny.", "I think cats are funny too."),
    ("Did you sleep well?", "I did sleep well."),
    ("This place is very quiet.", "This place is very quiet today."),
    ("You have a nice voice.", "You have a nice voice."),
    ("Shall we go to the beach?", "Let us go to the beach."),
    ("I was here yesterday.", "I was here yesterday too."),
    ("Good evening my friend.", "Good evening my friend."),
    ("What do you do all day?", "What do you do all day?"),
)
TWO_CITIES = (
    "It was the best of times, it was the worst of times, it was the age of wisdom, it was the age of foolishness, "
    "it was the epoch of belief, it was the epoch of incredulity, it was the season of Light, it was the season of "
    "Darkness, it was the spring of hope, it was the winter of despair, we had everything before us, we had nothing "
    "before us, we were all going direct to Heaven, we were all going direct the other way, in short, the period was "
    "so far like the present period, that some of its noisiest authorities insisted on its being received, for good "
    "or for evil, in the superlative degree of comparison only."
)
UNFINISHED = (
    ("I want to tell you about", "my little sister"),
    ("Do you know if", "the shop is open"),
    ("My favorite game is", "chess with my father"),
    ("I was thinking that", "we could go outside"),
    ("Yesterday I went to the", "market with a friend"),
    ("Can you tell me where", "the party is tonight"),
    ("I really like", "green tea with honey"),
    ("She told me that she", "never liked the city"),
    ("If you have time we could", "look at the new world"),
    ("The thing I wanted to say is", "that I am sorry"),
    ("I have a dog and", "two very old cats"),
    ("When I was a child I", "lived near the sea"),
    ("It is not that I am", "afraid of the dark"),
    ("Would you rather have a", "garden or a boat"),
    ("My brother works for a", "company that builds trains"),
    ("I think the reason is because", "nobody asked him"),
    ("We should meet at the", "fountain in the park"),
    ("I do not know whether", "he will come today"),
    ("Please give me the", "book on the table"),
    ("There is something about", "this place that I love"),
)


def dropped_answers(cables: Cables) -> tuple[int, int]:
    """How many answers in his own words were given, and how many did not reach the conversation."""
    lines = iter([line for line, _ in ANSWERS])
    lost = 0
    with ScriptedModel(lambda _: "Yes.") as model, Room(cables, *_scripted(model)) as room:
        for line, answer in zip(lines, (answer for _, answer in ANSWERS), strict=True):
            model.script = lambda _, line=line: line
            begun = time.time()
            cables.say(said("Please say something.", "flite"))
            room.answered(begun, 20.0)
            time.sleep(0.2)
            model.script = lambda _: "I see."
            begun = time.time()
            cables.say(said(answer))
            room.answered(begun, 20.0)
            lost += not any(alike(answer, heard) >= 0.5 for heard in room.heard(begun))
    return len(ANSWERS), lost


class Reading(msgspec.Struct, frozen=True):
    """What became of a reading: replies that began before its end, turns, and the word errors of what was kept."""

    seconds: float
    talked_into: int
    utterances: int
    rate: float
    lost: float
    heard: str


def readings(cables: Cables) -> tuple[Reading, Reading]:
    """The human reading of 44 s, and one of 83 s of three recordings with their pauses."""
    two, beckett, endgame = reading("two_cities"), reading("beckett"), reading("endgame_nagg_nell")
    long = np.concatenate([two, silence(0.3), beckett, silence(0.3), endgame])
    return _read(cables, two, TWO_CITIES), _read(cables, long, "")


def _read(cables: Cables, sound: Any, truth: str) -> Reading:
    with ScriptedModel(lambda _: "Thank you.") as model, Room(cables, *_scripted(model)) as room:
        truth = truth or _transcribed(sound)
        begun, ended = cables.say(sound)
        loud = cables.bot.loud(begun, ended)
        into = sum(1 for at, before in zip(loud, [0.0, *loud], strict=False) if at - before > 1.0)
        time.sleep(1.0)
        room.answered(ended)
        texts = room.heard(begun)
    found = errors(truth, _grown(texts))
    return Reading(
        len(sound) / 16000,
        into,
        len(texts),
        found.rate,
        (found.lost + found.changed) / found.words,
        _grown(texts),
    )


def _grown(texts: list[str]) -> str:
    """The texts as one: an utterance that grew is counted once, with all of its words."""
    kept: list[str] = []
    for text in texts:
        if kept and text.startswith(kept[-1].rstrip(" .,!?…")[:40]):
            kept[-1] = text
        else:
            kept.append(text)
    return " ".join(kept)


def _transcribed(sound: Any) -> str:
    """What Whisper alone makes of it, in pieces of 11 s: the truth for recordings whose text is not known here."""
    from actors.speech.engines import embedded
    from actors.speech.engines.whisper import Whisper

    whisper = Whisper(embedded.whisper_model())
    wave = sound.astype(np.float32) / 32768
    step = 11 * 16000
    return " ".join(whisper.transcribe(wave[at : at + step]).text for at in range(0, len(wave), step))


class Pause(msgspec.Struct, frozen=True):
    """Unfinished sentences with a pause of `seconds`: how many were answered into, and had words lost."""

    seconds: float
    clips: int
    cut_off: int
    lost: int


def pauses(cables: Cables, sentences: int) -> tuple[list[Pause], list[float]]:
    """Sentences with a pause where they are plainly unfinished; and the waits after the same ones without any."""
    found, waits = [], []
    with ScriptedModel(lambda _: "Okay.") as model, Room(cables, *_scripted(model)) as room:
        for seconds in (0.4, 0.7, 1.0):
            cut = lost = 0
            for head, tail in UNFINISHED[:sentences]:
                first, rest = spliced(head, tail)
                begun, ended = cables.say(np.concatenate([first, silence(seconds), rest]))
                cut += bool(cables.bot.loud(begun, ended - 0.05))
                room.answered(ended - 0.5, 20.0)
                lost += errors(f"{head} {tail}", _grown(room.heard(begun))).rate > 0.4
            found.append(Pause(seconds, sentences, cut, lost))
        for head, tail in UNFINISHED[:sentences]:
            time.sleep(0.7)
            _, ended = cables.say(np.concatenate(spliced(head, tail)))
            first_sound = cables.bot.first_sound(ended, 10.0)
            waits.append((first_sound or ended + 10.0) - ended)
            room.answered(ended - 1.0, 20.0)
    return found, waits


def sure_waits(cables: Cables, ask: int) -> list[float]:
    """Waits after plain questions, with the same scripted model."""
    from benchmarks._voice.latency import measured

    with ScriptedModel(lambda _: "Okay.") as model, Room(cables, *_scripted(model)) as room:
        return measured(cables, ask, lambda since: room.answered(since - 1.0, 20.0))


def spliced(head: str, tail: str) -> tuple[Any, Any]:
    """The sentence spoken in one go, cut where `head` ends: at the quietest 20 ms near its share of the length."""
    whole = said(f"{head} {tail}.")
    expected = int(len(whole) * len(head) / (len(head) + len(tail) + 1))
    reach = int(0.15 * 16000)
    low = max(0, expected - reach)
    energies = [
        float((whole[at : at + 320].astype(float) ** 2).sum()) for at in range(low, expected + reach, 80)
    ]
    at = low + 80 * int(np.argmin(energies)) + 160
    return whole[:at], whole[at:]


def _scripted(model: ScriptedModel) -> tuple[str, ...]:
    return f"llm.base_url={model.base_url}", "llm.model=script"
