"""`vrchat`: the account at VRChat's web interface. It decides; the thread behind it asks.

Promises: one sign-in by name and password, never another while a session may live; nothing is sent any more once the
owner has to do something; what may be sent in a minute, an hour and a day is limited, over restarts too."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from actors.kernel.actor import Actor, handles
from actors.kernel.message import Asker, Message
from actors.kernel.protocol.lifecycle import Health
from actors.users.messages import (
    USERS,
    GetBlocked,
    InteractionHappened,
    PeopleBlocked,
    PeopleCalled,
    PersonForgotten,
    UsersBegan,
)
from actors.vocabulary.type_names import durable
from actors.vocabulary.values import Interaction
from actors.vrchat.account import course, forgetting, invitations, links, lists, session
from actors.vrchat.account.account import (
    INVITE,
    Account,
    Answer,
    Befriended,
    CloseLink,
    Effect,
    Job,
    OpenLink,
    Send,
    Step,
)
from actors.vrchat.account.policy import policy_of
from actors.vrchat.account.report import health, report
from actors.vrchat.internal import (
    AccountWoke,
    LinkClosed,
    LinkNews,
    LinkOpened,
    SessionLoaded,
    WebAnswered,
    WebFailed,
)
from actors.vrchat.messages import (
    AccountDone,
    AccountRefused,
    GetAccount,
    InviteFriend,
    SetStatus,
    SignIn,
    SignOut,
)
from actors.vrchat.state import Friend
from actors.vrchat.web.session_file import Cipher, SessionFile
from actors.vrchat.web.web import Web
from actors.world.messages import WORLD, FriendOnline, FriendsOnline
from config.schema import VRChat

STOP_PATIENCE = 1.0
SOONEST = 0.05  # seconds from now at which it wakes at the earliest


@durable("vrchat.VRChatAccount")
class VRChatAccount(Actor):
    """See the module. sealer: the cipher of the home, which encrypts the session. connecting: makes what asks."""

    deterministic = True

    def __init__(
        self,
        vrchat: VRChat,
        home: Path,
        sealer: Cipher | None = None,
        connecting: Callable[[VRChat, SessionFile, Callable[[Message], object]], Web] = Web,
    ) -> None:
        self._section = vrchat
        self._account = Account()
        self._timer = 0
        self._online: tuple[FriendOnline, ...] = ()
        self._names: dict[str, str] = {}
        self._said: tuple[Health, str, str] | None = None
        file = SessionFile(home, sealer, vrchat.username or "", vrchat.api_url)
        self._web = connecting(vrchat, file, lambda message: self.post(message))

    def on_start(self) -> None:
        self.tell(USERS, GetBlocked(follow=True))
        self.tell(WORLD, FriendsOnline(()))
        self.side_effect(self._web.start)
        self._say()

    def on_stop(self) -> None:
        self.tell(WORLD, FriendsOnline(()))
        self.side_effect(lambda: self._web.stop(STOP_PATIENCE))

    def release(self) -> None:
        self._web.stop(STOP_PATIENCE)

    def commit(self, sections: Mapping[str, Any]) -> bool:
        """What is allowed holds at once; another account, address or password begins anew."""
        self._section = sections["vrchat"]
        self._go(self._account)
        self._tell_friends()
        return True

    # -- from the thread

    @handles
    def on_loaded(self, message: SessionLoaded) -> None:
        m = message
        self._go(session.loaded(self._account, self._step(), m.kept, m.cookies, m.trouble, m.remedy))

    @handles
    def on_answered(self, message: WebAnswered) -> None:
        self._go(course.answered(self._account, self._step(), message.number, message.answer))

    @handles
    def on_failed(self, message: WebFailed) -> None:
        self._go(course.failed(self._account, self._step(), message.number, message.sent, message.why))

    @handles
    def on_opened(self, message: LinkOpened) -> None:
        self.tell(USERS, GetBlocked(follow=True))
        self._go(links.opened(self._account, self._step(), message.link))

    @handles
    def on_closed(self, message: LinkClosed) -> None:
        self._go(links.closed(self._account, self._step(), message.link))

    @handles
    def on_news(self, message: LinkNews) -> None:
        if message.link == self._account.link.number:
            self._go(lists.heard(self._account, message.news))

    @handles
    def on_woke(self, _: AccountWoke) -> None:
        self._timer = 0
        self._go(self._account)

    # -- from the owner, and from the users

    @handles
    def on_sign_in(self, message: SignIn) -> None:
        self._go(session.asked_to_sign_in(self._account, self._step(), message.code, self.asker()))

    @handles
    def on_sign_out(self, _: SignOut) -> None:
        self._go(session.asked_to_sign_out(self._account, self.asker()))

    @handles
    def on_get_account(self, _: GetAccount) -> None:
        self.reply(report(self._account, self.wall()))

    @handles
    def on_invite(self, message: InviteFriend) -> None:
        friend = invitations.friend_called(self._account, message.name_or_id)
        if isinstance(friend, Friend):
            self._go(course.asked(self._account, Job(INVITE, person=friend.person, asker=self.asker())))
        else:
            self.reply(AccountRefused(friend))

    @handles
    def on_set_status(self, message: SetStatus) -> None:
        self._go(course.owner_status(self._account, message.text, self.asker()))

    @handles
    def on_users_began(self, _: UsersBegan) -> None:
        self.tell(USERS, GetBlocked(follow=True))

    @handles
    def on_blocked(self, message: PeopleBlocked) -> None:
        self._go(self._account.with_(blocked=message.blocks))

    @handles
    def on_forgotten(self, message: PersonForgotten) -> None:
        self._go(forgetting.without(self._account, message.people))

    # -- what comes of it

    def _step(self) -> Step:
        return Step(policy_of(self._section), self.wall(), self.random.random())

    def _go(self, account: Account) -> None:
        """Take `account` over, see what is next, and do it."""
        before, step = self._account, self._step()
        account = course.advanced(account, step)
        effects, self._account = account.effects, account.with_(effects=())
        if self._account.kept is not before.kept:
            kept = self._account.kept
            self.side_effect(lambda: self._web.keep(kept))
        for effect in effects:
            self._do(effect)
        if self._account.friends is not before.friends:
            self._tell_friends()
        self._wake(step)
        self._say()

    def _do(self, effect: Effect) -> None:
        match effect:
            case Send(number, job):
                self.side_effect(lambda: self._web.send(number, job))
            case OpenLink(link):
                self.side_effect(lambda: self._web.open(link))
            case CloseLink():
                self.side_effect(self._web.close_link)
            case Befriended(person, at):
                happened = Interaction("friend", person.name, "became a friend in VRChat", at)
                self.tell(USERS, InteractionHappened(person, happened))
            case Answer(asker, outcome, text, person):
                self.reply(self._outcome(outcome, text, person, asker), asker)

    def _outcome(self, outcome: str, text: str, person: Any, asker: Asker) -> Message:
        if outcome == "account":
            return report(self._account, self.wall())
        return AccountDone(person) if outcome == "done" else AccountRefused(text)

    def _tell_friends(self) -> None:
        """The world hears who is online and where; the users how people are called now, who stay the same."""
        friends = self._account.friends.values()
        told = self._section.share_places
        online = tuple(FriendOnline(one.person, one.place if told else "") for one in friends if one.online)
        if online != self._online:
            self._online = online
            self.tell(WORLD, FriendsOnline(online))
        named = tuple(one.person for one in friends if one.person.name)
        renamed = tuple(one for one in named if self._names.get(one.user_id) != one.name)
        if renamed:
            self._names = {one.user_id: one.name for one in named}
            self.tell(USERS, PeopleCalled(renamed))

    def _wake(self, step: Step) -> None:
        if self._timer:
            self.cancel(self._timer)
        at = course.wakes_at(self._account, step)
        self._timer = self.after(max(SOONEST, at - step.now), AccountWoke()) if at is not None else 0

    def _say(self) -> None:
        said = health(self._account, self.wall())
        if said != self._said:
            self._said = said
            self.health(*said)
