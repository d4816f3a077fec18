"""The account's actor beside the service under the virtual clock: requests are built and read as for the network."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from actors.kernel.actor import Actor, handles
from actors.kernel.incarnation import Incarnation
from actors.kernel.message import Message
from actors.vrchat.account.account import Job
from actors.vrchat.internal import LinkClosed, LinkNews, LinkOpened, SessionLoaded, WebAnswered, WebFailed
from actors.vrchat.messages import VRCHAT, AccountIs, GetAccount
from actors.vrchat.state import Kept
from actors.vrchat.vrchat import VRChatAccount
from actors.vrchat.web import reading
from actors.vrchat.web.http import HttpSession, NoAnswer, NotSent
from actors.vrchat.web.session_file import SessionFile
from actors.vrchat.web.web import Web
from config.schema import Secret, VRChat
from tests.doubles.sealer import XorSealer
from tests.doubles.virtual_world import VirtualWorld
from tests.doubles.web_interface.service import NAME, PASSWORD, Service

LATENCY, HUNG = 0.2, 30.0
Fault = Callable[[str, str], str]
"""By method and path ("sign in" for that with name and password).

"" for none, unsent, hang (not done, no answer), lost (done, no answer), or 503."""


class Due(Message):
    """Something is due."""

    number: int


class Later(Actor):
    """Does things at a time of the virtual clock."""

    def __init__(self) -> None:
        self.waiting: dict[int, Callable[[], object]] = {}

    def do(self, seconds: float, what: Callable[[], object]) -> int:
        """Do it in so many seconds; a number by which to take it back."""
        number = len(self.waiting) and max(self.waiting) + 1
        self.waiting[number] = what
        self.after(seconds, Due(number))
        return number

    @handles
    def on_due(self, message: Due) -> None:
        if what := self.waiting.pop(message.number, None):
            what()


class VirtualWeb(Web):
    """As Web, without a thread; what it does takes virtual time."""

    room: "VirtualRoom"

    def __init__(self, section: VRChat, file: SessionFile, post: Callable[[Message], object]) -> None:
        super().__init__(section, file, post)
        carried = httpx.MockTransport(self._carried)
        self._http = HttpSession(section, file, transport=carried, clock=lambda: self.room.now)
        self._listening = 0

    def start(self) -> None:
        self._kept = self._file.read()
        self._post(SessionLoaded(self._kept, "auth" in self._file.cookies))

    def keep(self, kept: Kept) -> None:
        self._kept = kept
        self._file.write(kept)

    def send(self, number: int, job: Job) -> None:
        found, seconds = asyncio.run(self._answered(number, job))
        assert self._kept is not None
        self._file.write(self._kept)
        self.room.later.do(seconds, lambda: self._post(found))

    async def _answered(self, number: int, job: Job) -> tuple[Message, float]:
        async with self._http as http:
            try:
                return WebAnswered(number, await http.do(job)), LATENCY
            except NotSent as error:
                return WebFailed(number, False, str(error)), LATENCY
            except NoAnswer as error:
                return WebFailed(number, True, str(error)), HUNG

    def _carried(self, request: httpx.Request) -> httpx.Response:
        method, path = request.method, request.url.raw_path.decode().removeprefix("/api/1")
        fault = self.room.fault(method, "sign in" if "authorization" in request.headers else path)
        if fault == "unsent":
            raise httpx.ConnectError("Connection refused")
        if fault == "hang":
            raise httpx.ReadTimeout("nothing came")
        if fault == "503":
            return httpx.Response(503, json={"error": {}})
        body = json.loads(request.content) if request.content else None
        answer = self.room.service.handle(method, path, dict(request.headers), body, self.room.now)
        if fault == "lost":
            raise httpx.ReadTimeout("nothing came")
        return httpx.Response(answer.status, headers=answer.headers, content=json.dumps(answer.body).encode())

    def open(self, link: int) -> None:
        service, token = self.room.service, self._file.cookies.get("auth", "")
        if not service.is_session(token) or self.room.fault("GET", "pipeline"):
            self.room.later.do(LATENCY, lambda: self._post(LinkClosed(link, "VRChat answers with 401")))
            return
        self._listening = link
        self._post(LinkOpened(link))
        service.listeners[link] = lambda data: self._hear(link, data)

    def _hear(self, link: int, data: str) -> None:
        if not data:
            self.room.service.listeners.pop(link, None)
            self._post(LinkClosed(link, "the connection broke"))
        elif not self.room.silent:
            self._post(LinkNews(link, reading.news(data)))

    def close_link(self) -> None:
        self.room.service.listeners.pop(self._listening, None)

    def stop(self, patience: float) -> None:
        self.close_link()


class VirtualRoom:
    """An account's actor, its home and the service. section: fields of `vrchat` beside those that sign in."""

    def __init__(self, home: Path, service: Service | None = None, **section: Any) -> None:
        self.home = home
        self.service = service or Service()
        self.fault: Fault = lambda method, path: ""
        self.silent = False
        given = {
            "api_enabled": True,
            "username": NAME,
            "password": Secret(PASSWORD),
            "contact": "owner@example.org",
            "auto_friend_accept": True,
        }
        self.section = VRChat(**{**given, **section})
        self.world = VirtualWorld()
        self.later = Later()
        self.world.start(self.later, "later")
        self.users, self.inhabited = self.world.probe("users"), self.world.probe("world")
        self.owner = self.world.probe("owner")
        self.starts = 0
        self.kept_events: set[int] = set()  # what is to happen to the service, which outlives a kill
        self.life: Incarnation | None = None

    @property
    def now(self) -> float:
        return self.world.clock.wall()

    def start(self) -> None:
        """Start the actor, or start it anew after `kill`."""
        self.starts += 1
        room = self

        class OfRoom(VirtualWeb):
            pass

        OfRoom.room = room
        actor = VRChatAccount(self.section, self.home, XorSealer(), OfRoom)
        self.life = self.world.start(actor, VRCHAT, self.starts)
        self.world.run()

    def kill(self) -> None:
        """The process is gone: what it waited for never arrives."""
        assert self.life is not None
        self.later.waiting = {
            number: what for number, what in self.later.waiting.items() if number in self.kept_events
        }
        self.service.listeners.clear()
        self.life.stop()

    def happens(self, seconds: float, what: Callable[[], object]) -> None:
        """Something happens to the service."""
        self.kept_events.add(self.later.do(seconds, what))

    def ask(self, message: Message) -> None:
        """The owner asks; see `told`."""
        self.owner.clear()
        self.world.give(VRCHAT, message, sender="owner")

    def told(self) -> Message:
        """The last answer to the owner."""
        return self.owner.messages[-1]

    def account(self) -> AccountIs:
        """How the account is."""
        self.ask(GetAccount())
        found = self.told()
        assert isinstance(found, AccountIs)
        return found


def started(home: Path, service: Service | None = None, **section: Any) -> VirtualRoom:
    """An account without a second factor that has had a minute to sign in."""
    made = VirtualRoom(home, service or Service(""), **section)
    made.start()
    made.world.advance(60.0)
    return made
