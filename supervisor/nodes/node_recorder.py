"""The recorder of the root or of a worker process, as configured."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from config.schema import Config
    from supervisor.trace.write.recorder import Recorder

__all__ = ["open_recorder", "recorder_options"]


def recorder_options(config: "Config", home: Path) -> Mapping[str, Any]:
    """How every node of an instance records, as plain data; empty for no recording."""
    trace = config.trace
    if not trace.enabled:
        return {}
    return {
        "directory": str(home / trace.directory),
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
