"""`speech`: when somebody has finished speaking, what was said, and how the answer is spoken."""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from config.plugins.discovery import installed_plugins, part_named
from config.plugins.plugin import RECOGNIZERS, SYNTHESIZERS, is_name, is_part_of
from config.schema.interruption import Interruption
from config.schema.languages import LanguageChoice, LanguageCode
from config.schema.section import Section, Tuple, setting, without_repetition


def _former_echo(value: Any) -> Any:
    """What `echo_free_capture` meant by true and false."""
    if isinstance(value, bool):
        return "free" if value else "auto"
    return value


Echo = Annotated[Literal["auto", "cancel", "free", "half_duplex"], BeforeValidator(_former_echo)]


def _chosen(group: str, value: Any) -> Any:
    """Gerald's own engine in place of one of a plugin that is not installed, which validation warns of."""
    return OWN_ENGINES[group][0] if is_absent(group, value) else value


def is_absent(group: str, value: Any) -> bool:
    """Whether this can only be the name of what a plugin brings, and no sound plugin does."""
    own = isinstance(value, str) and is_name(owner := value.partition(".")[0]) and is_part_of(owner, value)
    return own and "." in value and part_named(group, value) is None


def _engines(group: str) -> tuple[str, ...]:
    """What can be chosen: Gerald's own, and those of sound plugins."""
    found = (part.name for plugin in installed_plugins() if not plugin.broken for part in plugin.of(group))
    return (*OWN_ENGINES[group], *found)


OWN_ENGINES = {RECOGNIZERS: ("whisper",), SYNTHESIZERS: ("piper", "hibari", "kokoro")}
if TYPE_CHECKING:
    RecognizerName: TypeAlias = str
    SynthesizerName: TypeAlias = str
else:
    RecognizerName = Annotated[Literal[_engines(RECOGNIZERS)], BeforeValidator(partial(_chosen, RECOGNIZERS))]
    SynthesizerName = Annotated[
        Literal[_engines(SYNTHESIZERS)], BeforeValidator(partial(_chosen, SYNTHESIZERS))
    ]

Written = Annotated[str, StringConstraints(min_length=1, max_length=60)]
SpokenForm = Annotated[str, StringConstraints(max_length=200)]
VoiceName = Annotated[str, StringConstraints(min_length=1, max_length=400)]


class Turn(Section):
    """`speech.turn`: the silence that ends what somebody says, by their words so far."""

    sure: float = setting(0.2, "After a complete question, statement or answer.", unit="s", ge=0.1, le=5.0)
    unclear: float = setting(
        0.4, "Where the words do not tell whether it is complete.", unit="s", ge=0.1, le=5.0
    )
    unsure: float = setting(1.2, "After what plainly goes on.", unit="s", ge=0.1, le=5.0)
    longest: float = setting(
        120.0, "Whoever speaks for longer is answered meanwhile.", unit="s", ge=1.0, le=600.0
    )


class Speech(Section, key="speech", about="Hearing and speaking.", place=30):
    """Recognition and synthesis. Durations are seconds."""

    recognizer: RecognizerName = setting(
        "whisper", "The engine that turns speech into text.", restarts=("speech.recognizer",)
    )
    recognizer_model: str | None = setting(
        None,
        "A Whisper model folder for CTranslate2, relative to the home.",
        restarts=("speech.recognizer",),
        min_length=1,
        unset="the embedded tiny.en is used",
    )
    recognizer_threads: int = setting(
        1, "Threads of the recognizer.", restarts=("speech.recognizer",), ge=1, le=64
    )
    language: LanguageChoice = setting(
        "auto",
        "The language that is spoken to the bot, such as en or de; auto finds it out of every utterance, if the"
        " recognizer for other languages than English is installed.",
    )
    languages: Annotated[Tuple[LanguageCode], AfterValidator(without_repetition)] = setting(
        (), "The languages among which auto chooses, such as [en, de].", max_length=99, unset="all of them"
    )
    vad_threshold: float = setting(
        0.5, "Probability from which a 32 ms chunk counts as speech.", ge=0.05, le=0.95
    )
    turn: Turn = Field(default_factory=Turn, description="When somebody has finished speaking.")
    end_of_speech_silence: float | None = setting(
        None,
        "Silence that ends whatever is said.",
        unit="s",
        ge=0.1,
        le=5.0,
        unset="the words tell how long to wait: see turn",
    )
    min_speech: float = setting(0.25, "Shorter sounds are ignored.", unit="s", ge=0.0, le=5.0)
    max_utterance: float = setting(
        15.0, "Longer speech is recognized in pieces of this length.", unit="s", ge=1.0, le=30.0
    )
    tail_after_playback: float = setting(
        0.3, "How long recognition stays closed after the bot's own voice.", unit="s", ge=0.0, le=5.0
    )
    echo_similarity: float = setting(
        0.8,
        "A transcript this similar to what was just said is the bot's own voice; 1 is equal.",
        gt=0.0,
        le=1.0,
    )
    echo: Echo = setting(
        "auto",
        "What keeps the bot from hearing itself: its voice is cancelled (cancel) or never captured (free), and people"
        " may interrupt it; or it does not listen while it speaks (half_duplex); auto finds out.",
        formerly="echo_free_capture",
    )
    tell_voices_apart: bool = setting(
        True,
        "Each voice that is heard has a number while Gerald runs, by which its words are known to be of one person; how"
        " it sounds is kept in memory only.",
        restarts=("speech.recognizer",),
    )
    synthesizer: SynthesizerName = setting(
        "piper", "The engine that speaks.", restarts=("speech.synthesizer",)
    )
    synthesizer_threads: int = setting(
        1, "Threads of the synthesizer.", restarts=("speech.synthesizer",), ge=1, le=64
    )
    voices: Mapping[LanguageCode, VoiceName] = setting(
        {},
        "Which voice speaks a language, such as {de: Models/de_DE-thorsten-medium.onnx}: a Piper voice (a speaker of it"
        " stands behind a #), or the name of one of Kokoro's.",
        restarts=("speech.synthesizer",),
    )
    moods: Mapping[Literal["positive", "negative", "neutral"], VoiceName] = setting(
        {},
        "Which speaker of a Piper voice that has several says a sentence of this mood, such as {positive: amused}.",
        restarts=("speech.synthesizer",),
    )
    rate: float = setting(
        1.0, "How fast the voice speaks; 1 is its own pace.", restarts=("speech.synthesizer",), ge=0.5, le=2.0
    )
    pronunciations: Mapping[Written, SpokenForm] = setting(
        {},
        "How whole words are said, such as {VRChat: V R chat}; the chatbox shows them as they are written.",
    )
    first_clause_words: int = setting(
        8,
        "The first clause of a reply is cut here, so that speaking begins early.",
        unit="words",
        ge=1,
        le=50,
    )
    longest_reply: float = setting(
        20.0,
        "After so much speech a reply ends with a sentence, and the bot asks whether to go on.",
        unit="s",
        ge=5.0,
        le=600.0,
    )
    filler: Literal["off", "sound", "gesture"] = setting(
        "off",
        "What fills a silence of 0.7 s before the first word of a reply: a thinking sound, or a gesture.",
    )
    interruption: Interruption = Field(
        default_factory=Interruption, description="What happens when somebody speaks while the bot does."
    )
