"""VRChat's double: OSC both ways on real sockets, OSCQuery if wanted, an avatar, a microphone, and a log on disk."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Protocol

from actors.osc.parameters import PREFIX
from actors.osc.wire import datagram
from actors.vocabulary.values import Person
from supervisor.demo.game_log import GameLog
from supervisor.demo.peer import Peer
from supervisor.demo.vrchat.avatar import AVATARS, FOX, GameAvatar, Value, file_of, neutral, tree_of
from supervisor.demo.vrchat.chatbox import Bubble, GameChatbox
from supervisor.demo.vrchat.query import LOOPBACK, QueryService

OWN = Person("usr_00000000-0000-4000-8000-000000000000", "Gerald")
NAME = "VRChat-Client-D0D0D0"
FRAME = 1.0 / 30.0
LAGS = 0.25  # seconds that one frame takes at most, however late it is
VOICE = "/input/Voice"


class Body(Protocol):
    """What the inputs move: tests.doubles.vrchat.small_world.SmallWorld, for instance."""

    def apply(self, name: str, value: float) -> None: ...
    def advance(self, seconds: float) -> Mapping[str, Value]: ...


class VRChat:
    """Use as a context. folder: where it writes its log and its files of avatars.

    port: where it takes OSC, 0 for any; sends_to: where it sends it, beside whoever it finds by OSCQuery. interface:
    the address of this machine that OSCQuery uses, "" for no OSCQuery. told_port: the port that it tells there, 0 for
    its own: VRChat tells 9000 in any case. toggles: Toggle Voice is on in its settings.

    What Gerald sends is in `peer`, as it came; `bubbles` is what people see of the chatbox; `values` the avatar's
    parameters. `wait` waits for any of it."""

    def __init__(
        self,
        folder: Path,
        *,
        port: int = 0,
        sends_to: int = 9001,
        interface: str = "",
        told_port: int = 0,
        own: Person = OWN,
        world: str = "The Demo Room",
        avatar: GameAvatar = FOX,
        body: Body | None = None,
        toggles: bool = True,
        name: str = NAME,
    ) -> None:
        self.folder = folder
        self.peer = Peer(port, self._take)
        self.log = GameLog(folder, own, world)
        self._news = threading.Condition()
        self._name = name
        self.query = (
            QueryService(name, self._answer, interface=interface, news=self._news) if interface else None
        )
        self.avatar = avatar
        self.values: dict[str, Value] = {}
        self.bubbles: list[Bubble] = []
        self.chatbox = GameChatbox()
        self.refused: list[str] = []
        self.osc = True
        self._own = own
        self.sends_to = sends_to
        self._told_port = told_port
        self._body = body
        self._toggles = toggles
        self._pressed = False
        self._over = threading.Event()
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def __enter__(self) -> "VRChat":
        with contextlib.ExitStack() as opened:
            opened.callback(self._udp.close)
            opened.enter_context(self.peer)
            if self.query is not None:
                opened.enter_context(self.query)
            self._opened = opened.pop_all()
        self._thread = threading.Thread(target=self._live, name="VRChat", daemon=True)
        self._thread.start()
        self.load(self.avatar)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join(1.0)
        self._opened.close()
        self.log.closed()

    @property
    def port(self) -> int:
        """Where it takes OSC."""
        return self.peer.port

    # -- what happens in the game

    def load(self, avatar: GameAvatar) -> None:
        """Another avatar: some of its parameters come before /avatar/change. A file that is there stays as it is."""
        self._write(avatar)
        with self._news:
            muted = self.values.get("MuteSelf", False)
            self.avatar = avatar
            self.values = {name: neutral(one) for name, one in avatar.parameters.items()}
            self.values |= {"MuteSelf": muted, "Grounded": True, "Upright": 1.0, "ScaleFactor": 1.0}
            values = dict(self.values)
            self._news.notify_all()
        names = sorted(values)
        for name in names[:2]:
            self._send(PREFIX + name, values[name])
        self._send("/avatar/change", avatar.avatar_id)
        for name in names[2:]:
            self._send(PREFIX + name, values[name])

    def tell(self, name: str, value: Value) -> None:
        """A parameter has another value: a contact, a PhysBone, or how the player is."""
        with self._news:
            self.values[name] = value
            self._news.notify_all()
        self._send(PREFIX + name, value)

    def touch(self, name: str) -> None:
        """A contact that is true for one frame only."""
        self.tell(name, True)
        self.tell(name, False)

    def mute(self, on: bool) -> None:
        """Somebody switches the game's microphone off, or on."""
        self.tell("MuteSelf", on)

    def wait(self, condition: Callable[[], object], seconds: float = 30.0) -> bool:
        """Until it holds, looked at whenever something comes or is found; whether it does."""
        with self._news:
            return bool(self._news.wait_for(condition, seconds))

    # -- what Gerald sends

    def _take(self, address: str, arguments: tuple[object, ...]) -> None:
        """On the peer's thread."""
        value = arguments[0] if arguments else None
        with self._news:
            if self.osc and address == "/chatbox/input" and arguments[1:2] == (True,):
                self._show(str(value))
            self._news.notify_all()
        if not self.osc:
            return
        if address == "/avatar/change" and value in AVATARS:
            self.load(AVATARS[str(value)])
        elif isinstance(value, bool | int | float):
            self._apply(address, value)

    def _show(self, text: str) -> None:
        self.chatbox, bubble = self.chatbox.takes(text, time.time())
        if bubble is not None:
            self.bubbles.append(bubble)

    def _apply(self, address: str, value: Value) -> None:
        if address == VOICE:
            self._voice(bool(value))
        elif address.startswith("/input/") and self._body is not None:
            self._body.apply(address.removeprefix("/input/"), float(value))
        elif address.startswith(PREFIX):
            self._set(address.removeprefix(PREFIX), value)

    def _voice(self, on: bool) -> None:
        """With Toggle Voice a press turns it round; without it is on as long as it is pressed."""
        pressed, self._pressed = self._pressed, on
        if not self._toggles:
            self.mute(not on)
        elif on and not pressed:
            self.mute(not self.values["MuteSelf"])

    def _set(self, name: str, value: Value) -> None:
        """Only what the avatar has and takes, and in its type, changes, and is told to everybody.

        VRChat itself forgives another type; here it must be the right one, so that a test sees whether it is."""
        known = self.avatar.parameters.get(name)
        if known is None or not known.is_writable or type(value) is not type(neutral(known)):
            with self._news:
                self.refused.append(name)
                self._news.notify_all()
        elif self.values.get(name) != value:
            self.tell(name, value)

    # -- what it sends

    def _send(self, address: str, value: Value | str) -> None:
        if not self.osc:
            return
        found = tuple(self.query.found.values()) if self.query is not None else ()
        for port in dict.fromkeys((self.sends_to, *found)):
            with contextlib.suppress(OSError):  # nobody listens, or it is closed just now
                self._udp.sendto(datagram(address, value), (LOOPBACK, port))

    def _live(self) -> None:
        """Frame by frame."""
        last = time.monotonic()
        while not self._over.wait(FRAME):
            now = time.monotonic()
            if self._body is not None:
                for name, value in self._body.advance(min(now - last, LAGS)).items():
                    self.tell(name, value)
                with self._news:
                    self._news.notify_all()  # it is elsewhere, also where nothing was to be told
            last = now

    def _answer(self, path: str) -> tuple[int, object]:
        """What OSCQuery is asked."""
        if "HOST_INFO" in path:
            where = {"OSC_IP": LOOPBACK, "OSC_PORT": self._told_port or self.port, "OSC_TRANSPORT": "UDP"}
            return 200, {"NAME": self._name, "EXTENSIONS": {"ACCESS": True, "VALUE": True}, **where}
        with self._news:
            avatar = tree_of(self.avatar, self.values)
        node: object = {"FULL_PATH": "/", "ACCESS": 0, "CONTENTS": {"avatar": avatar}}
        for part in filter(None, path.partition("?")[0].split("/")):
            node = node.get("CONTENTS", {}).get(part) if isinstance(node, dict) else None
        return (200, node) if node is not None else (404, b"")

    def _write(self, avatar: GameAvatar) -> None:
        path = self.folder / "OSC" / self._own.user_id / "Avatars" / f"{avatar.avatar_id}.json"
        if avatar.avatar_id.startswith("avtr_") and not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file_of(avatar))
