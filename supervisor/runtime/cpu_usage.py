"""How much processor time each actor has used."""

import threading
from collections import defaultdict
from collections.abc import Mapping, Sequence

import psutil


def with_cpu(rows: Sequence[Mapping[str, object]]) -> tuple[Mapping[str, object], ...]:
    """Rows of a status, each with `cpu`: seconds used by the actor's threads in this process, or by its own process."""
    here = by_address(_threads())
    return tuple({**row, "cpu": round(_used(row, here), 3)} for row in rows)


def by_address(threads: Sequence[tuple[str, float]]) -> Mapping[str, float]:
    """Seconds by actor, from (name, seconds) of threads. A thread's name begins with its actor's address and `/` or a
    space."""
    found: dict[str, float] = defaultdict(float)
    for name, seconds in threads:
        found[name.replace(" ", "/").rpartition("/")[0] or name] += seconds
    return found


def _used(row: Mapping[str, object], here: Mapping[str, float]) -> float:
    if row["pin"] == "process" and row["pid"]:
        try:
            times = psutil.Process(int(str(row["pid"]))).cpu_times()
        except psutil.Error:
            return 0.0
        return float(times.user + times.system)
    return here.get(str(row["address"]), 0.0)


def _threads() -> Sequence[tuple[str, float]]:
    names = {thread.native_id: thread.name for thread in threading.enumerate()}
    try:
        threads = psutil.Process().threads()
    except psutil.Error:
        return ()
    return [(names.get(thread.id, ""), thread.user_time + thread.system_time) for thread in threads]
