"""The request for what an instance tells Prometheus: it gathers, and `supervisor.metrics` makes metrics of it."""

import platform
import time
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import msgspec
import psutil

from actors.kernel.errors import AskError
from actors.kernel.message import Message
from actors.llm.servers.providers import choose
from actors.osc.messages import (
    OSC_RECEIVER,
    OSC_SENDER,
    GetOscStatistics,
    GetSendStatistics,
    OscStatistics,
    SendStatistics,
)
from actors.persistence.open_store import database_path
from actors.vision.messages import TRACKER, GetScene, Scene
from config.files import located
from config.schema import Config
from supervisor.runtime.runtime import Runtime

ASK_WITHIN = 0.5
MEASURED_FOR = 15.0
"""Seconds for which the sizes of files hold: a trace may have thousands."""
_sizes: dict[Path, tuple[float, Mapping[str, int]]] = {}


def _metrics(runtime: Runtime, request: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Everything that `supervisor.metrics.families` reads."""
    status = runtime.status()
    yield {
        "version": _version(),
        "python": platform.python_version(),
        "ready": status["ready"],
        "started_at": status["started_at"],
        "launcher_restarts": status["launcher"].get("restarts", 0),
        "configuration_version": runtime.configuration_store.version,
        "actors": status["actors"],
        "dead_letters": status["dead_letters"],
        "trace_lost": status["trace_lost"],
        "turns": runtime.meter.read(),
        "model": model_of(runtime.config),
        **_osc(runtime),
        "vision": _seen(_answer(runtime, TRACKER, GetScene())),
        "disk": _disk(runtime),
        "disk_free": psutil.disk_usage(str(runtime.home)).free,
        "process": _process(),
    }


def model_of(config: Config) -> str:
    """The name of the model that is asked first."""
    provider = choose(config.llm)
    if provider.endpoint is not None:
        return provider.endpoint.model
    return "scripted" if provider.kind == "mock" else "embedded"


def _answer(runtime: Runtime, address: str, message: Message) -> Message | None:
    slot = runtime.registry.slots.get(address)
    if slot is None or slot.state != "running":
        return None
    try:
        return runtime.client.answer(address, message, ASK_WITHIN)
    except AskError:
        return None


def _osc(runtime: Runtime) -> Mapping[str, Any]:
    heard = _answer(runtime, OSC_RECEIVER, GetOscStatistics())
    sent = _answer(runtime, OSC_SENDER, GetSendStatistics())
    return {
        "osc": msgspec.to_builtins(heard) if isinstance(heard, OscStatistics) else {},
        "refused_writes": dict(sent.refused) if isinstance(sent, SendStatistics) else {},
    }


def _seen(scene: Message | None) -> Mapping[str, Any]:
    """Of the scene nothing but numbers."""
    if not isinstance(scene, Scene):
        return {}
    people = sum(one.kind == "person" for one in scene.sights)
    kinds = {"person": people, "thing": len(scene.sights) - people}
    return {"looked": scene.looked, "late": scene.late, "age": scene.age, "at": scene.at, "kinds": kinds}


def _disk(runtime: Runtime) -> Mapping[str, int]:
    """Bytes by what they are for."""
    kept = _sizes.get(runtime.home)
    if kept is None or time.monotonic() - kept[0] > MEASURED_FOR:
        config = runtime.config
        places = {
            "database": database_path(config.storage.database_url, runtime.home),
            "traces": located(runtime.home, config.trace.directory),
            "backups": located(runtime.home, config.storage.backup_directory),
        }
        sizes = {what: sum(map(_taken, place.rglob("*"))) for what, place in places.items()}
        kept = _sizes[runtime.home] = (time.monotonic(), sizes)
    return kept[1]


def _taken(file: Path) -> int:
    """What it takes of the disk: the map of a database is mostly holes."""
    try:
        status = file.lstat()
    except OSError:  # it has just been removed
        return 0
    return min(status.st_size, getattr(status, "st_blocks", status.st_size) * 512)


def _process() -> Mapping[str, float]:
    try:
        me = psutil.Process()
        family = [me, *me.children(recursive=True)]
        with me.oneshot():
            times, memory = me.cpu_times(), me.memory_info().rss
            threads = me.num_threads()
        files = me.num_fds() if hasattr(me, "num_fds") else 0
        all_memory = memory + sum(map(_resident, family[1:]))
    except (psutil.Error, OSError):
        return {}
    return {
        "cpu": times.user + times.system,
        "memory": memory,
        "files": files,
        "threads": threads,
        "processes": len(family),
        "all_memory": all_memory,
    }


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


@cache
def _version() -> str:
    try:
        return version("gerald")
    except PackageNotFoundError:
        return "unknown"


METRICS_REQUESTS = {"metrics": _metrics}
