"""What an instance uses of the machine: all its processes, the launcher among them."""

import time
from collections.abc import Mapping, Sequence

import msgspec
import psutil


class Usage(msgspec.Struct, frozen=True):
    """private, proportional: bytes; what is shared with other processes is left out of the one, and divided by their
    number in the other (0 where the system does not tell it). seconds: of processor time so far, at `at`, monotonic."""

    processes: int
    private: int
    proportional: int
    seconds: float
    at: float

    def cpu_since(self, before: "Usage") -> float:
        """Processor time between two looks as a part of one core."""
        passed = self.at - before.at
        return max(0.0, self.seconds - before.seconds) / passed if passed > 0 else 0.0


def family(root: int) -> Sequence[psutil.Process]:
    """The processes of the instance whose root has this number: its launcher, itself, and all below."""
    try:
        process = psutil.Process(root)
        parent = process.parent()
        top = parent if parent is not None and _is_launcher(parent) else process
        return [top, *top.children(recursive=True)]
    except psutil.Error:
        return []


def _is_launcher(process: psutil.Process) -> bool:
    try:
        command = process.cmdline()
    except psutil.Error:
        return False
    return "run" in command and any("supervisor" in part for part in command[:4])


def usage(processes: Sequence[psutil.Process]) -> Usage:
    """What these use together; one that has just ended counts nothing."""
    rows = [one for one in map(of_process, processes) if one]
    return Usage(
        len(rows),
        sum(int(row["private"]) for row in rows),
        sum(int(row["proportional"]) for row in rows),
        sum(row["seconds"] for row in rows),
        time.monotonic(),
    )


def of_process(process: psutil.Process) -> Mapping[str, float]:
    """private, proportional and seconds of one process; {} when it is gone."""
    try:
        with process.oneshot():
            memory, times = process.memory_full_info(), process.cpu_times()
    except psutil.Error:
        return {}
    return {
        "private": memory.uss,
        "proportional": getattr(memory, "pss", 0),
        "seconds": times.user + times.system,
    }
