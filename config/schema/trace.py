"""`trace`: the record of every handled message."""

from functools import partial
from typing import Literal

from config.schema.section import Section, Size, setting

_setting = partial(setting, restarts=("all",))


class Tracing(Section, key="trace", about="The record of every message.", place=110):
    """The record of every handled message."""

    enabled: bool = _setting(True, "Whether messages are recorded.")
    words: Literal["keep", "drop"] = _setting("keep", "Whether the trace holds what people said.")
    directory: str = _setting("data/traces", "The folder of the traces, relative to the home.", min_length=1)
    max_size: Size = _setting(64_000_000, "A segment ends at this size.", unit="bytes", ge=100_000, le=10**12)
    max_age: float = _setting(3600.0, "A segment ends at this age.", unit="s", ge=1.0, le=604800.0)
    keep: Size = _setting(
        2_000_000_000, "All segments together; the oldest go first.", unit="bytes", ge=1_000_000, le=10**13
    )
    flush_interval: float = _setting(
        0.1, "At most this much is lost when the process is killed.", unit="s", ge=0.01, le=10.0
    )
    compression: Literal["zstd", "lz4", "none"] = _setting("zstd", "How segments are compressed.")
