"""Texts made to cost time or memory are refused before they can."""

import time
from collections.abc import Callable

import pytest

from config.home import Home
from config.layers.layers import load_config
from config.syntax.errors import LoadError
from config.syntax.node import SourceText
from config.syntax.yaml_reader import parse


def refusal(text: str) -> LoadError:
    with pytest.raises(LoadError) as caught:
        parse(text, SourceText("config", "c.yaml", text))
    return caught.value


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: " + "[" * 33 + "]" * 33, "deeper than"),
        ("a: " + "[" * 400_000, "deeper than"),
        ("a: " + "{b: " * 100_000, "deeper than"),
        ("- " * 200_000, "deeper than"),
        ("a: [" + "1," * 6000 + "]", "more than 5000 values"),
        ("a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 60)), "deeper than"),
        (
            "a0: &a0 [1,1,1,1,1,1,1,1,1,1]\n"
            + "".join(f"a{n}: &a{n} [{f'*a{n - 1},' * 10}]\n" for n in range(1, 10)),
            "more than 5000 values",
        ),
        ("x: &x 1\na: [" + "*x," * 300 + "]", "more than 200 aliases"),
        (
            "a0: &a0 {a: 1, b: 2}\n"
            + "".join(f"a{n}: &a{n} {{<<: [{f'*a{n - 1},' * 9}]}}\n" for n in range(1, 10)),
            "more than",
        ),
        ("a: " + "x" * (2 << 20), "larger than"),
    ],
    ids=[
        "deep",
        "deep and open",
        "deep mappings",
        "dashes",
        "wide",
        "chain",
        "laughs",
        "aliases",
        "merges",
        "large",
    ],
)
def test_bombs_are_refused_fast(text: str, words: str) -> None:
    begun = time.process_time()
    assert words in refusal(text).problem.message
    assert time.process_time() - begun < 1.0


@pytest.mark.parametrize(
    "text",
    [
        "llm:\n" + "".join(f"  temperatur{n}: some text {n}\n" for n in range(4000)),
        "llm: {" + "".join(f"temperatur{n}: some text {n}, " for n in range(4000)) + "}\n",
    ],
    ids=["lines", "one line"],
)
def test_thousands_of_unknown_keys_are_all_reported_fast(text: str, write_home: Callable[..., Home]) -> None:
    home = write_home(text)
    begun = time.process_time()
    assert len(load_config(home, environ={}).errors) == 4000
    assert time.process_time() - begun < 3.0


def test_a_very_long_line_is_reported_without_being_searched(write_home: Callable[..., Home]) -> None:
    home = write_home("llm: {x: '" + "key" * 300_000 + "'}")
    begun = time.process_time()
    (problem,) = load_config(home, environ={}).errors
    assert (problem.key, problem.excerpt) == ("llm.x", "")
    assert time.process_time() - begun < 2.0
