"""The bot's own performance, as pure transitions."""

from hypothesis import given
from hypothesis import strategies as st

from actors.system.state import (
    MODULES,
    STAGES,
    WINDOW,
    Error,
    ResourceUsage,
    SystemState,
    begun,
    failed,
    measured,
    module_changed,
    sampled,
)

SECONDS = st.floats(0.001, 60.0)


@given(st.lists(SECONDS, min_size=1, max_size=WINDOW + 50))
def test_percentiles_are_those_of_the_last_values(values: list[float]) -> None:
    state = SystemState()
    for seconds in values:
        state = measured(state, "recognition", seconds)
    metrics = state.performance_metrics.stages["recognition"]
    recent = values[-WINDOW:]
    assert metrics.recent == tuple(recent)
    assert (metrics.count, metrics.last) == (len(values), values[-1])
    assert sum(value <= metrics.p50 for value in recent) >= len(recent) / 2
    assert sum(value >= metrics.p50 for value in recent) >= len(recent) / 2
    assert min(recent) <= metrics.p50 <= metrics.p95 <= max(recent)


def test_the_percentiles_of_a_hundred_values_are_where_they_belong() -> None:
    state = SystemState()
    for value in range(1, 101):
        state = measured(state, "synthesis", float(value))
    metrics = state.performance_metrics.stages["synthesis"]
    assert (metrics.p50, metrics.p95) == (51.0, 96.0)


def test_an_instant_has_no_duration_and_an_ended_reply_counts_a_turn() -> None:
    state = measured(measured(SystemState(), "speech_ended", 0.0), "reply_ended", 0.0)
    assert state.performance_metrics.stages == {}
    assert state.performance_metrics.turns == 1


def test_stages_and_modules_are_bounded() -> None:
    state = SystemState()
    for number in range(MODULES + STAGES):
        state = module_changed(measured(state, f"stage{number}", 1.0), f"actor{number}", True)
    assert len(state.performance_metrics.stages) == STAGES
    assert len(state.active_modules) == MODULES


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.booleans())))
def test_the_active_modules_are_those_that_work(changes: list[tuple[str, bool]]) -> None:
    state = SystemState()
    for address, working in changes:
        state = module_changed(state, address, working)
    assert state.active_modules == tuple(sorted(a for a, working in dict(changes).items() if working))


def test_errors_are_counted_and_the_last_is_kept() -> None:
    first, last = Error("llm", "ValueError", "a", 1.0), Error("osc.sender", "OSError", "b", 2.0)
    state = failed(failed(SystemState(), first), last)
    assert (state.error_count, state.last_error) == (2, last)


def test_a_new_run_keeps_what_was_counted_and_nothing_of_the_moment() -> None:
    state = failed(measured(SystemState(), "recognition", 0.2), Error("llm", "ValueError", "a", 1.0))
    state = sampled(module_changed(state, "llm", True), ResourceUsage(5.0, 10, 1, 2), 99.0)
    new = begun(state)
    assert (new.uptime, new.active_modules, new.resource_usage) == (0.0, (), ResourceUsage())
    assert (new.error_count, new.performance_metrics) == (1, state.performance_metrics)
