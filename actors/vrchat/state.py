"""Values of the account, as frozen structs: people, what they ask for, and what is kept between two starts."""

import msgspec

from actors.vocabulary.type_names import durable
from actors.vocabulary.values import Person

INVITE, REQUEST_INVITE = "invite", "requestInvite"
PRIVATE, TRAVELING = "private", "traveling"


@durable("vrchat.Friend")
class Friend(msgspec.Struct, frozen=True):
    """A friend of the account. online: in the game. place: a world's id, PRIVATE, TRAVELING, or "" for nowhere known.

    Which instance of a world it is stays at the rim: who knows it can follow them."""

    person: Person
    online: bool = False
    place: str = ""


@durable("vrchat.FriendRequest")
class FriendRequest(msgspec.Struct, frozen=True):
    """Somebody wants to be a friend. id: of the notification. at: epoch seconds."""

    id: str
    person: Person
    at: float = 0.0


@durable("vrchat.Invitation")
class Invitation(msgspec.Struct, frozen=True):
    """Somebody invites the account to where they are (INVITE), or wants to come to where it is (REQUEST_INVITE)."""

    id: str
    person: Person
    kind: str
    at: float = 0.0


@durable("vrchat.Me")
class Me(msgspec.Struct, frozen=True):
    """The account itself."""

    user_id: str
    name: str
    status: str = ""
    status_text: str = ""


@durable("vrchat.Verdict")
class Verdict(msgspec.Struct, frozen=True):
    """What became of a request. verdict: accepted, declined, gone or failed. at: epoch seconds."""

    request: str
    person: Person
    verdict: str
    reason: str
    at: float


@durable("vrchat.Kept")
class Kept(msgspec.Struct, frozen=True):
    """What outlives a restart, beside the cookies. All times are epoch seconds.

    human: why the owner has to do something before another request is sent, "" if not; remedy: what.
    signed_out: the owner wants no session. logins: sign-ins by name and password. spent: requests of the last day.
    links: connections of the websocket within the last day. paused_until, paused_why: nothing is sent before.
    accepting: the request that is being accepted: until its outcome is known it is neither repeated nor counted.
    tries: how often that was tried. verdicts: the newest last."""

    human: str = ""
    remedy: str = ""
    signed_out: bool = False
    logins: tuple[float, ...] = ()
    spent: tuple[float, ...] = ()
    links: tuple[float, ...] = ()
    paused_until: float = 0.0
    paused_why: str = ""
    accepting: FriendRequest | None = None
    tries: int = 0
    verdicts: tuple[Verdict, ...] = ()


@durable("vrchat.Notices")
class Notices(msgspec.Struct, frozen=True):
    """A page of notifications. more: another one follows. size: how many there were of any kind."""

    requests: tuple[FriendRequest, ...] = ()
    invitations: tuple[Invitation, ...] = ()
    size: int = 0
    more: bool = False


@durable("vrchat.WebAnswer")
class WebAnswer(msgspec.Struct, frozen=True):
    """What the service answered, as far as it is used. status: of HTTP. retry_after: seconds, 0 for not said.

    needs: the kinds of second factor that are asked for. friends: a page of them; more: another one follows.
    cookies: whether there are any now. unreadable: why it is not what was asked for. impossible: why it was not done
    and need not be tried again."""

    status: int
    retry_after: float = 0.0
    me: Me | None = None
    needs: tuple[str, ...] = ()
    notices: Notices | None = None
    friends: tuple[Friend, ...] = ()
    more: bool = False
    is_friend: bool = False
    cookies: bool = False
    unreadable: str = ""
    impossible: str = ""


@durable("vrchat.News")
class News(msgspec.Struct, frozen=True):
    """An event of the websocket, as far as it is used. kind: as the service calls it; unknown: "" and counted."""

    kind: str = ""
    friend: Friend | None = None
    request: FriendRequest | None = None
    invitation: Invitation | None = None
    me: Me | None = None
    id: str = ""
