"""The YAML reader: what scalars mean, where they stand, and that nothing else than a LoadError is raised."""

import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.syntax.errors import ConfigurationError, LoadError
from config.syntax.node import SourceText, find, plain
from config.syntax.yaml_reader import decode, parse, read_bytes


def read(text: str) -> Any:
    return plain(parse(text, SourceText("config", "c.yaml", text)))


def refusal(text: str) -> LoadError:
    with pytest.raises(LoadError) as caught:
        read(text)
    return caught.value


def outcome(text: str) -> int:
    """The line that is refused, or 1 if none is."""
    try:
        read(text)
    except LoadError as error:
        return error.problem.line
    return 1


@pytest.mark.parametrize(
    ("spelling", "value"),
    [
        ("on", "on"),
        ("off", "off"),
        ("yes", "yes"),
        ("no", "no"),
        ("y", "y"),
        ("12:30", "12:30"),
        ("1_000", "1_000"),
        ("2026-01-01", "2026-01-01"),
        ("010", 10),
        ("0o10", 8),
        ("0x1F", 31),
        ("+7", 7),
        ("-1", -1),
        ("1.", 1.0),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("-.inf", -math.inf),
        ("true", True),
        ("FALSE", False),
        ("tRue", "tRue"),
        ("null", None),
        ("~", None),
        ("", None),
        ("'010'", "010"),
        ('"true"', "true"),
        ("!!str 12", "12"),
        ("!!float 1", 1.0),
        ("9" * 65, "9" * 65),
        ("=", "="),
    ],
)
def test_scalars_mean_what_yaml_1_2_says(spelling: str, value: object) -> None:
    found = read(f"a: {spelling}")["a"]
    assert found == value
    assert type(found) is type(value)


def test_not_a_number_is_a_float() -> None:
    assert math.isnan(read("a: .nan")["a"])


def test_every_value_knows_its_own_and_its_keys_place() -> None:
    text = 'a:\n  b: 1\n  c:\n    - x\n    - "y"\nd: {e: 5}\n'
    tree = parse(text, SourceText("config", "c.yaml", text))
    places = {key: find(tree, key) for key in [("a", "b"), ("a", "c", 0), ("a", "c", 1), ("d", "e")]}
    assert {key: (node.line, node.column) for key, node in places.items() if node} == {
        ("a", "b"): (2, 6),
        ("a", "c", 0): (4, 7),
        ("a", "c", 1): (5, 7),
        ("d", "e"): (6, 8),
    }
    inner = find(tree, ("d", "e"))
    assert inner is not None
    assert (inner.key_line, inner.key_column, inner.source.layer) == (6, 5, "config")


def test_anchors_and_merge_keys_work_and_the_nearer_value_wins() -> None:
    text = "base: &b {x: 1, y: 2}\nother: &o {y: 3, z: 4}\nuse:\n  <<: [*b, *o]\n  x: 9\nsame: *b\n"
    found = read(text)
    assert found["use"] == {"x": 9, "y": 2, "z": 4}
    assert found["same"] == {"x": 1, "y": 2}


