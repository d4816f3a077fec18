"""A metric, and its values at one time, in the terms of Prometheus' text format 0.0.4. Pure."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from supervisor.metrics.histogram import Counted

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
Labels = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Metric:
    """name: with its base unit, `_total` for a counter. labels: the names of its labels. about: one line."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    about: str
    labels: tuple[str, ...] = ()


class Sample(NamedTuple):
    """One line: the metric's name has `suffix` added."""

    labels: Labels
    value: float
    suffix: str = ""


class Family(NamedTuple):
    metric: Metric
    samples: tuple[Sample, ...]


def one(metric: Metric, value: float | None) -> Family:
    """A metric without labels; None where the value is not known."""
    return Family(metric, () if value is None else (Sample((), value),))


def by_label(metric: Metric, values: Mapping[str, float]) -> Family:
    """A metric with one label, in the order of its values."""
    (label,) = metric.labels
    return Family(metric, tuple(Sample(((label, key),), values[key]) for key in sorted(values)))


def histogram(metric: Metric, counted: Iterable[tuple[Labels, Counted]]) -> Family:
    return Family(metric, tuple(sample for labels, each in counted for sample in _buckets(labels, each)))


def _buckets(labels: Labels, counted: Counted) -> Iterator[Sample]:
    seen = 0
    for bound, count in zip((*counted.bounds, math.inf), counted.counts, strict=True):
        seen += count
        yield Sample((*labels, ("le", number(bound))), seen, "_bucket")
    yield Sample(labels, counted.total, "_sum")
    yield Sample(labels, seen, "_count")


def rendered(families: Iterable[Family]) -> str:
    """The text that Prometheus reads. Metrics without a value are left out."""
    return "".join(line for family in families if family.samples for line in _lines(family))


def _lines(family: Family) -> Iterator[str]:
    name = family.metric.name
    yield f"# HELP {name} {_escaped(family.metric.about)}\n# TYPE {name} {family.metric.kind}\n"
    for labels, value, suffix in family.samples:
        named = ",".join(f'{key}="{_quoted(text)}"' for key, text in labels)
        yield f"{name}{suffix}{{{named}}} {number(value)}\n" if named else f"{name}{suffix} {number(value)}\n"


def number(value: float) -> str:
    """As the format has it: +Inf, -Inf, NaN, and no needless decimals."""
    if value != value:
        return "NaN"
    if value in (math.inf, -math.inf):
        return "+Inf" if value > 0 else "-Inf"
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(float(value))


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n")


def _quoted(text: str) -> str:
    return _escaped(text).replace('"', r"\"")


def plain(families: Iterable[Family]) -> Mapping[str, object]:
    """The same as plain data for JSON, by name."""
    return {
        family.metric.name: {
            "type": family.metric.kind,
            "help": family.metric.about,
            "samples": [
                {"name": family.metric.name + suffix, "labels": dict(labels), "value": value}
                for labels, value, suffix in family.samples
            ],
        }
        for family in families
        if family.samples
    }
