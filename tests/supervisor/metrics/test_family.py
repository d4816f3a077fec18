"""Prometheus' text format, read back by its own parser."""

import math

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from supervisor.metrics.family import (
    Family,
    Metric,
    Sample,
    by_label,
    histogram,
    number,
    one,
    plain,
    rendered,
)
from supervisor.metrics.histogram import Histogram

TAPS = Metric("gerald_taps_total", "counter", "Taps, by place\\and\nline.", ("place",))
LEVEL = Metric("gerald_level", "gauge", "A level.")
TOOK = Metric("gerald_took_seconds", "histogram", "What it took.", ("stage",))


@given(st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=20), st.floats(0, 1e12), max_size=8))
def test_any_label_and_value_comes_back(values: dict[str, float]) -> None:
    found = list(text_string_to_metric_families(rendered([by_label(TAPS, values)])))
    assert len(found) == bool(values)
    for family in found:
        assert family.type == "counter"
        assert family.documentation == TAPS.about
        assert {one.labels["place"]: one.value for one in family.samples} == values


def test_a_histogram_is_cumulative_and_ends_with_all() -> None:
    kept = Histogram((0.1, 1.0))
    for value in (0.05, 0.1, 0.5, 7.0):
        kept.observe(value)
    text = rendered([histogram(TOOK, [((("stage", "a"),), kept.read())])])
    (family,) = text_string_to_metric_families(text)
    assert family.type == "histogram"
    buckets = {each.labels["le"]: each.value for each in family.samples if each.name.endswith("_bucket")}
    assert buckets == {"0.1": 2, "1": 3, "+Inf": 4}
    rest = {each.name: each.value for each in family.samples if "le" not in each.labels}
    assert rest == {"gerald_took_seconds_sum": 7.65, "gerald_took_seconds_count": 4}


def test_numbers_are_written_as_the_format_has_them() -> None:
    written = [number(value) for value in (0, 3.0, 0.1, 1e20, math.inf, -math.inf, math.nan)]
    assert written == ["0", "3", "0.1", "1e+20", "+Inf", "-Inf", "NaN"]


def test_what_has_no_value_is_left_out() -> None:
    assert rendered([one(LEVEL, None), Family(TAPS, ())]) == ""
    assert plain([one(LEVEL, None)]) == {}


def test_json_has_the_same_samples() -> None:
    families = [one(LEVEL, 2.5), Family(TAPS, (Sample((("place", "head"),), 3),))]
    assert plain(families) == {
        "gerald_level": {
            "type": "gauge",
            "help": "A level.",
            "samples": [{"name": "gerald_level", "labels": {}, "value": 2.5}],
        },
        "gerald_taps_total": {
            "type": "counter",
            "help": TAPS.about,
            "samples": [{"name": "gerald_taps_total", "labels": {"place": "head"}, "value": 3}],
        },
    }
