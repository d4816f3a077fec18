"""`${NAME}`: where it is replaced, by what, and what a missing name means."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from config.syntax.node import SourceText, YamlNode, find, plain
from config.syntax.problem import Key
from config.syntax.yaml_reader import parse
from config.validation.interpolate import Interpolation

NAMES = {
    "NAME": "value",
    "PORT": "9001",
    "EMPTY": "",
    "NESTED": "${NAME}",
    "BIG": "x" * 200_000,
    "FLAG": "on",
}


def unset(key: Key) -> str | None:
    return "nothing works" if key[-1] == "secret" else None


def run(
    text: str, names: Mapping[str, str] = NAMES, interpolated: bool = True
) -> tuple[YamlNode, Interpolation]:
    interpolation = Interpolation(names, unset)
    node = interpolation.run(parse(text, SourceText("config", "c.yaml", text, interpolated=interpolated)))
    assert node is not None
    return node, interpolation


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ('"${NAME}"', "value"),
        ("${NAME}", "value"),
        ("a${NAME}b${PORT}", "avalueb9001"),
        ("${PORT}", 9001),
        ('"${PORT}"', "9001"),
        ("'${PORT}'", "9001"),
        ("${NOPE:-7}", 7),
        ('"${NOPE:-7}"', "7"),
        ("${EMPTY:-x}", "x"),
        ('"${EMPTY}"', ""),
        ("${NOPE:-}", None),
        ("$${NAME}", "${NAME}"),
        ("$NAME", "$NAME"),
        ("a$b", "a$b"),
        ("${NESTED}", "${NAME}"),
        ("${FLAG}", "on"),
        ("[x, '${NAME}']", ["x", "value"]),
        ("5", 5),
    ],
)
def test_a_reference_stands_for_its_value(written: str, value: object) -> None:
    node, interpolation = run(f"a: {written}")
    assert plain(node) == {"a": value}
    assert interpolation.problems == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('a: "x@@${NOPE}"', "the environment variable NOPE is not set"),
        ("a:\n  - 1\n  - @@${NOPE}", "NOPE is not set"),
        ("a: @@${NO PE}", "this is neither"),
        ("a: ok @@${NAME", "this is neither"),
        ("a: '@@${}'", "this is neither"),
        ("a: '@@${A:-${B}}'", "this is neither"),
    ],
)
def test_a_reference_that_stands_for_nothing_is_an_error_at_its_place(
    text: str, words: str, unmark: Callable[[str], Any]
) -> None:
    marked = unmark(text)
    _, interpolation = run(marked.text)
    (problem,) = interpolation.problems
    assert problem.severity == "error"
    assert words in problem.message
    assert (problem.line, problem.column) == (marked.line, marked.column)


@pytest.mark.parametrize("written", ['"${NOPE}"', "${NOPE}", '"${EMPTY}"', '"Bearer ${NOPE}"'])
def test_an_optional_secret_without_its_name_is_unset_with_a_note(written: str) -> None:
    node, interpolation = run(f"secret: {written}")
    assert plain(node) == {"secret": None}
    (problem,) = interpolation.problems
    assert (problem.severity, problem.key) == ("note", "secret")
    assert problem.message.endswith("is not set: nothing works")


def test_a_secret_stays_text_even_if_it_looks_like_a_number() -> None:
    assert plain(run("secret: ${PORT}")[0]) == {"secret": "9001"}


def test_other_layers_than_files_know_no_references() -> None:
    assert plain(run("a: ${NAME}", interpolated=False)[0]) == {"a": "${NAME}"}


def test_references_cannot_multiply_into_gigabytes() -> None:
    node, interpolation = run("a: '" + "${BIG}" * 1000 + "'\nb: 1")
    assert [problem.message for problem in interpolation.problems] == [
        "all references together bring in more than 1.0 MB"
    ]
    assert find(node, ("a",)) is None
