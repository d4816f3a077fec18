"""Processor time by actor."""

import threading

from supervisor.runtime.actor_usage import by_address, with_usage


def test_threads_count_for_the_actor_whose_name_they_bear() -> None:
    threads = [
        ("osc.sender/3", 1.0),
        ("osc.sender/4", 0.5),
        ("speech.recognizer whisper", 2.0),
        ("MainThread", 4.0),
    ]
    assert by_address(threads) == {"osc.sender": 1.5, "speech.recognizer": 2.0, "MainThread": 4.0}


def test_instances_are_actors_of_their_own() -> None:
    assert by_address([("detector/2/1", 1.0), ("detector/1", 2.0)]) == {"detector/2": 1.0, "detector": 2.0}


def test_an_actor_in_a_thread_of_this_process_has_used_what_its_thread_has() -> None:
    worked, end = threading.Event(), threading.Event()

    def work() -> None:
        sum(n * n for n in range(2_000_000))
        worked.set()
        end.wait(20)

    thread = threading.Thread(target=work, name="busy/1")
    thread.start()
    try:
        assert worked.wait(20)
        (row,) = with_usage([{"address": "busy", "place": "thread", "pid": 0}])
        assert float(str(row["cpu"])) > 0.0
    finally:
        end.set()
        thread.join()
