"""What the account's actor accepts and announces: signing in and out, friends, requests, invitations, its status."""

from collections.abc import Mapping

from actors.kernel.message import Message
from actors.vocabulary.addresses import Address
from actors.vocabulary.values import Person
from actors.vrchat.state import Friend, FriendRequest, Invitation, Verdict

VRCHAT = Address("vrchat")


class SignIn(Message):
    """Sign in to VRChat, or go on with `code`, encrypted by the home's cipher about CODE_ABOUT; answered by AccountIs
    when it is done or needs the owner, or by AccountRefused."""

    code: bytes = b""


CODE_ABOUT = b"vrchat code"


class SignOut(Message):
    """End the session at VRChat and drop its cookies; answered by AccountIs or AccountRefused."""


class GetAccount(Message):
    """Answered by AccountIs."""


class AccountIs(Message):
    """phase: loading, missing, checking, signing, verifying, code, in, leaving, out or human.

    reason, remedy: what is in the way and what to do, "" for nothing. needs: kinds of code that are waited for.
    linked: the websocket is open. requests, invitations: those that wait. verdicts: what became of others.
    today: friends accepted within a day. spent: requests within a day. ignored: unknown events by their kind."""

    phase: str
    reason: str = ""
    remedy: str = ""
    user_id: str = ""
    name: str = ""
    status: str = ""
    status_text: str = ""
    needs: tuple[str, ...] = ()
    linked: bool = False
    friends: tuple[Friend, ...] = ()
    requests: tuple[FriendRequest, ...] = ()
    invitations: tuple[Invitation, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    today: int = 0
    spent: int = 0
    logins: int = 0
    ignored: Mapping[str, int] = {}


class AccountRefused(Message):
    """Nothing was done, and why."""

    reason: str


class InviteFriend(Message):
    """Invite the friend with this id or name to where the game is; answered by AccountDone or AccountRefused."""

    name_or_id: str


class SetStatus(Message):
    """Show this text as the account's status; answered by AccountDone or AccountRefused."""

    text: str


class AccountDone(Message):
    """It is done. person: with whom, if with anybody."""

    person: Person
