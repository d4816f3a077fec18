"""Which actors may run on a host, and what each may send from there to whom.

A host that is broken into must not speak for anybody else, nor say what its actors never say: a detector cannot tell
`users` anything. Whatever is not in this table is refused at home.
"""

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from actors.audio.messages import SPEAKER, GetPlayback, PlaySentence
from actors.conversation.messages import CONVERSATION
from actors.kernel.message import Message
from actors.kernel.protocol.lifecycle import Pong
from actors.kernel.protocol.reconfigure import SectionsReady, SectionsRefused, SectionsTaken
from actors.llm.messages import LLM, LOCAL_LLM, LocalModelReady, LocalModelUnavailable
from actors.speech.messages import (
    RECOGNIZER,
    SYNTHESIZER,
    Drop,
    NothingUnderstood,
    SpeechStarted,
    SynthesisFailed,
    TranscriptGuessed,
    TranscriptReady,
    VoiceRestarted,
    WordsHeard,
)
from actors.system.messages import SYSTEM, StageReached
from actors.vision.messages import DEPTH, DETECTOR, READER, TRACKER, DistancesSeen, Looked, PlatesRead

Types = frozenset[type[Message]]

ANYBODY_ASKS: Types = frozenset((Pong, SectionsReady, SectionsRefused, SectionsTaken))
"""What every actor answers."""


class Permission(msgspec.Struct, frozen=True):
    """to: what it may tell each address. answers: what it may answer to those that sent it something.
    to_anybody: what it may tell whoever it likes, as to its watchers."""

    to: Mapping[str, Types] = {}
    answers: Types = frozenset()
    to_anybody: Types = frozenset()


PERMISSIONS: Mapping[str, Permission] = MappingProxyType(
    {
        RECOGNIZER: Permission(
            {
                SPEAKER: frozenset((GetPlayback,)),
                CONVERSATION: frozenset(
                    (SpeechStarted, TranscriptReady, TranscriptGuessed, Drop, NothingUnderstood, WordsHeard)
                ),
            },
            to_anybody=frozenset((WordsHeard,)),
        ),
        SYNTHESIZER: Permission(
            {
                SPEAKER: frozenset((PlaySentence,)),
                CONVERSATION: frozenset((SynthesisFailed, VoiceRestarted)),
                SYSTEM: frozenset((StageReached,)),
            }
        ),
        LOCAL_LLM: Permission(
            {LLM: frozenset((LocalModelReady, LocalModelUnavailable))},
            answers=frozenset((LocalModelReady, LocalModelUnavailable)),
        ),
        DETECTOR: Permission({TRACKER: frozenset((Looked,))}),
        READER: Permission({TRACKER: frozenset((PlatesRead,))}),
        DEPTH: Permission({TRACKER: frozenset((DistancesSeen,))}),
    }
)
"""By address; replicas have that of their first."""


def permission_of(address: str) -> Permission | None:
    """What the actor at `address`, or one of its replicas, may do from a host; None if it may not run there."""
    return PERMISSIONS.get(address.partition("/")[0])
