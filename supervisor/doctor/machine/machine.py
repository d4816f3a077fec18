"""Whether the machine is large enough."""

import os
from collections.abc import Iterator
from dataclasses import dataclass

import psutil

from config.format import count, size
from supervisor.doctor.finding import Finding, Findings, note, ok
from supervisor.doctor.subject import Subject

CORES = 2
MEMORY = 1_500_000_000
"""Bytes that Gerald with its embedded models should find free."""
BUSY = 1.5


@dataclass(frozen=True, slots=True)
class MachineFacts:
    """cores: that this process may use. memory, available: bytes. load: of a minute, for each core; None where the
    system does not know it. runs: an instance has its memory already."""

    cores: int
    memory: int
    available: int
    load: float | None = None
    runs: bool = False


def gather(subject: Subject) -> MachineFacts:
    """Asks the system."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    memory = psutil.virtual_memory()
    load = os.getloadavg()[0] / cores if hasattr(os, "getloadavg") else None
    return MachineFacts(cores, memory.total, memory.available, load, subject.running.is_there)


def judge(facts: MachineFacts) -> Findings:
    """A small machine makes Gerald slow, and does not stop it."""
    said = f"{count(facts.cores, 'core')}, {size(facts.memory)} of memory, {size(facts.available)} available"
    return (ok(said), *_small(facts))


def _small(facts: MachineFacts) -> Iterator[Finding]:
    if facts.cores < CORES:
        yield note(
            f"{CORES} cores are what Gerald is made for",
            "a model at a server (llm.base_url) takes most of the load off",
        )
    if facts.available < MEMORY and not facts.runs:
        yield note(
            f"less than {size(MEMORY)} of memory is available",
            "close other programs, or use a model at a server",
        )
    if facts.load is not None and facts.load > BUSY and not facts.runs:
        yield note("other programs keep the processor busy", "answers will be late while they do")
