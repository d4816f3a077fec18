"""Hands records to two recorders."""

from collections.abc import Callable

from actors.kernel.record import Record, RecordSink

__all__ = ["FanOut"]


class FanOut:
    """Calls `also`, and hands on to `recorder`, which may be missing (actors.kernel.record.RecordSink)."""

    def __init__(self, recorder: RecordSink | None, also: Callable[[Record], None]) -> None:
        self._recorder = recorder
        self._also = also

    def append(self, record: Record) -> None:
        """Take note of `record`."""
        self._also(record)
        if self._recorder is not None:
            self._recorder.append(record)
