"""What is written as YAML is read by this configuration as it was meant."""

import pytest

from config.syntax.node import SourceText, plain
from config.syntax.yaml_reader import parse
from config.syntax.yaml_writer import yaml_text

TEXTS = (
    "1e+18",
    "1e-320",
    "0x1F",
    "1_000",
    "no",
    "on",
    "~",
    "null",
    "12:30",
    "²",
    "",
    " a ",
    "a: b",
    "two\nlines",
    "- x",
)
TEXTS += (
    "#x",
    "'",
    '"',
    "{{char}}",
    "${HOME}",
    "日本",
    "🙂",
    "\u2028",
    "1.5",
    "-3",
    ".inf",
    "nan",
    "x\n",
    "\n x",
    "!!int 3",
)


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_stays_a_text_as_a_value_a_name_and_in_a_list(text: str) -> None:
    whole = {"value": text, "list": [text], "inner": {text or "x": 1}}
    written = yaml_text(whole)
    assert plain(parse(written, SourceText("overrides", "x.yaml", written))) == whole


@pytest.mark.parametrize("value", [True, False, None, 0, 12, -3, 1.5, 1e18, 1e-320])
def test_any_other_value_stays_what_it_is(value: object) -> None:
    written = yaml_text({"value": value})
    assert plain(parse(written, SourceText("overrides", "x.yaml", written))) == {"value": value}
