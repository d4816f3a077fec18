"""`osc.query`: Gerald finds the game, and the game Gerald, without a port that anybody types.

VRChat sends everything to whoever is announced by OSCQuery and takes /avatar/change. Where it cannot be used, all works
as before: VRChat sends to osc.input_port, its default, and takes OSC at osc.output_port."""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from actors.kernel.actor import Actor, AskFailed, Reply, handles
from actors.kernel.protocol.lifecycle import Health
from actors.osc.internal import (
    AnnounceAgain,
    Announced,
    GameFound,
    GameLost,
    GameSilent,
    QueryFailed,
    ReadAgain,
)
from actors.osc.messages import (
    OSC_GAME,
    OSC_RECEIVER,
    AvatarLoaded,
    AvatarRead,
    Games,
    GetGames,
    GetOscStatistics,
    HearAnnounced,
    OscStatistics,
    PortOpened,
)
from actors.osc.query.choice import FoundGame, ours, summary
from actors.osc.query.offer import Offer
from actors.vocabulary.backoff import Backoff
from config.schema import Osc

if TYPE_CHECKING:
    from actors.osc.query.discovery import Discovery

RETRY = Backoff(5.0, 300.0)  # until multicast DNS that failed is tried again
STOP_PATIENCE = 2.0
READ_AGAIN = (
    3.0  # seconds after an avatar was loaded: until then the game's tree may be that of the one before
)
_ANSWERED_WITHIN = 10.0
_EVERYWHERE = "0.0.0.0"


def service_name(home: Path) -> str:
    """What Gerald in this home is called on the network: the same after every start, another one in every home."""
    return f"Gerald-{hashlib.blake2s(os.fsencode(home.resolve()), digest_size=3).hexdigest().upper()}"


