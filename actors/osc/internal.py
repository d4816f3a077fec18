"""Messages from the OSC actors' own timers and threads."""

from typing import ClassVar

from actors.kernel.message import Message
from actors.osc.messages import AvatarParameter


class OpenPort(Message):
    """Timer of the receiver: try the port again."""


class ReaderFailed(Message):
    """From the receiver's thread: it reads no more. `owner` says which thread, so that old news is recognised."""

    owner: int
    why: str


class ChatboxDue(Message):
    """Timer of the sender: the next text may be sent."""


class TypingExpired(Message):
    """Timer of the sender: the typing indicator was forgotten."""


class InputExpired(Message):
    """Timer of the sender: `name` was held long enough, unless it was set again (another `press`)."""

    continuous: ClassVar[bool] = True
    name: str
    press: int


class RestAgain(Message):
    """Timer of the sender: what could not be brought to rest, because the network failed, is tried again."""


class ListLate(Message):
    """Timer of the sender: the parameters of avatar `avatar_id` have been waited for long enough."""

    avatar_id: str


class FriendsFound(Message):
    """The IP addresses of `host`, from which VRChat may send; none when it is unknown."""

    host: str
    addresses: tuple[str, ...]


class HostFound(Message):
    """From the sender's thread: what the name of the output host means, "" and why if it is not found."""

    ip: str
    why: str = ""


class FindHost(Message):
    """Timer of the sender: look the name of the output host up again."""


class Announced(Message):
    """From the thread of OSCQuery: Gerald is announced as `name`, with `host` and the TCP port of its tree.

    discovery: which thread says so, here and in the next ones, so that old news is recognised."""

    name: str
    host: str
    port: int
    discovery: int = 0


class QueryFailed(Message):
    """From the thread of OSCQuery: it has ended. name: what it was to announce."""

    name: str
    why: str
    discovery: int = 0


class GameFound(Message):
    """From the thread of OSCQuery: a game, where it answers, the port where it says to take OSC, and its avatar's
    parameters. avatar_id: "" where it does not tell it."""

    name: str
    host: str
    osc_port: int
    parameters: tuple[AvatarParameter, ...]
    discovery: int = 0
    avatar_id: str = ""


class GameSilent(Message):
    """From the thread of OSCQuery: a game is announced, and does not answer, or not as a game does."""

    name: str
    why: str
    discovery: int = 0


class GameLost(Message):
    """From the thread of OSCQuery: the game is gone."""

    name: str
    discovery: int = 0


class ReadAgain(Message):
    """Timer of OSCQuery: the game's tree may have been the one of the avatar before."""


class LookForAvatar(Message):
    """Timer of osc.game: look for the avatar's file again, or whether what it says is still true."""

    avatar_id: str
    attempt: int


class LookAtGame(Message):
    """Timer of osc.game: whether anything was heard of the game lately."""


class LookAtMicrophone(Message):
    """Timer of osc.game: whether the game's microphone is on after it was pressed."""


class AnnounceAgain(Message):
    """Timer of OSCQuery: try once more."""
