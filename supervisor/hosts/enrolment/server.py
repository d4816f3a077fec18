"""Waits at the home for whoever holds the invitation. Nothing listens before, nor afterwards."""

import contextlib
import os
import selectors
import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from supervisor.hosts.enrolment.desk import Desk
from supervisor.hosts.enrolment.messages import (
    NONCE,
    Claim,
    Denial,
    Denied,
    Hello,
    Kept,
    NotUnderstood,
    Welcome,
    decode_to_home,
    encode,
)
from supervisor.hosts.enrolment.stream import Stream, StreamLost, hang_up
from supervisor.hosts.enrolment.ticket import Phase, Ticket
from supervisor.hosts.identity.identity import Identity

WITHIN = 15.0
"""Seconds for all of a connection."""
MOST = 16
"""Connections at a time, and of one address:"""
MOST_EACH = 4
_LOOKS = 0.5
"""Seconds after which the end of the invitation is noticed at the latest."""
_ENDS_WITHIN = 2.0


@dataclass(frozen=True, slots=True)
class Event:
    """What whoever invited is told. what: connected, refused, lost, joined. address: of the other machine."""

    what: str
    address: str
    text: str = ""
    tries_left: int = 0


class EnrolmentServer:
    """Listens from the start; `wait` returns when the invitation is over. tell: called on the threads of connections.

    Raises OSError where it cannot listen."""

    def __init__(
        self,
        desk: Desk,
        identity: Identity,
        address: str,
        port: int,
        tell: Callable[[Event], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._desk, self._tell, self._clock = desk, tell, clock
        self._authority = identity.authority.read_bytes()
        self._shown = ssl.PEM_cert_to_DER_cert(identity.certificate.read_text(encoding="ascii"))
        self._context = _context(identity)
        self._listening = _listen(address, port)
        self._listening.setblocking(False)  # who has gone before being taken holds nobody up
        self.port: int = self._listening.getsockname()[1]
        self._wake, self._woken = socket.socketpair()
        self._lock = threading.Lock()
        self._guests: dict[threading.Thread, socket.socket] = {}
        self._from = Counter[str]()
        self.turned_away = 0
        """Connections that were not looked at, since there were too many."""

    def wait(self, on_look: Callable[[Ticket], None] = lambda ticket: None) -> Phase:
        """How the invitation ended. on_look: called twice a second."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._listening, selectors.EVENT_READ)
            selector.register(self._woken, selectors.EVENT_READ)
            while not (ticket := self._desk.ticket).is_over:
                on_look(ticket)
                for key, _ in selector.select(_LOOKS):
                    if key.fileobj is self._woken:
                        self._woken.recv(64)
                    else:
                        self._take()
        return ticket.phase

    def close(self) -> None:
        """Listen no more, and end every connection."""
        self._listening.close()
        with self._lock:
            guests = dict(self._guests)
        for connected in guests.values():
            hang_up(connected)
        until = self._clock() + _ENDS_WITHIN
        for guest in guests:
            guest.join(max(0.0, until - self._clock()))
        self._wake.close()
        self._woken.close()

    def _take(self) -> None:
        try:
            connected, peer = self._listening.accept()
        except OSError:
            return
        address = str(peer[0])
        deadline = self._clock() + WITHIN
        with self._lock:
            if len(self._guests) >= MOST or self._from[address] >= MOST_EACH:
                self.turned_away += 1
                connected.close()
                return
            guest = threading.Thread(
                target=self._serve, args=(connected, address, deadline), name="enrolment", daemon=True
            )
            self._guests[guest] = connected
            self._from[address] += 1
        guest.start()

    def _serve(self, connected: socket.socket, address: str, deadline: float) -> None:
        try:
            self._enrol(connected, address, deadline)
        except (OSError, ValueError) as error:  # a TLS handshake that fails, in any of many ways
            self._tell(Event("lost", address, _reason(error)))
        finally:
            hang_up(connected)
            with self._lock:
                self._guests.pop(threading.current_thread(), None)
                self._from[address] -= 1
            with contextlib.suppress(OSError):
                self._wake.send(b"1")

    def _enrol(self, connected: socket.socket, address: str, deadline: float) -> None:
        connected.settimeout(max(0.01, deadline - self._clock()))
        secured = self._context.wrap_socket(connected, server_side=True, do_handshake_on_connect=False)
        with secured:
            with self._lock:
                self._guests[threading.current_thread()] = secured
            secured.do_handshake()
            stream, nonce = Stream(secured, deadline, self._clock), os.urandom(NONCE)
            try:
                stream.send(encode(Hello(self._authority, nonce)))
                claim = decode_to_home(stream.receive())
                if not isinstance(claim, Claim):
                    raise NotUnderstood("it spoke out of turn")
                self._decide(stream, claim, nonce, address)
            except (StreamLost, NotUnderstood) as error:
                self._tell(Event("lost", address, str(error)))
            finally:
                hang_up(secured)

    def _decide(self, stream: Stream, claim: Claim, nonce: bytes, address: str) -> None:
        answer = self._desk.answer(claim, self._shown, nonce)
        if isinstance(answer, Denied):
            self._deny(stream, answer, address)
            return
        try:
            self._tell(Event("connected", address))
            stream.send(encode(answer))
            if not isinstance(decode_to_home(stream.receive()), Kept):
                raise NotUnderstood("it spoke out of turn")
        except BaseException:
            self._desk.give_back()
            raise
        if denied := self._desk.admit(answer.certificate):
            self._deny(stream, denied, address)
            return
        lacking = ", ".join(answer.lacking)
        self._tell(Event("joined", address, f"it lacks {lacking}" if lacking else ""))
        with contextlib.suppress(StreamLost):
            stream.send(encode(Welcome()))
        self._desk.spend()  # not before: the end of it ends every connection

    def _deny(self, stream: Stream, denied: Denied, address: str) -> None:
        what = "; ".join(f"{one.what}: {one.remedy}" for one in denied.mismatches) or denied.text
        left = self._desk.ticket.tries_left if denied.why is Denial.WRONG_SECRET else 0
        self._tell(Event("refused", address, what, left))
        with contextlib.suppress(StreamLost):
            stream.send(encode(denied))


def _context(identity: Identity) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.num_tickets = 0
    context.load_cert_chain(identity.certificate, identity.key)
    return context


def _listen(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    if address == "::":
        return socket.create_server(
            (address, port), family=family, dualstack_ipv6=socket.has_dualstack_ipv6()
        )
    return socket.create_server((address, port), family=family)


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "it took too long"
    if isinstance(error, ssl.SSLError):
        return "it does not speak TLS 1.3 as a host does"
    return str(getattr(error, "strerror", None) or "the connection broke")