class OscQuery(Actor):
    """interface: the address of this machine through which multicast goes; "" chooses it."""

    def __init__(self, osc: Osc, home: Path, interface: str = "") -> None:
        self._osc = osc
        self._name = service_name(home)
        self._interface = interface
        self._port = 0
        self._address = ""
        self._games: dict[str, FoundGame] = {}
        self._silent: dict[str, str] = {}
        self._discovery: Discovery | None = None
        self._number = 0
        self._failures = 0
        self._again = 0
        self._told_game = AvatarRead("")
        self._said: tuple[Health, str, str] | None = None

    def on_start(self) -> None:
        self.ask(OSC_RECEIVER, GetOscStatistics(), "on_statistics", within=_ANSWERED_WITHIN)

    def on_stop(self) -> None:
        self._end()

    def commit(self, sections: Mapping[str, Any]) -> bool:
        before, self._osc = self._osc, sections["osc"]
        if (before.output_host, before.input_host) != (self._osc.output_host, self._osc.input_host):
            self._begin()
        else:
            self._tell()
        return True

    def on_statistics(self, answer: Reply | AskFailed) -> None:
        """A receiver that does not answer tells of its port when it has one."""
        if isinstance(answer, Reply) and isinstance(answer.message, OscStatistics):
            self._use(answer.message.announced_port)

    @handles
    def on_port_opened(self, message: PortOpened) -> None:
        self._use(message.port)

    def _use(self, port: int) -> None:
        if port and port != self._port:
            self._port = port
            self._begin()
        elif port:
            self._tell()  # a receiver that begins anew has forgotten what it was told

    @handles
    def on_announce_again(self, _: AnnounceAgain) -> None:
        if self._discovery is None:
            self._begin()

    def _begin(self) -> None:
        """Announce anew: with another port, or towards another network."""
        # Imported here: whoever has switched OSCQuery off does not pay for it.
        from actors.osc.query.discovery import LOOPBACK, Discovery, interface_towards, is_here, is_ipv4

        self._end()
        interface = self._interface or interface_towards(self._osc.output_host)
        host = self._osc.input_host
        if not is_ipv4(host) or host == _EVERYWHERE:  # VRChat sends to one address, of IPv4
            host = LOOPBACK if is_here(self._osc.output_host) or is_here(host) else interface
        self._number += 1
        self._discovery = Discovery(Offer(self._name, host, self._port), interface, self.post, self._number)
        self._discovery.start()

    def _end(self) -> None:
        if self._discovery is not None:
            self._discovery.stop(STOP_PATIENCE)
        self._discovery = None
        self._address = ""
        self._games, self._silent = {}, {}

    # -- what is found; one that has ended may still have been telling something

    @handles
    def on_announced(self, message: Announced) -> None:
        if self._is_old(message):
            return
        self._address = f"http://{message.host}:{message.port}"
        self._failures = 0
        self._tell()

    @handles
    def on_failed(self, message: QueryFailed) -> None:
        if self._is_old(message):
            return
        self._end()
        self._failures += 1
        self.after(RETRY.pause(self._failures), AnnounceAgain())
        self._tell(f"OSCQuery cannot be used here ({message.why})")

    @handles
    def on_game_found(self, message: GameFound) -> None:
        if self._is_old(message):
            return
        self._silent.pop(message.name, None)
        found = FoundGame(message.host, message.osc_port, message.parameters, message.avatar_id)
        self._games[message.name] = found
        self._tell()

    @handles
    def on_game_silent(self, message: GameSilent) -> None:
        if self._is_old(message):
            return
        self._games.pop(message.name, None)
        self._silent[message.name] = message.why
        self._tell()

    @handles
    def on_game_lost(self, message: GameLost) -> None:
        if self._is_old(message):
            return
        self._games.pop(message.name, None)
        self._silent.pop(message.name, None)
        self._tell()

    @handles
    def on_avatar_loaded(self, _: AvatarLoaded) -> None:
        """Another avatar has other parameters."""
        self._told_game = AvatarRead("")
        self._read()
        self.cancel(self._again)
        self._again = self.after(READ_AGAIN, ReadAgain())

    @handles
    def on_read_again(self, _: ReadAgain) -> None:
        self._read()

    def _read(self) -> None:
        if self._discovery is not None and (mine := self._ours()):
            self._discovery.read(mine)

    @handles
    def on_get_games(self, _: GetGames) -> None:
        mine = self._ours()
        games = {name: f"{game.host}:{game.osc_port}" for name, game in self._games.items()}
        game = self._games[mine] if mine else FoundGame("", 0)
        name = self._name if self._address else ""
        self.reply(Games(name, self._address, games, mine, game.parameters, game.avatar_id))

    def _is_old(self, message: Announced | QueryFailed | GameFound | GameSilent | GameLost) -> bool:
        return message.discovery != self._number

    # -- what is told

    def _ours(self) -> str:
        return ours(self._games, self._osc.output_port)

    def _tell(self, trouble: str = "") -> None:
        # Games of one machine cannot be told apart by what they send: each also sends to a port of its own.
        self.tell(OSC_RECEIVER, HearAnnounced(len(self._games) <= 1))
        self._tell_avatar()
        port = self._osc.input_port
        if trouble:
            remedy = "allow UDP port 5353 in the firewall, or set osc.query: off; it is tried again by itself"
            self._say(Health.DEGRADED, f"{trouble}: VRChat can be heard on UDP port {port} only", remedy)
        elif self._silent and not self._games:
            name, why = next(iter(self._silent.items()))
            remedy = "nothing to do if VRChat is heard; else allow its program in the firewall"
            self._say(Health.OK, f"{name} is announced and cannot be asked: {why}", remedy)
        else:
            self._say(Health.OK, summary(self._name, self._games, self._osc.output_port, port))

    def _tell_avatar(self) -> None:
        mine = self._ours()
        game = self._games.get(mine, FoundGame("", 0))
        read = AvatarRead(mine, game.avatar_id, game.parameters)
        if read != self._told_game:
            self._told_game = read
            self.tell(OSC_GAME, read)

    def _say(self, health: Health, reason: str, remedy: str = "") -> None:
        if self._said != (health, reason, remedy):
            self._said = (health, reason, remedy)
            self.health(health, reason, remedy)
