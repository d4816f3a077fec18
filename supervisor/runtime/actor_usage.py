"""How much processor time and memory each actor uses."""

import threading
from collections import defaultdict
from collections.abc import Mapping, Sequence

import psutil


def with_usage(rows: Sequence[Mapping[str, object]]) -> tuple[Mapping[str, object], ...]:
    """Rows of a status, each with `cpu`: seconds used by the actor's threads in this process, or by its own process;
    and `memory`: bytes that its own process holds, 0 for a thread."""
    here = by_address(_threads())
    return tuple({**row, **_used(row, here)} for row in rows)


def by_address(threads: Sequence[tuple[str, float]]) -> Mapping[str, float]:
    """Seconds by actor, from (name, seconds) of threads. A thread's name begins with its actor's address and `/` or a
    space."""
    found: dict[str, float] = defaultdict(float)
    for name, seconds in threads:
        found[name.replace(" ", "/").rpartition("/")[0] or name] += seconds
    return found


def _used(row: Mapping[str, object], here: Mapping[str, float]) -> Mapping[str, object]:
    cpu, memory = here.get(str(row["address"]), 0.0), 0
    if row["place"] == "process" and row["pid"]:
        cpu, memory = _of_process(int(str(row["pid"])))
    return {"cpu": round(cpu, 3), "memory": memory}


def _of_process(pid: int) -> tuple[float, int]:
    try:
        process = psutil.Process(pid)
        times = process.cpu_times()
        return float(times.user + times.system), int(process.memory_info().rss)
    except psutil.Error:
        return 0.0, 0


def _threads() -> Sequence[tuple[str, float]]:
    names = {thread.native_id: thread.name for thread in threading.enumerate()}
    try:
        threads = psutil.Process().threads()
    except psutil.Error:
        return ()
    return [(names.get(thread.id, ""), thread.user_time + thread.system_time) for thread in threads]
