"""Which completions run and which wait."""

from hypothesis import given
from hypothesis import strategies as st

from actors.llm.messages import ChatMessage
from actors.llm.mock import script
from actors.llm.requests.request_queue import QueuedRequest, RequestQueue


def request(turn: int) -> QueuedRequest:
    return QueuedRequest(f"r{turn}", "conversation", turn, (), 0.0)


def test_requests_run_in_order_and_no_more_than_allowed_at_once() -> None:
    queue = RequestQueue(at_once=2, line=3)
    for turn in (1, 2, 3):
        queue.enter(request(turn))
    assert queue.is_full
    begun = [queue.begin_next(), queue.begin_next(), queue.begin_next()]
    assert [r and r.turn for r in begun] == [1, 2, None]
    assert queue.end("r1") is begun[0]
    assert queue.end("r1") is None
    assert (third := queue.begin_next()) is not None
    assert third.turn == 3


def test_who_has_a_second_chance_stands_first() -> None:
    queue = RequestQueue(at_once=1)
    queue.enter(request(2))
    queue.enter(request(1), first=True)
    assert [r.turn for r in queue.waiting] == [1, 2]


@given(st.lists(st.integers(0, 9), max_size=8), st.integers(-1, 10))
def test_voiding_stops_exactly_the_turns_up_to_it(turns: list[int], voided: int) -> None:
    queue = RequestQueue(at_once=3)
    entered = [QueuedRequest(str(n), "", turn, (), 0.0) for n, turn in enumerate(turns)]
    for r in entered:
        queue.enter(r)
    running = [r for _ in range(3) if (r := queue.begin_next()) is not None]
    stopped = queue.void(voided)
    assert list(stopped) == [r for r in running if r.turn <= voided]
    assert all(queue.running(r.id) is None for r in stopped)
    assert [r.turn for r in queue.waiting] == [turn for turn in turns[3:] if turn > voided]
    assert queue.is_void(voided)
    assert not queue.is_void(voided + 1)


def test_a_script_is_the_same_each_time_and_quotes_what_was_said() -> None:
    prompt = (ChatMessage("system", "You are Gerald."), ChatMessage("user", "I like {brackets} and dogs."))
    assert script(prompt) == script(prompt)
    assert script(prompt)[0] == "You said: I like {brackets} and dogs."
    assert len(script(prompt)) >= 2
    assert script(()) != script(prompt)
    again = (*prompt, ChatMessage("assistant", "Fine."), ChatMessage("user", "I like dogs."))
    assert not script(again)[0].startswith("You said")
