"""Whether somebody muted Gerald: its owner, or the game's own microphone."""

from collections.abc import Iterator
from dataclasses import dataclass

from config.schema import Audio
from supervisor.doctor.finding import Finding, Findings, note, ok, problem
from supervisor.doctor.subject import Subject

UNKNOWN = "whether the game's microphone is, is known only while Gerald runs and hears VRChat"


@dataclass(frozen=True, slots=True)
class MutedFacts:
    """in_game: what VRChat's MuteSelf is for the running instance; None where it is not known."""

    audio: Audio
    in_game: bool | None = None


def gather(subject: Subject) -> MutedFacts:
    """By the configuration, and by what the running instance knows of its avatar."""
    movement = subject.running.avatar.get("movement_state") or {}
    told = bool(subject.running.osc.get("received"))
    is_muted = bool(movement.get("muted"))
    return MutedFacts(subject.config.audio, is_muted if told or is_muted else None)


def judge(facts: MutedFacts) -> Findings:
    """What the owner wants so is a note; that nobody hears it in the game is a problem."""
    unknown = "" if facts.in_game is not None else f"; {UNKNOWN}"
    return tuple(_muted(facts)) or (ok(f"neither ears nor voice are muted{unknown}"),)


def _muted(facts: MutedFacts) -> Iterator[Finding]:
    if facts.in_game:
        yield problem("the game's microphone is muted: nobody hears Gerald", "unmute it in VRChat")
    if facts.audio.mute_ears:
        yield note("Gerald's ears are muted (audio.mute_ears)", "`supervisor unmute ears`")
    if facts.audio.mute_voice:
        yield note("Gerald's voice is muted (audio.mute_voice)", "`supervisor unmute voice`")
    if facts.audio.volume == 0.0:
        yield note("audio.volume is 0: nothing is heard of Gerald", "`supervisor config set audio.volume 1`")
    if facts.audio.push_to_talk is not None:
        yield note(
            f"Gerald hears only while the avatar's {facts.audio.push_to_talk} is on (audio.push_to_talk)"
        )
