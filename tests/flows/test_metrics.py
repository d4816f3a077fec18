"""The metrics of a running instance."""

from prometheus_client.parser import text_string_to_metric_families

from supervisor.demo.instance import DemoInstance
from tests.flows.conftest import Command

SECRET_WORDS = "Xylophonically"
NAME = "Quetzalcoatlus"


def test_a_turn_is_counted_and_nobody_is_named(mocked: DemoInstance, supervisor: Command) -> None:
    supervisor("talk", f"Hello, {SECRET_WORDS}!", "--as", NAME)
    text = supervisor("metrics")
    assert SECRET_WORDS not in text
    assert NAME not in text
    found = {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert found["gerald_ready",] == 1
    assert found["gerald_turns_total", "said"] == 1
    assert found["gerald_model_completions_total", "complete"] == 1
    assert found["gerald_model_info", "scripted"] == 1
    assert found["gerald_turn_stage_seconds_count", "first_sentence"] == 1
    assert found["gerald_actor_handled_messages_total", "conversation"] > 1
    assert found["gerald_disk_bytes", "database"] > 0
    assert found["gerald_actor_memory_bytes", "llm.local"] > 1e6
    told = supervisor.json_of("metrics")
    assert told["gerald_turns_total"]["samples"][0]["value"] == 1
