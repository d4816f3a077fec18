"""The actor that receives from VRChat: parameters, avatar changes and tracking become messages to subscribers."""

import contextlib
import threading
from collections.abc import Iterable, Mapping
from typing import Any

from actors.kernel.actor import Actor, handles
from actors.kernel.message import Message
from actors.kernel.protocol.lifecycle import Health
from actors.osc import sockets
from actors.osc.datagram_queue import DatagramQueue
from actors.osc.internal import FindHost, FriendsFound, OpenPort, ReaderFailed
from actors.osc.listener import OscListener
from actors.osc.messages import (
    OSC_QUERY,
    AvatarLoaded,
    GetOscStatistics,
    HearAnnounced,
    ParametersChanged,
    PortOpened,
    SubscribeParameters,
    TrackingChanged,
)
from actors.osc.parameters import Meanings, meanings
from actors.osc.subscriptions import Subscriptions
from actors.osc.wire import addresses_of, is_address
from actors.vocabulary.backoff import Backoff
from config.schema import Behaviour, Osc

LOOK_UP_AGAIN = 60.0  # seconds until a name is looked up once more: its address may change
RETRY = Backoff(2.0, 30.0)  # until a port that could not be opened is tried again
STOP_PATIENCE = 0.5


def friends_at(host: str) -> tuple[str, ...]:
    """The addresses of osc.output_host as far as they are known without looking its name up."""
    return (host,) if is_address(host) else ()


