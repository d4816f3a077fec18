"""`trace`: the record of every handled message."""

from typing import Literal

from config.schema.section import Section, Size, setting


class Tracing(Section, key="trace", about="The record of every message.", place=110):
    """The record of every handled message."""

    enabled: bool = setting(True, "Whether messages are recorded.", reload="restart", restarts=("all",))
    words: Literal["keep", "drop"] = setting(
        "keep", "Whether the trace holds what people said.", reload="restart", restarts=("all",)
    )
    directory: str = setting(
        "data/traces",
        "The folder of the traces, relative to the home.",
        reload="restart",
        restarts=("all",),
        min_length=1,
    )
    max_size: Size = setting(
        64_000_000,
        "A segment ends at this size.",
        unit="bytes",
        reload="restart",
        restarts=("all",),
        ge=100_000,
        le=10**12,
    )
    max_age: float = setting(
        3600.0,
        "A segment ends at this age.",
        unit="s",
        reload="restart",
        restarts=("all",),
        ge=1.0,
        le=604800.0,
    )
    keep: Size = setting(
        2_000_000_000,
        "All segments together; the oldest go first.",
        unit="bytes",
        reload="restart",
        restarts=("all",),
        ge=1_000_000,
        le=10**13,
    )
    flush_interval: float = setting(
        0.1,
        "At most this much is lost when the process is killed.",
        unit="s",
        reload="restart",
        restarts=("all",),
        ge=0.01,
        le=10.0,
    )
    compression: Literal["zstd", "lz4", "none"] = setting(
        "zstd", "How segments are compressed.", reload="restart", restarts=("all",)
    )