def test_a_merged_value_keeps_the_place_it_was_written_at() -> None:
    text = "base: &b\n  x: 1\nuse:\n  <<: *b\n"
    node = find(parse(text, SourceText("config", "c.yaml", text)), ("use", "x"))
    assert node is not None
    assert (node.line, node.column) == (2, 6)


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n", "\ufeff".encode().decode("utf-8-sig")])
def test_an_empty_file_is_an_empty_mapping(text: str) -> None:
    assert read(text) == {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: 1\n@@a: 2\n", "given twice, first on line 1"),
        ("a:\n  b: 1\n  c: 2\n  @@b: 3\n", "'b' is given twice, first on line 2"),
        ("a: @@[1, 2\nb: 3\n", "opened and never closed"),
        ("a: @@'it\nb: 3\n", "opened and never closed"),
        ("a: @@`x\n", "cannot start any token"),
        ("a: b@@: c\n", "mapping values are not allowed"),
        ("a: 1\n@@\tb: 2\n", "found a tab"),
        ("a: @@*nowhere\n", "is not defined before this line"),
        ("a: &x [@@*x]\n", "is not defined before this line"),
        ("@@- a\n- b\n", "must be a mapping of sections, not a list"),
        ("@@just words\n", "must be a mapping of sections, not text"),
        ("a: 1\n@@---\nb: 2\n", "a second document begins here"),
        ("a: @@!!python/object:os.system x\n", "is not allowed here"),
        ("a: @@!custom {b: 1}\n", "the tag !custom is not allowed here"),
        ("a: @@!!int x\n", "not of the type that its tag says"),
        ("@@[1, 2]: x\n", "a key must be one word"),
        ("@@{a: 1}: x\n", "a key must be one word"),
        ("a: &x b\n@@*x : c\n", "a key must be one word"),
        ("@@'': 1\n", "a key is missing before ':'"),
        ("a:\n  <<: @@5\n", "merges mappings only"),
        ("a: x@@\x07y\n", "U+0007"),
        ("a:\n  b: '@@\ud800'\n", "U+D800"),
        (f"@@{'k' * 201}: 1\n", "longer than 200 characters"),
    ],
)
def test_what_breaks_a_rule_is_refused_at_its_place(
    text: str, words: str, unmark: Callable[[str], Any]
) -> None:
    marked = unmark(text)
    problem = refusal(marked.text).problem
    assert words in problem.message
    assert (problem.line, problem.column) == (marked.line, marked.column)
    assert problem.file == "c.yaml"


def test_a_load_error_can_be_caught_as_a_configuration_error() -> None:
    with pytest.raises(ConfigurationError, match=r"c\.yaml:2:1: 'a' is given twice"):
        read("a: 1\na: 2\n")


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_random_bytes_give_a_tree_or_a_load_error(data: bytes) -> None:
    try:
        text = decode(data, "c.yaml", "config")
    except LoadError as error:
        text = str(error)
    assert outcome(text) >= 1


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("ab:-[]{}&*!|>'\"%@`#?,<~\\ \n\t019.é\u2028"), max_size=60))
def test_random_punctuation_gives_a_tree_or_a_load_error(text: str) -> None:
    assert 1 <= outcome(text) <= len(SourceText("config", "c.yaml", text).lines) + 1


@pytest.mark.parametrize(
    ("data", "line", "column"), [(b"a: 1\nb: \xff\n", 2, 4), (b"\xef\xbb\xbfa: \xc3", 1, 4), (b"\x80", 1, 1)]
)
def test_a_byte_that_is_not_utf_8_is_refused_at_its_place(data: bytes, line: int, column: int) -> None:
    with pytest.raises(LoadError, match="is not valid UTF-8") as caught:
        decode(data, "c.yaml", "config")
    assert (caught.value.problem.line, caught.value.problem.column) == (line, column)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_what_windows_editors_write_can_be_read(encoding: str) -> None:
    assert read(decode("a: é\r\nb: 2\r\n".encode(encoding), "c.yaml", "config")) == {"a": "é", "b": 2}


def test_a_missing_file_is_not_an_error_and_a_folder_in_its_place_is(tmp_path: Path) -> None:
    assert read_bytes(tmp_path / "none.yaml", "none.yaml", "config") is None
    with pytest.raises(LoadError, match=r"^x\.yaml: "):
        read_bytes(tmp_path, "x.yaml", "config")


@pytest.mark.posix("pipes that are files")
def test_a_pipe_in_place_of_a_file_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "config.yaml")
    with pytest.raises(LoadError, match="is not a plain file"):
        read_bytes(tmp_path / "config.yaml", "config.yaml", "config")


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_bytes(b"#" * (1 << 20) + b"\n")
    with pytest.raises(LoadError, match=r"is larger than 1\.0 MB"):
        read_bytes(tmp_path / "c.yaml", "c.yaml", "config")


def test_a_node_never_prints_its_value() -> None:
    text = "a: hunter2hunter2"
    tree = parse(text, SourceText("config", "c.yaml", text))
    assert "hunter2" not in repr(tree) + repr(find(tree, ("a",))) + repr(tree.source)
