"""The thread that announces Gerald by multicast DNS, finds games, and reads what they tell of themselves."""

import asyncio
import contextlib
import ipaddress
import logging
import socket
import threading
from collections.abc import Callable
from typing import Any

import httpx
import msgspec
from zeroconf import ServiceInfo, ServiceStateChange
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from actors.kernel.message import Message
from actors.osc.internal import Announced, GameFound, GameLost, GameSilent, QueryFailed
from actors.osc.query import game
from actors.osc.query.http_server import OfferServer
from actors.osc.query.offer import Offer

QUERY, OSC = "_oscjson._tcp.local.", "_osc._udp.local."
LOOPBACK = "127.0.0.1"
MOST_GAMES = 16
_MOST_ADDRESSES = 8  # of a game: VRChat announces those of virtual networks too
_RESOLVED_WITHIN = 3000  # milliseconds
_READ_WITHIN = 5.0
_TRIES = (0.0, 1.0, 5.0, 25.0)  # seconds before each attempt to read a game

log = logging.getLogger(__name__)


def interface_towards(host: str) -> str:
    """This machine's address on the network of `host`, or on the one that multicast takes where that is here."""
    towards = "224.0.0.251" if is_here(host) else host
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect((towards, 5353))
        return str(probe.getsockname()[0])
    return LOOPBACK


def is_here(host: str) -> bool:
    """Whether `host`, an address or a name, is this machine by its looks."""
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host.lower() == "localhost"


def is_ipv4(host: str) -> bool:
    """Whether `host` is an address of IPv4, and no name."""
    with contextlib.suppress(ValueError):
        return isinstance(ipaddress.ip_address(host), ipaddress.IPv4Address)
    return False


