"""The server that a worker on this machine runs, for its home alone: connections to it come by the worker's channel."""

import socket
from urllib.parse import urlsplit

from actors.kernel.errors import MessageError
from actors.kernel.message import decode
from actors.llm.messages import LOCAL_LLM, LocalModelReady
from supervisor.hosts.streams import Streams
from supervisor.nodes.link import Link

HERE = "127.0.0.1"
CONNECTS_WITHIN = 5.0


class Served:
    """The home reaches the one port on 127.0.0.1 that the worker has announced, and no other."""

    def __init__(self, address: str, channel: Link) -> None:
        self._serves = address.partition("/")[0] == LOCAL_LLM
        self._port = 0
        self._streams = Streams(channel, self._connect)

    def notice(self, mail: bytes) -> None:
        """Look whether the worker says where it serves."""
        if not self._serves:
            return
        try:
            message = decode(mail).message
        except MessageError:
            return
        if isinstance(message, LocalModelReady):
            self._port = urlsplit(message.base_url).port or 0

    def take(self, body: bytes) -> None:
        """A STREAM from the home."""
        self._streams.take(body)

    def close(self) -> None:
        self._streams.close()

    def _connect(self) -> socket.socket:
        if not self._port:
            raise OSError("nothing is served")
        connection = socket.create_connection((HERE, self._port), CONNECTS_WITHIN)
        connection.settimeout(None)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection
