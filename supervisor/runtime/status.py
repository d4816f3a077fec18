"""A running instance as plain data, for people and for JSON."""

import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from supervisor.runtime.cpu_usage import with_cpu

if TYPE_CHECKING:
    from supervisor.runtime.runtime import Runtime

__all__ = ["instance_status"]


def instance_status(runtime: "Runtime") -> Mapping[str, Any]:
    """The whole instance: its process, its configuration, and every actor in tree order."""
    recorder = runtime.recorder
    return {
        "pid": os.getpid(),
        "home": str(runtime.home),
        "run": runtime.run,
        "launcher": runtime.launcher,
        "started_at": runtime.started_at,
        "ready": runtime.ready,
        "dead_letters": dict(runtime.dead_letters.counts),
        "configuration": runtime.configuration_store.status(),
        "trace_lost": recorder.lost if recorder is not None else 0,
        "trace_trouble": recorder.trouble if recorder is not None else "",
        "standby": runtime.processes.warm(),
        "switch_interval": sys.getswitchinterval(),
        "actors": with_cpu(runtime.registry.statuses()),
    }