class Discovery:
    """Runs from `start` to `stop`. post: called on its thread with what is found. interface: the one address of this
    machine that multicast goes through; VRChat counts every address as a program of its own. number: stands in every
    message, as `discovery`."""

    def __init__(
        self, offer: Offer, interface: str, post: Callable[[Message], object], number: int = 0
    ) -> None:
        self._offer = offer
        self._interface = interface
        self._number = number
        self._tell = post
        self._loop: asyncio.AbstractEventLoop | None = None
        self._over = asyncio.Event()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._thread = threading.Thread(target=self._main, name="osc query", daemon=True)

    def start(self) -> None:
        """Begin; what becomes of it is posted."""
        self._thread.start()

    def stop(self, patience: float) -> None:
        """Say goodbye to the network; at most `patience` seconds."""
        self._call(self._over.set)
        self._thread.join(patience)

    def read(self, service: str) -> None:
        """Read a game again: it has another avatar."""
        if self._loop is not None:
            self._call(lambda: self._look(service))

    def _post(self, message: Message) -> None:
        self._tell(msgspec.structs.replace(message, discovery=self._number))

    def _call(self, what: Callable[[], object]) -> None:
        if self._loop is None:
            what()  # it has not begun
            return
        with contextlib.suppress(RuntimeError):  # it has ended
            self._loop.call_soon_threadsafe(what)

    def _main(self) -> None:
        try:
            asyncio.run(self._run())
        except Exception as error:
            log.debug("OSCQuery has ended", exc_info=True)
            self._post(QueryFailed(self._offer.name, _reason(error)))

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        server = OfferServer()
        await server.start(self._offer)
        try:
            network = AsyncZeroconf(interfaces=[self._interface])
            try:
                await self._live(network, server.port)
            finally:
                await network.async_close()
        finally:
            await server.stop()

    async def _live(self, network: AsyncZeroconf, port: int) -> None:
        for service in (self._service(QUERY, port), self._service(OSC, self._offer.port)):
            # The name is this home's own: nobody else has it, and nobody needs to be asked for it.
            await network.async_register_service(service, cooperating_responders=True)
        self._post(Announced(self._offer.name, self._offer.host, port))
        async with httpx.AsyncClient(trust_env=False, timeout=_READ_WITHIN) as self._client:
            self._network = network
            browser = AsyncServiceBrowser(network.zeroconf, QUERY, handlers=[self._changed])
            await self._over.wait()
            for task in self._tasks.values():
                task.cancel()
            await browser.async_cancel()

    def _service(self, kind: str, port: int) -> ServiceInfo:
        name = self._offer.name
        address = socket.inet_aton(self._offer.host)
        return ServiceInfo(
            kind, f"{name}.{kind}", addresses=[address], port=port, server=f"{name.lower()}.local."
        )

    def _changed(self, *, name: str, state_change: ServiceStateChange, **_: Any) -> None:
        service = name.removesuffix(f".{QUERY}")
        if not game.is_game(service):
            return
        if state_change is ServiceStateChange.Removed:
            self._forget(service)
            self._post(GameLost(service))
        else:
            # A game that crashed says no goodbye: whether the others are still there is asked when one comes.
            for known in (*self._tasks, service):
                self._look(known)

    def _forget(self, service: str) -> None:
        if task := self._tasks.pop(service, None):
            task.cancel()

    def _look(self, service: str) -> None:
        if service not in self._tasks and len(self._tasks) >= MOST_GAMES:
            return
        self._forget(service)
        self._tasks[service] = asyncio.get_running_loop().create_task(self._read(service))

    async def _read(self, service: str) -> None:
        for pause in _TRIES:
            await asyncio.sleep(pause)
            try:
                self._post(await self._found(service))
            except (game.NoOscQuery, httpx.HTTPError, OSError, TimeoutError) as error:
                if pause:  # the first time it may just be starting
                    self._post(GameSilent(service, str(error) or type(error).__name__))
            else:
                return

    async def _found(self, service: str) -> GameFound:
        info = AsyncServiceInfo(QUERY, f"{service}.{QUERY}")
        if not await info.async_request(self._network.zeroconf, _RESOLVED_WITHIN) or not info.port:
            raise game.NoOscQuery("where it is could not be told")
        announced = [address for address in info.parsed_addresses() if is_ipv4(address)]
        # Last the machine itself: of several networks VRChat may announce one that leads nowhere.
        hosts = dict.fromkeys(
            (*announced[:_MOST_ADDRESSES], *((LOOPBACK,) if is_here(self._offer.host) else ()))
        )
        host, told = await self._first(hosts, info.port)
        tree = game.parameters(await self._fetch(host, info.port, "/avatar/parameters"))
        avatar_id = await self._avatar_id(host, info.port)
        return GameFound(service, host, told.osc_port, tree, avatar_id=avatar_id)

    async def _avatar_id(self, host: str, port: int) -> str:
        """What /avatar/change has said last; "" where the game does not tell it."""
        try:
            return game.avatar_id(await self._fetch(host, port, "/avatar/change"))
        except (game.NoOscQuery, httpx.HTTPError, OSError, TimeoutError):
            return ""

    async def _first(self, hosts: dict[str, None], port: int) -> tuple[str, game.HostInfo]:
        failure: Exception = game.NoOscQuery("it announces no address")
        for host in hosts:
            try:
                return host, game.host_info(await self._fetch(host, port, "/?HOST_INFO"))
            except (game.NoOscQuery, httpx.HTTPError, TimeoutError) as error:
                failure = error
        raise failure

    async def _fetch(self, host: str, port: int, target: str) -> bytes:
        data = bytearray()
        async with (
            asyncio.timeout(_READ_WITHIN),
            self._client.stream("GET", f"http://{host}:{port}{target}") as response,
        ):
            if response.status_code != 200:
                raise game.NoOscQuery(f"{target} is answered with {response.status_code}")
            async for part in response.aiter_bytes():
                data += part
                if len(data) > game.MOST_BYTES:
                    raise game.NoOscQuery(f"{target} is larger than {game.MOST_BYTES >> 20} MB")
        return bytes(data)


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
