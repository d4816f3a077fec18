"""The recorder of the root or of a worker process, as configured."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from actors.kernel.record import Record, RecordSink
from config.files import located

if TYPE_CHECKING:
    from config.schema import Config
    from supervisor.trace.write.recorder import Recorder


class FanOut:
    """Calls `also` with each record and hands it to `recorder`, if any (actors.kernel.record.RecordSink)."""

    def __init__(self, recorder: RecordSink | None, also: Callable[[Record], None]) -> None:
        self._recorder = recorder
        self._also = also

    def append(self, record: Record) -> None:
        self._also(record)
        if self._recorder is not None:
            self._recorder.append(record)


def recorder_options(config: "Config", home: Path) -> Mapping[str, Any]:
    """How every node of an instance records, as plain data; empty for no recording."""
    trace = config.trace
    if not trace.enabled:
        return {}
    return {
        "directory": str(located(home, trace.directory)),
        "flush_interval": trace.flush_interval,
        "max_segment_size": trace.max_size,
        "max_segment_age": trace.max_age,
        "compression": trace.compression,
        "keep": trace.keep,
        "words": trace.words,
    }


def open_recorder(options: Mapping[str, Any], node: str, run: str) -> "Recorder | None":
    """The recorder of `node` in this process; None without options."""
    if not options:
        return None
    # Imported here: without a trace it is not loaded.
    from supervisor.trace.write.recorder import Recorder

    rest = dict(options)
    return Recorder(Path(rest.pop("directory")), node, run=run, **rest)
