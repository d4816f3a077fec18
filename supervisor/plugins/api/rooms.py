"""The messages of Gerald's own actors that a plugin may send or be sent, and where these actors are reached.

What each means stands in its docstring."""

from actors.behaviour.messages import BEHAVIOUR, ActAnswer, Acts, ActsStopped, GetActs, MakeAct, StopActs
from actors.conversation.messages import (
    CONVERSATION,
    CancelTurn,
    ReplyEnded,
    ReplySentence,
    SpeakFirst,
    SpokeFirst,
    TextReceived,
    TurnStarted,
    TurnWaits,
    WatchTurns,
)
from actors.osc.messages import OSC_SENDER, AvatarLoaded, ParametersChanged, SetParameter, TrackingChanged

__all__ = [
    "BEHAVIOUR",
    "CONVERSATION",
    "OSC_SENDER",
    "ActAnswer",
    "Acts",
    "ActsStopped",
    "AvatarLoaded",
    "CancelTurn",
    "GetActs",
    "MakeAct",
    "ParametersChanged",
    "ReplyEnded",
    "ReplySentence",
    "SetParameter",
    "SpeakFirst",
    "SpokeFirst",
    "StopActs",
    "TextReceived",
    "TrackingChanged",
    "TurnStarted",
    "TurnWaits",
    "WatchTurns",
]
