"""An instance's metrics, and the documents that name them."""

import importlib.util
import json
import re
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from supervisor.metrics.catalogue import METRICS
from supervisor.metrics.families import families
from supervisor.metrics.family import rendered
from supervisor.metrics.histogram import Histogram

ROOT = Path(__file__).parents[3]
ROW = {
    "address": "users",
    "kind": "actor",
    "state": "running",
    "health": "DEGRADED",
    "restarts": 2,
    "failures": 1,
    "mailbox": 3,
    "capacity": 1024,
    "handled": 7,
    "p50": 0.01,
    "p95": 0.2,
    "cpu": 1.5,
    "memory": 1000,
}


def facts(actors: int = 1) -> dict[str, Any]:
    """Of an instance with everything."""
    kept = Histogram()
    kept.observe(0.3)
    rows = [{**ROW, "address": f"users/{number}"} for number in range(actors)]
    return {
        "version": "0.1.0",
        "python": "3.11.7",
        "ready": True,
        "started_at": 1.7e9,
        "launcher_restarts": 1,
        "configuration_version": 4,
        "actors": [*rows, {**ROW, "address": "state", "kind": "supervisor"}],
        "dead_letters": {"crashed": 2},
        "trace_lost": 0,
        "turns": {
            "stages": {"synthesis": kept.read()},
            "response": kept.read(),
            "outcomes": {"said": 5},
            "completions": {"complete": 5, "timeout": 1},
            "tokens": 100,
            "generating": 4.0,
            "stands_in": False,
        },
        "model": "a-model",
        "osc": {
            "received": 9,
            "foreign": 1,
            "twice": 0,
            "refused": {"no_address": 2},
            "handled": 6,
            "ignored": 1,
            "coalesced": 0,
            "announced": 3,
        },
        "refused_writes": {"unknown": 1},
        "vision": {"looked": 8, "late": 1, "age": 0.2, "at": 1.7e9, "kinds": {"person": 2, "thing": 0}},
        "disk": {"database": 100, "traces": 200, "backups": 0},
        "disk_free": 10**9,
        "process": {
            "cpu": 1.0,
            "memory": 10**8,
            "files": 20,
            "threads": 30,
            "processes": 4,
            "all_memory": 10**9,
        },
    }


def read(text: str) -> dict[str, Any]:
    """By name as it stands in the catalogue: the parser takes `_total` off."""
    found = {}
    for family in text_string_to_metric_families(text):
        found[family.name + "_total" * (family.type == "counter")] = family
    return found


def test_an_instance_with_everything_tells_every_metric_of_the_catalogue() -> None:
    found = read(rendered(families(facts())))
    assert list(found) == [metric.name for metric in METRICS]
    for metric in METRICS:
        assert found[metric.name].type == metric.kind
        labels = {label for sample in found[metric.name].samples for label in sample.labels} - {"le"}
        assert labels == set(metric.labels), metric.name


def test_names_follow_the_conventions() -> None:
    for metric in METRICS:
        assert re.fullmatch(r"gerald_[a-z0-9_]+", metric.name)
        assert metric.name.endswith("_total") == (metric.kind == "counter")
        assert not re.search(r"_(ms|percent|kb|mb|minutes)\b", metric.name)
        assert metric.about.endswith(".")
        assert "\n" not in metric.about


def test_the_values_are_those_of_the_facts() -> None:
    found = read(rendered(families(facts())))
    handling = {one.labels["quantile"]: one.value for one in found["gerald_actor_handling_seconds"].samples}
    assert handling == {"0.5": 0.01, "0.95": 0.2}
    (handled,) = found["gerald_actor_handled_messages_total"].samples
    assert handled.value == 7
    (health,) = found["gerald_actor_health"].samples
    assert (health.labels, health.value) == ({"actor": "users/0"}, 2)
    (model,) = found["gerald_model_info"].samples
    assert model.labels == {"model": "a-model"}


def test_what_does_not_answer_is_left_out() -> None:
    told = facts() | {"osc": {}, "vision": {}, "disk": {}, "process": {}, "disk_free": None}
    told["actors"] = [{**ROW, "state": "disabled", "p50": None}]
    found = read(rendered(families(told)))
    assert "gerald_actor_state" in found
    assert not [
        name for name in found if name.startswith(("gerald_osc_d", "gerald_vision", "gerald_process"))
    ]
    assert "gerald_actor_health" not in found


def test_five_hundred_series_are_written_at_once() -> None:
    told = facts(60)
    assert rendered(families(told)).count("\n") > 600
    began = time.thread_time()
    rendered(families(told))
    assert time.thread_time() - began < 0.1, "a mistake of another order: it takes about 1 ms"


def queries() -> list[str]:
    dashboard = json.loads((ROOT / "docs" / "grafana" / "gerald.json").read_text("utf-8"))
    variables = [one["query"] for one in dashboard["templating"]["list"] if one["type"] == "query"]
    return variables + [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]


def test_every_query_of_the_dashboard_asks_for_a_metric_that_exists_and_every_metric_is_there() -> None:
    told = {sample.name for family in read(rendered(families(facts()))).values() for sample in family.samples}
    asked = {name for query in queries() for name in re.findall(r"\bgerald_\w+", query)}
    assert asked <= told
    unasked = {m.name for m in METRICS if not any(name.startswith(m.name) for name in asked)}
    assert unasked == {
        "gerald_actor_state",
        "gerald_configuration_version",
        "gerald_osc_repeated_datagrams_total",
        "gerald_vision_last_picture_seconds",
    }


@pytest.fixture(scope="module")
def metrics_page() -> ModuleType:
    spec = importlib.util.spec_from_file_location("metrics_page", ROOT / "tools" / "metrics_page.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_table_of_metrics_is_current(metrics_page: ModuleType) -> None:
    text = metrics_page.DOCUMENT.read_text("utf-8")
    assert text == metrics_page.page(text), "make docs"
    assert all(f"`{metric.name}`" in text for metric in METRICS)
    with pytest.raises(ValueError, match="has lost its line"):
        metrics_page.page("# Metrics")
