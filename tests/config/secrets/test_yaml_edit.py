"""One key is changed, and every other byte stays."""

import pytest

from config.secrets.yaml_edit import with_value, without_value
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
    ],
)
def test_every_other_byte_stays(plain: str) -> None:
    assert with_value(plain, ("llm", "api_key"), "new") == plain.replace("OLD", '"new"')


def test_an_item_that_shares_its_line_is_left_alone() -> None:
    with pytest.raises(LoadError, match="has no line of its own"):
        without_value("osc:\n  enabled_events: [a, b]\n", ("osc", "enabled_events", 0))
