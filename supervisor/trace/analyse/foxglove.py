"""Serves what is being recorded over Foxglove's WebSocket protocol, for its app or any other client."""

from collections.abc import Callable
from pathlib import Path

import foxglove
import small_mcap

from supervisor.trace.read.follow import Follower


class Live:
    """A server on `host` and `port` (0: any free one) of what is new in the run in `folder()`. Raises OSError.

    context: holds the channels of other sources too. Those that stand in it before the server is started are known to
    it when the first client comes; the SDK can refuse a subscription to a channel that is being added just then.
    """

    def __init__(
        self, context: foxglove.Context, folder: Callable[[], Path | None], host: str, port: int
    ) -> None:
        self._context = context
        self._channels: dict[tuple[str, bytes], foxglove.Channel] = {}
        self._follower = Follower(folder)
        for channel, schema in self._follower.topics():
            self._open(channel, schema)
        try:
            self._server = foxglove.start_server(
                name="Gerald", host=host, port=port, context=self._context, message_backlog_size=16_384
            )
        except Exception as error:  # the SDK's own kind of error says nothing more
            raise OSError(str(error)) from None
        self.port = self._server.port
        self.url = f"ws://{host}:{self.port}"
        self.app_url = self._server.app_url() or ""

    @property
    def topics(self) -> int:
        return len(self._channels)

    def pass_on(self) -> int:
        """Send what was recorded since the last call; returns how many messages."""
        news = self._follower.news()
        for one in news:
            if one.channel is not None:
                self._open(one.channel, one.schema).log(one.entry.data, log_time=one.at)
        return len(news)

    def close(self) -> None:
        self._server.stop()

    def _open(self, channel: small_mcap.Channel, schema: small_mcap.Schema | None) -> foxglove.Channel:
        """The served channel for a recorded one: shared by nodes, but not by versions with other schemas."""
        described = bytes(schema.data) if schema is not None else b""
        key = (channel.topic, described)
        if key not in self._channels:
            shape = schema and foxglove.Schema(name=schema.name, encoding=schema.encoding, data=described)
            self._channels[key] = foxglove.Channel(
                channel.topic,
                message_encoding=channel.message_encoding,
                schema=shape or None,
                context=self._context,
            )
        return self._channels[key]
