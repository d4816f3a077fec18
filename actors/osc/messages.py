"""What the OSC room accepts and announces: VRChat's parameters in, chatbox and inputs out."""

from collections.abc import Mapping
from typing import ClassVar, Literal

import msgspec

from actors.kernel.message import Lane, Message
from actors.vocabulary.addresses import Address

OSC_RECEIVER = Address("osc.receiver")
OSC_SENDER = Address("osc.sender")
OSC_QUERY = Address("osc.query")
OSC_GAME = Address("osc.game")


# What all of VRChat's messages match.
EVERYTHING = ("*", "/avatar/change", "/tracking/*")


class SubscribeParameters(Message):
    """To the receiver: send `address` (the sender when empty) these from now on, and nothing else.

    patterns: at most 64; none ends the subscription. A name such as `HeartRate` or `HR*` (fnmatch, case-sensitive,
    without /avatar/parameters/) yields ParametersChanged, /avatar/change AvatarLoaded, and
    /tracking/vrsystem/head/pose TrackingChanged.

    A restarted receiver has forgotten it: send it again. Actors of the tree declare it in `ChildSpec.osc` instead."""

    patterns: tuple[str, ...]
    address: str = ""


class ParametersChanged(Message):
    """Avatar parameters by name (without /avatar/parameters/), the newest finite value of each since the last message.

    touched: bools that were true at least once since, though they may be false again. events: the event of each name;
    only those that `osc.enabled_events` has, that `osc.parameters` names, or that say how the player is (MuteSelf).
    zones: where those are that `osc.parameters` gives a zone. at: when they came (epoch seconds); 0: unknown."""

    continuous: ClassVar[bool] = True
    values: Mapping[str, bool | int | float]
    touched: tuple[str, ...] = ()
    events: Mapping[str, str] = {}
    zones: Mapping[str, str] = {}
    at: float = 0.0


class AvatarLoaded(Message):
    """The game loaded avatar `avatar_id` (/avatar/change). Its parameters may arrive before or after this."""

    avatar_id: str


class TrackingChanged(Message):
    """Position in metres and rotation in Euler degrees of the player's head, where the game shares it."""

    continuous: ClassVar[bool] = True
    lane: ClassVar[Lane] = Lane.LATEST
    position: tuple[float, float, float]
    rotation: tuple[float, float, float]


class AvatarParameter(msgspec.Struct, frozen=True):
    """A parameter that the avatar in use has. name: without /avatar/parameters/. value: told with the list."""

    name: str
    type: Literal["bool", "int", "float"]
    is_readable: bool
    is_writable: bool
    value: bool | int | float | None = None


class PortOpened(Message):
    """From the receiver to OSCQuery: the UDP port to be announced is open."""

    port: int


class HearAnnounced(Message):
    """To the receiver: take what comes to the announced port, or nothing of it, since several games send there."""

    on: bool


class GetGames(Message):
    """To OSCQuery: answered by Games."""


class Games(Message):
    """What OSCQuery found. name, address: how Gerald is announced and where its tree is, "" before it is.

    games: the names of those that are announced and answer, and where each says to take OSC. ours: the one that belongs
    to this Gerald, "" if there is none or it cannot be told. parameters, avatar_id: of its avatar."""

    name: str
    address: str
    games: Mapping[str, str] = {}
    ours: str = ""
    parameters: tuple[AvatarParameter, ...] = ()
    avatar_id: str = ""


class AvatarRead(Message):
    """From OSCQuery: game `game` ("" once it is gone) tells these parameters. avatar_id: "" where it tells none."""

    game: str
    avatar_id: str = ""
    parameters: tuple[AvatarParameter, ...] = ()


class AvatarKnown(Message):
    """To the sender: the avatar has these parameters, and no others if `is_whole`; none: nothing is known of it."""

    avatar_id: str
    parameters: tuple[AvatarParameter, ...] = ()
    is_whole: bool = True


class TellAvatar(Message):
    """From a sender that begins, and knows nothing: tell it AvatarKnown."""


class GameRuns(Message):
    """VRChat's log says that the game runs, or that it runs no more."""

    on: bool


class GetAvatar(Message):
    """What is known of the avatar in use; answered by AvatarIs."""


class AvatarIs(Message):
    """avatar_id: "" before one was told. source: what the list of parameters comes from, for people, "" for none.

    note: what is wrong with it. events, zones: of each name, what a value of it counts as, and where it is; a name
    without an event is not taken in."""

    avatar_id: str
    source: str = ""
    note: str = ""
    parameters: tuple[AvatarParameter, ...] = ()
    events: Mapping[str, str] = {}
    zones: Mapping[str, str] = {}


class GetSendStatistics(Message):
    """What the sender has sent since it started; answered by SendStatistics."""


class SendStatistics(Message):
    """answerable: messages that VRChat answers with a parameter: steps, turns and writes.

    refused: writes to the avatar that were not sent, by reason (`unknown`, `read_only`, `not_finite`, `bad_name`)."""

    answerable: int
    refused: Mapping[str, int] = {}


class GetOscStatistics(Message):
    """What the receiver has counted since it started; answered by OscStatistics."""


class OscStatistics(Message):
    """Counts of the receiver. port, announced_port: the UDP ports it listens on, 0 for none.

    received: all datagrams. foreign: from another host. refused: malformed, by reason. twice: those to one port, left
    out since the same come to the other.
    handled and ignored: messages taken in, and those unknown or disabled; a datagram may hold several.
    coalesced: values that a newer one replaced before they were announced.
    announced: messages to subscribers, each counted once. foreign_host: where the last foreign one came from.
    host: the address that it listens on."""

    port: int
    received: int = 0
    foreign: int = 0
    refused: Mapping[str, int] = {}
    handled: int = 0
    ignored: int = 0
    coalesced: int = 0
    announced: int = 0
    announced_port: int = 0
    twice: int = 0
    foreign_host: str = ""
    host: str = ""

    @property
    def heard(self) -> int:
        """Datagrams of the game, whatever is in them."""
        return self.received - self.foreign - sum(self.refused.values())


class ChatboxText(Message):
    """Show `text` in the chatbox, split, spaced out and coalesced for VRChat; dropped if the turn was cancelled.

    A line stands until it can have been read, at 17 characters a second, or another turn's text comes. Text of the same
    turn is appended, or replaces waiting text that it begins with and goes on from; text of a newer turn replaces that
    of older ones. Turn 0 belongs to no turn and is never replaced."""

    turn: int
    text: str


class WatchChatbox(Message):
    """To the sender: tell `address` ChatboxIs now, and whenever it changes; with `on` false no more."""

    address: str
    on: bool = True


class ChatboxIs(Message):
    """What the chatbox shows: `text` of `turn`, sent at `at` (epoch seconds; 0: nothing was sent). typing: the dots.

    waiting: how many texts are still to be shown."""

    turn: int
    text: str
    at: float
    typing: bool = False
    waiting: int = 0


class Typing(Message):
    """Show or hide the typing indicator. It goes off by itself after half a minute without another such message."""

    on: bool


class SetInput(Message):
    """Hold the axis or button `name` (VRChat's /input/NAME) at `value` for `seconds`; then it returns to zero."""

    continuous: ClassVar[bool] = True
    name: str
    value: float
    seconds: float


class SetParameter(Message):
    """Write the avatar parameter `name`."""

    name: str
    value: bool | int | float


class ZeroInputs(Message):
    """Every axis and button to zero and typing off, now."""

    lane: ClassVar[Lane] = Lane.SYSTEM
