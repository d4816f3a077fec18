"""One key is changed, and every other byte stays."""

import math

import pytest

from config.secrets import yaml_values
from config.secrets.yaml_edit import quoted, with_value, without_value
from config.syntax.errors import LoadError
from tests.config.secrets.conftest import PLAIN


def test_a_key_is_added_where_its_section_is_and_taken_out_with_its_line() -> None:
    added = with_value(PLAIN, ("vrchat", "log_directory"), "x")
    assert 'vrchat:\n  log_directory: "x"\n  username:' in added
    assert with_value(PLAIN, ("bot", "name"), "Ada").endswith('bot:\n  name: "Ada"\n')
    assert without_value(added, ("vrchat", "log_directory")) == PLAIN
    assert "vrchat" not in without_value(PLAIN, ("vrchat", "username"))
    with pytest.raises(KeyError):
        without_value(PLAIN, ("bot", "name"))


def test_a_heading_goes_with_its_last_key_and_one_of_the_same_name_stays() -> None:
    text = "a:\n  env:\n    A: 1\nb:\n  env:\n    B: 2\n"
    assert without_value(text, ("a", "env", "A")) == "b:\n  env:\n    B: 2\n"
    assert without_value(text, ("b", "env", "B")) == "a:\n  env:\n    A: 1\n"
    assert without_value("a:\n  x: 1\n  env:\n    A: 1\n", ("a", "env", "A")) == "a:\n  x: 1\n"


@pytest.mark.parametrize(
    "plain",
    [
        "llm:\n     api_key:   OLD      # shop\n\n\nosc:\n - a\n -   b\n",
        "llm: {api_key: OLD,  retries:   1}   # flow\nosc: [a,b ,c]",
        "\"llm\" :\n  'api_key' : OLD\n  b: \"\\u00e9\"\n  c: 'it''s'\n# end",
        "llm:\r\n  api_key: OLD # shop\r\n  model: y\r\n",
        "llm:\n  api_key: OLD\nbot:\n  personality: |+\n      kind\n\n      and shy\n\nosc:\n",
        "---\nllm:\n# here\n  api_key: OLD",
        'llm: {"api_key":OLD}\n',
    ],
)
def test_every_other_byte_stays(plain: str) -> None:
    assert with_value(plain, ("llm", "api_key"), "new") == plain.replace("OLD", '"new"')


def test_an_item_that_shares_its_line_is_left_alone() -> None:
    with pytest.raises(LoadError, match="has no line of its own"):
        without_value("osc:\n  enabled_events: [a, b]\n", ("osc", "enabled_events", 0))


def test_a_new_section_is_made_where_it_belongs_also_beside_one_of_the_same_name() -> None:
    plain = "a:\n  x:\n    q: 1\n"
    assert with_value(plain, ("a", "m", "x", "y"), "v") == (
        'a:\n  m:\n    x:\n      y: "v"\n  x:\n    q: 1\n'
    )


@pytest.mark.parametrize(("value", "text"), [(math.inf, ".inf"), (-math.inf, "-.inf"), (math.nan, ".nan")])
def test_what_is_no_finite_number_is_written_as_yaml_has_it(value: float, text: str) -> None:
    assert quoted(value) == text


@pytest.mark.parametrize("values", [2, 3, 4])
def test_as_many_values_as_are_allowed_are_read_and_no_more(
    values: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(yaml_values, "MOST", 2)
    text = "".join(f"k{number}: 1\n" for number in range(values))
    if values <= 2:
        assert len(yaml_values.read_values(text).nodes) == values
    else:
        with pytest.raises(LoadError, match="more than 2 values"):
            yaml_values.read_values(text)
