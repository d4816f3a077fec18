"""Hands records on to somebody else, too."""

from collections.abc import Callable

from actors.kernel.record import Record, RecordSink

__all__ = ["Tee"]


class Tee:
    """A recorder in front of another one, which may be missing (actors.kernel.record.Recorder)."""

    def __init__(self, recorder: RecordSink | None, also: Callable[[Record], None]) -> None:
        self._recorder = recorder
        self._also = also

    def append(self, record: Record) -> None:
        """Take note of `record`."""
        self._also(record)
        if self._recorder is not None:
            self._recorder.append(record)
