"""Serves what is being recorded over Foxglove's WebSocket protocol, so that its app, or any client of it, shows it."""

from collections.abc import Callable
from pathlib import Path

import foxglove
import small_mcap

from supervisor.trace.read.follow import Follower, News

__all__ = ["Live"]


class Live:
    """A server on `host` and `port` (0: any that is free) of what is new in the run that `folder` gives. Raises OSError
    when it cannot listen there."""

    def __init__(self, folder: Callable[[], Path | None], host: str, port: int) -> None:
        self._context = foxglove.Context()
        self._channels: dict[tuple[str, bytes], foxglove.Channel] = {}
        self._follower = Follower(folder)
        try:
            self._server = foxglove.start_server(
                name="Gerald", host=host, port=port, context=self._context, message_backlog_size=16_384
            )
        except Exception as error:  # the SDK's own kind of error says nothing more
            raise OSError(str(error)) from None
        self.port = self._server.port
        self.url = f"ws://{host}:{self.port}"
        self.app_url = self._server.app_url() or ""
        for channel, schema in self._follower.topics():
            self._open(channel, schema)

    @property
    def topics(self) -> int:
        """How many topics are served."""
        return len(self._channels)

    def pass_on(self) -> int:
        """Send what was recorded since the last call; how many messages."""
        news = self._follower.news()
        for one in news:
            self._send(one)
        return len(news)

    def close(self) -> None:
        """Disconnect everybody."""
        self._server.stop()

    def _send(self, news: News) -> None:
        if news.channel is not None:
            self._open(news.channel, news.schema).log(news.entry.data, log_time=news.at)

    def _open(self, channel: small_mcap.Channel, schema: small_mcap.Schema | None) -> foxglove.Channel:
        """The served channel of a recorded one. Nodes record the same topics, and a new version other schemas."""
        described = bytes(schema.data) if schema is not None else b""
        key = (channel.topic, described)
        found = self._channels.get(key)
        if found is None:
            told = schema and foxglove.Schema(name=schema.name, encoding=schema.encoding, data=described)
            found = self._channels[key] = foxglove.Channel(
                channel.topic,
                message_encoding=channel.message_encoding,
                schema=told or None,
                context=self._context,
            )
        return found
