"""The metrics of an instance from what the request `metrics` answers: pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from supervisor.metrics import catalogue as of
from supervisor.metrics.family import Family, Metric, Sample, by_label, histogram, one
from supervisor.metrics.histogram import Counted

HEALTH = {"OK": 3, "DEGRADED": 2, "STARTING": 1, "DOWN": 0}
QUANTILES = {"0.5": "p50", "0.95": "p95"}
OSC_OUTCOMES = ("handled", "ignored", "coalesced", "announced")
Facts = Mapping[str, Any]


def families(facts: Facts) -> tuple[Family, ...]:
    """facts: see supervisor.metrics.facts; what is missing there is left out here."""
    return (
        *_instance(facts),
        *_actors([row for row in facts["actors"] if row["kind"] == "actor"]),
        by_label(of.DEAD, facts["dead_letters"]),
        *_turns(facts["turns"]),
        *_models(facts["turns"], facts["model"]),
        *_osc(facts.get("osc") or {}, facts.get("refused_writes") or {}),
        *_vision(facts.get("vision") or {}),
        *_disk(facts),
        *_processes(facts.get("process") or {}),
    )


def _instance(facts: Facts) -> Iterator[Family]:
    build = (("version", facts["version"]), ("python", facts["python"]))
    yield Family(of.BUILD, (Sample(build, 1),))
    yield one(of.READY, int(facts["ready"]))
    yield one(of.STARTED, facts["started_at"])
    yield one(of.ROOTS, facts["launcher_restarts"])
    yield one(of.CONFIGURATION, facts["configuration_version"])


def _actors(rows: Sequence[Facts]) -> Iterator[Family]:
    states = tuple(Sample((("actor", row["address"]), ("state", row["state"])), 1) for row in rows)
    yield Family(of.STATE, states)
    enabled = [row for row in rows if row["state"] != "disabled"]
    yield _each(of.HEALTH, enabled, lambda row: HEALTH.get(row["health"], 0))
    yield _each(of.RESTARTS, enabled, lambda row: row["restarts"])
    yield _each(of.FAILURES, enabled, lambda row: row["failures"])
    yield _each(of.MAILBOX, enabled, lambda row: row["mailbox"])
    yield _each(of.CAPACITY, enabled, lambda row: row["capacity"])
    yield _each(of.HANDLED, enabled, lambda row: row["handled"])
    yield Family(of.HANDLING, tuple(sample for row in enabled for sample in _handling(row)))
    yield _each(of.CPU, enabled, lambda row: row["cpu"])
    yield _each(of.MEMORY, [row for row in enabled if row.get("memory")], lambda row: row["memory"])


def _each(metric: Metric, rows: Sequence[Facts], value: Callable[[Facts], float]) -> Family:
    return Family(metric, tuple(Sample((("actor", row["address"]),), value(row)) for row in rows))


def _handling(row: Facts) -> Iterator[Sample]:
    for quantile, name in QUANTILES.items():
        if row[name] is not None:
            yield Sample((("actor", row["address"]), ("quantile", quantile)), row[name])


def _turns(turns: Facts) -> Iterator[Family]:
    yield by_label(of.TURNS, turns["outcomes"])
    stages = (((("stage", stage),), Counted(*counted)) for stage, counted in turns["stages"].items())
    yield histogram(of.STAGES, stages)
    yield histogram(of.RESPONSE, [((), Counted(*turns["response"]))])


def _models(turns: Facts, model: str) -> Iterator[Family]:
    yield by_label(of.COMPLETIONS, turns["completions"])
    yield one(of.TOKENS, turns["tokens"])
    yield one(of.GENERATING, turns["generating"])
    yield Family(of.MODEL, (Sample((("model", model),), 1),))
    yield one(of.STANDS_IN, int(turns["stands_in"]))


def _osc(osc: Facts, refused_writes: Mapping[str, float]) -> Iterator[Family]:
    yield one(of.DATAGRAMS, osc.get("received"))
    yield one(of.FOREIGN, osc.get("foreign"))
    yield one(of.TWICE, osc.get("twice"))
    yield by_label(of.MALFORMED, osc.get("refused", {}))
    yield by_label(of.MESSAGES, {outcome: osc[outcome] for outcome in OSC_OUTCOMES if outcome in osc})
    yield by_label(of.WRITES_REFUSED, refused_writes)


def _vision(seen: Facts) -> Iterator[Family]:
    yield one(of.PICTURES, seen.get("looked"))
    yield one(of.LATE, seen.get("late"))
    yield one(of.AGE, seen.get("age"))
    yield one(of.SEEN_AT, seen.get("at"))
    yield by_label(of.SIGHTS, seen.get("kinds", {}))


def _disk(facts: Facts) -> Iterator[Family]:
    yield by_label(of.DISK, facts.get("disk") or {})
    yield one(of.FREE, facts.get("disk_free"))
    yield one(of.TRACE_LOST, facts["trace_lost"])


def _processes(process: Facts) -> Iterator[Family]:
    yield one(of.PROCESS_CPU, process.get("cpu"))
    yield one(of.PROCESS_MEMORY, process.get("memory"))
    yield one(of.PROCESS_FILES, process.get("files"))
    yield one(of.PROCESS_THREADS, process.get("threads"))
    yield one(of.PROCESSES, process.get("processes"))
    yield one(of.ALL_MEMORY, process.get("all_memory"))
