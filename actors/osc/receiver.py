"""The actor that receives from VRChat: parameters, avatar changes and tracking become messages to subscribers."""

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
    AvatarLoaded,
    GetOscStatistics,
    ParametersChanged,
    SubscribeParameters,
    TrackingChanged,
)
from actors.osc.subscriptions import Subscriptions
from actors.osc.wire import addresses_of, is_address
from actors.vocabulary.backoff import Backoff
from config.schema import Osc

LOOK_UP_AGAIN = 60.0  # seconds until a name is looked up once more: its address may change
RETRY = Backoff(2.0, 30.0)  # until a port that could not be opened is tried again
STOP_PATIENCE = 0.5


def friends_at(host: str) -> tuple[str, ...]:
    """The addresses of osc.output_host as far as they are known without looking its name up."""
    return (host,) if is_address(host) else ()


class Receiver(Actor):
    """Reads osc.input_port on its own thread. If the port is taken, the actor is DEGRADED, and does not fail.

    It accepts datagrams of this machine and of osc.output_host (VRChat's), and counts all others.
    subscribers: the subscriptions that the supervision tree declares; they count from the start on."""

    def __init__(self, osc: Osc, subscribers: Iterable[tuple[str, Iterable[str]]] = ()) -> None:
        self._osc = osc
        self._subscriptions = Subscriptions(subscribers)
        self._friends = friends_at(osc.output_host)
        self._queue = DatagramQueue(osc.enabled_events, self._friends)
        self._deaf_to = ""
        self._look_up = 0
        self._listener: OscListener | None = None
        self._port: sockets.Port | None = None
        self._failures = 0
        self._complaint = ""

    def on_start(self) -> None:
        self._open()
        self._find_friends()

    def on_stop(self) -> None:
        self._release()

    def commit(self, sections: Mapping[str, Any]) -> bool:
        """The port itself changes by a restart."""
        host, self._osc = self._osc.output_host, sections["osc"]
        if self._osc.output_host != host:
            self._friends = friends_at(self._osc.output_host)
            self._find_friends()
        self._queue.choose(self._osc.enabled_events, self._friends)
        return True

    @handles
    def on_open_port(self, _: OpenPort) -> None:
        if self._listener is None:
            self._open()

    @handles
    def on_find_host(self, _: FindHost) -> None:
        self._find_friends()

    @handles
    def on_friends_found(self, message: FriendsFound) -> None:
        if message.host == self._osc.output_host:
            self._friends = message.addresses or self._friends
            self._queue.choose(self._osc.enabled_events, self._friends)
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
        if self._listener is not None:
            self._report_listening()

    def _report_listening(self) -> None:
        reason = (
            f"osc.output_host {self._deaf_to!r} is not found: VRChat there is not heard"
            if self._deaf_to
            else ""
        )
        if reason and reason != self._complaint:
            self.health(Health.DEGRADED, reason, "write the IP address of VRChat's machine there")
        elif self._complaint and not reason:
            self.health(Health.OK)
        self._complaint = reason

    @handles
    def on_reader_failed(self, message: ReaderFailed) -> None:
        if message.owner == id(self._listener):
            self._release()
            self._degrade(
                message.why, f"nothing to do: UDP port {self._osc.input_port} is opened again by itself"
            )

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
        self.reply(self._queue.statistics(sockets.number_of(self._port) if self._port else 0))

    def _announce(self, message: Message) -> None:
        for address, part in self._subscriptions.parts(message):
            self.tell(address, part)
        if self._listener is not None:
            self._listener.handled()

    def _open(self) -> None:
        host, number, address = self._osc.input_host, self._osc.input_port, self.context.address
        listener = OscListener(self._queue, self.post, lambda why: self.post(ReaderFailed(id(listener), why)))
        try:
            self._port = sockets.take(address, host, number, listener)
        except OSError as error:
            self._degrade(*sockets.reason_and_remedy(host, number, error))
            return
        self._listener = listener
        listener.start(self._port)
        self._failures = 0
        self._complaint = ""
        self.health(Health.OK)
        self._report_listening()

    def _release(self) -> None:
        if self._port is not None and self._listener is not None:
            sockets.release(self._port, self._listener, STOP_PATIENCE)
        self._port = self._listener = None

    def _degrade(self, reason: str, remedy: str) -> None:
        if reason != self._complaint:
            self._complaint = reason
            self.health(Health.DEGRADED, reason, remedy)
        self._failures += 1
        self.after(RETRY.pause(self._failures), OpenPort())
