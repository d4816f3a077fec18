"""The home's end of connections to the server of a model that runs on a host."""

import contextlib
import socket
import threading
from urllib.parse import urlsplit

import msgspec

from actors.kernel.message import Envelope
from actors.llm.messages import LocalModelReady
from supervisor.hosts.streams import MOST, Streams
from supervisor.nodes.link import Link

HERE = "127.0.0.1"


class Tunnel:
    """Listens on 127.0.0.1 once a model was announced, and carries what comes to the host. Close it in the end."""

    def __init__(self) -> None:
        self._streams: Streams | None = None
        self._listener: socket.socket | None = None

    def send_on(self, link: Link) -> None:
        """The channel, which is open from now on."""
        self._streams = Streams(link)

    def take(self, body: bytes) -> None:
        """A STREAM from the host."""
        if self._streams is not None:
            self._streams.take(body)

    def readdressed(self, envelope: Envelope) -> Envelope:
        """The envelope; one that says where a model is says where it is reached here."""
        message = envelope.message
        if not isinstance(message, LocalModelReady):
            return envelope
        path = urlsplit(message.base_url).path
        here = msgspec.structs.replace(message, base_url=f"http://{HERE}:{self._port()}{path}")
        return msgspec.structs.replace(envelope, message=here)

    def close(self) -> None:
        if (listener := self._listener) is not None:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)  # ends the accept of its thread
            listener.close()
        if self._streams is not None:
            self._streams.close()

    def _port(self) -> int:
        if self._listener is None:
            self._listener = socket.create_server((HERE, 0), backlog=MOST)
            threading.Thread(target=self._accept, args=(self._listener,), name="tunnel", daemon=True).start()
        port: int = self._listener.getsockname()[1]
        return port

    def _accept(self, listener: socket.socket) -> None:
        streams = self._streams
        with contextlib.suppress(OSError):
            while streams is not None:
                connection, _ = listener.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                streams.begin(connection)
