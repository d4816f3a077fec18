"""The bot's own performance, as pure transitions."""

import msgspec
import pytest
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
    faults,
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
    assert failed(state, first).errors == {"llm": 2, "osc.sender": 1}


def test_of_too_many_addresses_the_one_with_the_fewest_deaths_is_not_counted_by_itself() -> None:
    state = SystemState()
    for number in range(MODULES):
        for _ in range(1 if number == 7 else 2):
            state = failed(state, Error(f"actor{number}", "ValueError", "", 1.0))
    state = failed(state, Error("newest", "ValueError", "", 2.0))
    assert len(state.errors) == MODULES
    assert "actor7" not in state.errors
    assert state.errors["newest"] == 1
    assert state.error_count == 2 * MODULES


ADDRESSES = st.integers(0, 2 * MODULES).map(lambda number: f"actor{number}")
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just(measured), st.text(max_size=3), st.floats(0.0, 90.0)),
        st.tuples(st.just(module_changed), ADDRESSES, st.booleans()),
        st.tuples(
            st.just(failed), st.builds(Error, ADDRESSES, st.just("E"), st.text(max_size=9), st.floats(0, 4e9))
        ),
        st.tuples(
            st.just(sampled),
            st.builds(ResourceUsage, st.floats(0, 3200), *[st.integers(0, 2**60)] * 4),
            st.floats(0, 1e9),
        ),
        st.tuples(st.just(begun)),
    )
)


@given(STEPS)
def test_no_transition_leads_to_a_state_that_is_refused(steps: list[tuple]) -> None:  # type: ignore[type-arg]
    state = SystemState()
    for transition, *values in steps:
        state = transition(state, *values)
        assert faults(state) == ()
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(state), type=SystemState) == state


@pytest.mark.parametrize(
    ("state", "fault"),
    [
        (SystemState(uptime=-1.0), "uptime is negative"),
        (SystemState(errors={str(n): 1 for n in range(MODULES + 1)}), "errors: 257, at most 256"),
        (SystemState(resource_usage=ResourceUsage(disk_free=-1)), "disk_free is negative"),
    ],
)
def test_an_unsound_state_is_refused_with_its_reason(state: SystemState, fault: str) -> None:
    assert faults(state) == (fault,)


def test_a_new_run_keeps_what_was_counted_and_nothing_of_the_moment() -> None:
    state = failed(measured(SystemState(), "recognition", 0.2), Error("llm", "ValueError", "a", 1.0))
    state = sampled(module_changed(state, "llm", True), ResourceUsage(5.0, 10, 1, 2), 99.0)
    new = begun(state)
    assert (new.uptime, new.active_modules, new.resource_usage) == (0.0, (), ResourceUsage())
    assert (new.error_count, new.performance_metrics) == (1, state.performance_metrics)
