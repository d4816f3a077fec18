"""The account as a value, and what may come of a step: requests to send, and news for others."""

from collections.abc import Mapping

import msgspec

from actors.kernel.message import Asker
from actors.vocabulary.blocks import Blocks
from actors.vocabulary.type_names import durable
from actors.vocabulary.values import UNKNOWN, Person
from actors.vrchat.account.policy import Policy
from actors.vrchat.state import Friend, FriendRequest, Invitation, Kept, Me, News, WebAnswer

# Kinds of requests.
CHECK, SIGN_IN, CODE, SIGN_OUT = "check", "sign in", "code", "sign out"
NOTICES, FRIENDS, IS_FRIEND = "notifications", "friends", "is friend"
ACCEPT, HIDE, INVITE, INVITE_SELF, STATUS = "accept", "hide", "invite", "invite self", "status"
OF_SESSION = (CHECK, SIGN_IN, CODE, SIGN_OUT)
COSTS = {INVITE: 2, INVITE_SELF: 2}
"""Requests of HTTP that one of these takes; every other takes one."""


@durable("vrchat.Job")
class Job(msgspec.Struct, frozen=True):
    """A request to the service. id: of a notification, or of the account. person: whom it is about.

    offset, offline: of a page. code: encrypted. needs: which codes fit. status, text: to be shown; "" leaves it.
    asker: who waits for the outcome."""

    kind: str
    id: str = ""
    person: Person = UNKNOWN
    offset: int = 0
    offline: bool = False
    code: bytes = b""
    needs: tuple[str, ...] = ()
    status: str = ""
    text: str | None = None
    asker: Asker | None = None

    @property
    def cost(self) -> int:
        """How many requests of HTTP it takes."""
        return COSTS.get(self.kind, 1)


@durable("vrchat.Link")
class Link(msgspec.Struct, frozen=True):
    """The websocket. state: closed, opening or open. number: of the newest. failures: in a row.

    next_at: not opened before; since: open since (epoch seconds)."""

    state: str = "closed"
    number: int = 0
    failures: int = 0
    next_at: float = 0.0
    since: float = 0.0


@durable("vrchat.Listing")
class Listing(msgspec.Struct, frozen=True):
    """What is to be read again, and how far that has come. look_at: when at the latest (epoch seconds).

    heard: requests that events told of meanwhile: a page that was written before them does not have them."""

    notices: bool = False
    notices_at: int = 0
    requests: tuple[FriendRequest, ...] = ()
    invitations: tuple[Invitation, ...] = ()
    heard: tuple[str, ...] = ()
    friends: bool = False
    friends_at: int = 0
    offline: bool = False
    found: tuple[Friend, ...] = ()
    look_at: float = 0.0


@durable("vrchat.Sent")
class Sent(msgspec.Struct, frozen=True):
    """A request that has no answer yet."""

    number: int
    job: Job


@durable("vrchat.Send")
class Send(msgspec.Struct, frozen=True):
    """Send this request; the answer is to carry `number`."""

    number: int
    job: Job


@durable("vrchat.OpenLink")
class OpenLink(msgspec.Struct, frozen=True):
    """Open the websocket."""

    link: int


@durable("vrchat.CloseLink")
class CloseLink(msgspec.Struct, frozen=True):
    """Close the websocket."""


@durable("vrchat.Answer")
class Answer(msgspec.Struct, frozen=True):
    """Tell whoever asked. outcome: account, done or refused, with the reason in `text`."""

    asker: Asker
    outcome: str
    text: str = ""
    person: Person = UNKNOWN


@durable("vrchat.Befriended")
class Befriended(msgspec.Struct, frozen=True):
    """The account has a new friend, whose request was accepted at `at` (epoch seconds)."""

    person: Person
    at: float


Effect = Send | OpenLink | CloseLink | Answer | Befriended


@durable("vrchat.Account")
class Account(msgspec.Struct, frozen=True):
    """Everything that a decision depends on, besides the policy and the clock.

    phase: see AccountIs. why, remedy: what is missing, or in the way. wanted: the owner asked to sign in.
    made: a code was made for this session, and is not made again.
    checked: the service has said that the session is good since the websocket was closed.
    suspect: a request was refused as of nobody; the session is checked before the next. failures: in a row;
    refusals: so often in a row, though the session is good.
    queue: requests of the owner, and what follows from others. waiting: who waits for the end of signing in.
    doubt: whether `kept.accepting` was accepted is not known: "list" and "ask" say what will tell; "" for no doubt.
    known: the friends were read. shown: the status that was set last. invited: when people were (epoch seconds)."""

    kept: Kept = Kept()
    phase: str = "loading"
    why: str = ""
    remedy: str = ""
    cookies: bool = False
    wanted: bool = False
    me: Me | None = None
    needs: tuple[str, ...] = ()
    code: bytes = b""
    made: bool = False
    sent: Sent | None = None
    number: int = 0
    failures: int = 0
    refusals: int = 0
    checked: bool = False
    suspect: bool = False
    queue: tuple[Job, ...] = ()
    waiting: tuple[Asker, ...] = ()
    doubt: str = ""
    blocked: Blocks = Blocks()
    requests: tuple[FriendRequest, ...] = ()
    invitations: tuple[Invitation, ...] = ()
    friends: Mapping[str, Friend] = {}
    known: bool = False
    listing: Listing = Listing()
    link: Link = Link()
    shown: tuple[str, str | None] = ("", None)
    invited: Mapping[str, float] = {}
    ignored: Mapping[str, int] = {}
    effects: tuple[Effect, ...] = ()

    def with_(self, **fields: object) -> "Account":
        """The account with other fields."""
        return msgspec.structs.replace(self, **fields)

    def keeping(self, **fields: object) -> "Account":
        """The account with other fields of what is kept."""
        return self.with_(kept=msgspec.structs.replace(self.kept, **fields))

    def doing(self, *effects: Effect) -> "Account":
        """The account, which has these effects too."""
        return self.with_(effects=(*self.effects, *effects))


class Step(msgspec.Struct, frozen=True):
    """What a decision is given: the policy, the time (epoch seconds), and a random number in [0, 1)."""

    policy: Policy
    now: float
    dice: float = 0.5


__all__ = [
    "Account",
    "Answer",
    "Befriended",
    "CloseLink",
    "Effect",
    "Job",
    "News",
    "OpenLink",
    "Send",
    "WebAnswer",
]
