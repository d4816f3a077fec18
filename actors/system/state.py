"""How the bot itself is doing: latencies, errors, resources, modules. Pure transitions on frozen values."""

from collections.abc import Mapping

import msgspec

from actors.vocabulary.type_names import durable

WINDOW = 200  # values of each stage that the percentiles are taken of

STAGES = 64
MODULES = 256


@durable("system.StageMetrics")
class StageMetrics(msgspec.Struct, frozen=True):
    """What a stage of a turn takes, in seconds, over the last turns. recent: oldest first."""

    count: int = 0
    last: float = 0.0
    p50: float = 0.0
    p95: float = 0.0
    recent: tuple[float, ...] = ()


@durable("system.PerformanceMetrics")
class PerformanceMetrics(msgspec.Struct, frozen=True):
    """Latency per stage, by name; and the turns that were ended."""

    stages: Mapping[str, StageMetrics] = {}
    turns: int = 0


@durable("system.ResourceUsage")
class ResourceUsage(msgspec.Struct, frozen=True):
    """Of this process and its children. cpu: percent of one core. memory: resident bytes. disk_free: in bytes."""

    cpu: float = 0.0
    memory: int = 0
    processes: int = 0
    threads: int = 0
    disk_free: int = 0


@durable("system.Error")
class Error(msgspec.Struct, frozen=True):
    """An actor's death: where, of what kind, what it said, and when (epoch seconds)."""

    address: str
    kind: str
    text: str
    at: float


@durable("system.SystemState")
class SystemState(msgspec.Struct, frozen=True):
    """The bot's own state. errors: deaths by address. uptime: seconds since this run began."""

    performance_metrics: PerformanceMetrics = PerformanceMetrics()
    error_count: int = 0
    last_error: Error | None = None
    resource_usage: ResourceUsage = ResourceUsage()
    uptime: float = 0.0
    active_modules: tuple[str, ...] = ()
    errors: Mapping[str, int] = {}


def begun(state: SystemState) -> SystemState:
    """A run began: what was counted before stays, but no module and no resource of the last run."""
    return msgspec.structs.replace(state, resource_usage=ResourceUsage(), uptime=0.0, active_modules=())


def measured(state: SystemState, stage: str, seconds: float) -> SystemState:
    """A turn reached `stage`, which took `seconds`; 0 for a mere instant, which has no duration to keep."""
    metrics = state.performance_metrics
    turns = metrics.turns + (stage == "reply_ended")
    stages = metrics.stages
    if seconds > 0 and (stage in stages or len(stages) < STAGES):
        stages = {**stages, stage: _with(stages.get(stage, StageMetrics()), seconds)}
    return msgspec.structs.replace(state, performance_metrics=PerformanceMetrics(stages, turns))


def failed(state: SystemState, error: Error) -> SystemState:
    """An actor died. Beyond the limit the address with the fewest deaths is dropped."""
    errors = {**state.errors, error.address: state.errors.get(error.address, 0) + 1}
    if len(errors) > MODULES:
        del errors[min((one for one in errors if one != error.address), key=lambda one: errors[one])]
    return msgspec.structs.replace(state, error_count=state.error_count + 1, last_error=error, errors=errors)


def module_changed(state: SystemState, address: str, working: bool) -> SystemState:
    """An actor began, or ceased, to work."""
    modules = set(state.active_modules)
    modules = modules | {address} if working and len(modules) < MODULES else modules - {address}
    return msgspec.structs.replace(state, active_modules=tuple(sorted(modules)))


def sampled(state: SystemState, usage: ResourceUsage, uptime: float) -> SystemState:
    """Resources were looked at."""
    return msgspec.structs.replace(state, resource_usage=usage, uptime=uptime)


def faults(state: SystemState) -> tuple[str, ...]:
    """What is invalid in `state`."""
    metrics, usage = state.performance_metrics, state.resource_usage
    sizes = {
        "stages": (len(metrics.stages), STAGES),
        "active_modules": (len(state.active_modules), MODULES),
        "errors": (len(state.errors), MODULES),
        "values of a stage": (
            max((len(stage.recent) for stage in metrics.stages.values()), default=0),
            WINDOW,
        ),
    }
    found = [f"{name}: {size}, at most {most}" for name, (size, most) in sizes.items() if size > most]
    numbers = {
        "uptime": state.uptime,
        "cpu": usage.cpu,
        "memory": usage.memory,
        "disk_free": usage.disk_free,
        "error_count": state.error_count,
    }
    return (*found, *(f"{name} is negative" for name, value in numbers.items() if not value >= 0))


def _with(metrics: StageMetrics, seconds: float) -> StageMetrics:
    recent = (*metrics.recent, seconds)[-WINDOW:]
    ordered = sorted(recent)
    return StageMetrics(
        metrics.count + 1, seconds, _percentile(ordered, 0.5), _percentile(ordered, 0.95), recent
    )


def _percentile(ordered: list[float], share: float) -> float:
    """The nearest-rank percentile."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