class Receiver(Actor):
    """Reads osc.input_port on its own thread, and with osc.query a free port that is announced. If the first is taken
    and no game has found the second, the actor is DEGRADED, and does not fail.

    It accepts datagrams of this machine and of osc.output_host (VRChat's), and counts all others.
    subscribers: the subscriptions that the supervision tree declares; they count from the start on. behaviour: says
    whether the body is to be felt."""

    def __init__(
        self,
        osc: Osc,
        subscribers: Iterable[tuple[str, Iterable[str]]] = (),
        behaviour: Behaviour | None = None,
    ) -> None:
        self._osc = osc
        self._feels = behaviour is not None and behaviour.movement.enabled
        self._subscriptions = Subscriptions(subscribers)
        self._friends = friends_at(osc.output_host)
        self._queue = DatagramQueue(self._meanings, self._friends)
        self._deaf_to = ""
        self._foreign = ""
        self._look_up = 0
        self._listener: OscListener | None = None
        self._port: sockets.Port | None = None
        self._announced: sockets.Port | None = None
        self._failures = 0
        self._complaint = ""
        self._refused = ("", "")

    def on_start(self) -> None:
        self._open()
        self._find_friends()

    def on_stop(self) -> None:
        self._release()

    def release(self) -> None:
        """After a crash the port stays open, for a successor that need not wait for this reader."""
        if self._listener is not None:
            self._listener.end()

    def commit(self, sections: Mapping[str, Any]) -> bool:
        """The port itself changes by a restart."""
        host, self._osc = self._osc.output_host, sections.get("osc", self._osc)
        if "behaviour" in sections:
            self._feels = sections["behaviour"].movement.enabled
        if self._osc.output_host != host:
            self._friends = friends_at(self._osc.output_host)
            self._find_friends()
        self._queue.choose(self._meanings, self._friends)
        return True

    @property
    def _meanings(self) -> Meanings:
        """What is announced: a body that is to be moved has to be felt."""
        return meanings(self._osc, feels=self._feels)

    @handles
    def on_open_port(self, _: OpenPort) -> None:
        if self._port is None:
            self._open()

    @handles
    def on_find_host(self, _: FindHost) -> None:
        self._find_friends()

    @handles
    def on_friends_found(self, message: FriendsFound) -> None:
        if message.host == self._osc.output_host:
            self._friends = message.addresses or self._friends
            self._queue.choose(self._meanings, self._friends)
            self._report_friend(found=bool(self._friends))
            self.cancel(self._look_up)
            self._look_up = self.after(LOOK_UP_AGAIN, FindHost())

    def _find_friends(self) -> None:
        """Looking a name up may take seconds."""
        host = self._osc.output_host
        if is_address(host):
            self._report_friend(found=True)
        else:
            threading.Thread(
                target=lambda: self.post(FriendsFound(host, addresses_of(host))),
                name="osc look-up",
                daemon=True,
            ).start()

    def _report_friend(self, *, found: bool) -> None:
        """Who cannot hear the host where VRChat runs is not well."""
        self._deaf_to = "" if found else self._osc.output_host
        if self._port is not None:
            self._report_listening()

    def _report_listening(self) -> None:
        reason, remedy = "", ""
        if self._deaf_to:
            reason = f"osc.output_host {self._deaf_to!r} is not found: VRChat there is not heard"
            remedy = "write the IP address of VRChat's machine there"
        elif self._foreign:
            reason = f"what {self._foreign} sends is refused: only this machine and osc.output_host may"
            remedy = f"if VRChat runs there, set osc.output_host to {self._foreign}"
        if reason and reason != self._complaint:
            self.health(Health.DEGRADED if self._deaf_to else Health.OK, reason, remedy)
        elif self._complaint and not reason:
            self.health(Health.OK)
        self._complaint = reason

    @handles
    def on_reader_failed(self, message: ReaderFailed) -> None:
        if message.owner == id(self._listener):
            self._release()
            remedy = f"nothing to do: UDP port {self._osc.input_port} is opened again by itself"
            self._complain(Health.DEGRADED, message.why, remedy)
            self._failures += 1
            self.after(RETRY.pause(self._failures), OpenPort())

    @handles
    def on_parameters_changed(self, message: ParametersChanged) -> None:
        self._announce(message)

    @handles
    def on_avatar_loaded(self, message: AvatarLoaded) -> None:
        self._announce(message)

    @handles
    def on_tracking_changed(self, message: TrackingChanged) -> None:
        self._announce(message)

    @handles
    def on_subscribe(self, message: SubscribeParameters) -> None:
        self._subscriptions.put(message.address or self.sender(), message.patterns)

    @handles
    def on_get_statistics(self, _: GetOscStatistics) -> None:
        port, announced = (sockets.number_of(one) if one else 0 for one in (self._port, self._announced))
        bound = self._port or self._announced
        counted = self._queue.statistics(port, announced, sockets.address_of(bound) if bound else "")
        self.reply(counted)
        if counted.foreign_host != self._foreign:
            self._foreign = counted.foreign_host
            if self._port is not None:
                self._report_listening()

    @handles
    def on_hear_announced(self, message: HearAnnounced) -> None:
        self._queue.hears_announced = message.on
        self._report_if_refused()

    def _report_if_refused(self) -> None:
        """While the default port is another program's, whether VRChat is heard depends on what comes to the other."""
        if self._port is None and self._announced is not None:
            self._report_port(self._refused)

    def _announce(self, message: Message) -> None:
        self._report_if_refused()
        for address, part in self._subscriptions.parts(message):
            self.tell(address, part)
        if self._listener is not None:
            self._listener.handled()

    def _open(self) -> None:
        host, number, address = self._osc.input_host, self._osc.input_port, self.context.address
        listener = OscListener(self._queue, self.post, lambda why: self.post(ReaderFailed(id(listener), why)))
        self._port = self._announced = None
        refused = ("", "")
        try:
            self._port = sockets.take(address, host, number, listener)
        except OSError as error:
            refused = sockets.reason_and_remedy(host, number, error)
        if self._osc.is_announced:
            # A port of its own: other programs that VRChat sends to may have theirs.
            with contextlib.suppress(OSError):  # whatever it is, it was said about the other one
                self._announced = sockets.take(f"{address} announced", host, 0, listener)
        self._listen(listener, refused)

    def _listen(self, listener: OscListener, refused: tuple[str, str]) -> None:
        ports = []
        if self._announced is not None:  # first: what comes to both counts there
            ports.append((self._announced, self._queue.take_announced))
        if self._port is not None:
            ports.append((self._port, self._queue.take_default))
        self._listener = listener if ports else None
        if ports:
            listener.start(*ports)
        if self._announced is not None:
            self.tell(OSC_QUERY, PortOpened(sockets.number_of(self._announced)))
        self._report_port(refused)
        if self._port is not None:
            self._failures = 0
        else:
            self._failures += 1
            self.after(RETRY.pause(self._failures), OpenPort())

    def _report_port(self, refused: tuple[str, str]) -> None:
        self._refused = refused
        reason, remedy = refused
        if not reason:
            self._complaint = ""
            self.health(Health.OK)
            self._report_listening()
        elif self._announced is not None and self._queue.announced_is_heard:
            self._complain(Health.OK, f"{reason}; VRChat is heard by OSCQuery", remedy)
        elif self._announced is not None:
            self._complain(Health.DEGRADED, f"{reason}; nothing has come by OSCQuery", remedy)
        else:
            self._complain(Health.DEGRADED, reason, remedy)

    def _release(self) -> None:
        if self._listener is not None:
            self._listener.end()
        for port in (self._port, self._announced):
            if port is not None and self._listener is not None:
                sockets.release(port, self._listener, STOP_PATIENCE)
        self._port = self._announced = self._listener = None

    def _complain(self, health: Health, reason: str, remedy: str) -> None:
        if reason != self._complaint:
            self._complaint = reason
            self.health(health, reason, remedy)
