"""Keys as the page shows them."""

from typing import Any

from config.schema import Config
from config.syntax.mask import MASK
from config.tools.in_force import ValueInForce, values_in_force
from supervisor.page.screens.settings.view import (
    SHORT,
    found_in,
    in_short,
    row_of,
    rows_of,
    sections_of,
    setting_view,
    told,
)


def plain(one: ValueInForce, **other: Any) -> dict[str, Any]:
    fields = {name: getattr(one, name) for name in one.__struct_fields__}
    return {**fields, "parts": list(one.parts), **other}


def all_rows(**other: Any) -> list[dict[str, Any]]:
    return [plain(one, **other) for one in values_in_force(Config(), None, "")]


def of(key: str, **other: Any) -> dict[str, Any]:
    return next(row | other for row in all_rows() if row["key"] == key)


def test_every_key_of_the_schema_stands_in_its_section() -> None:
    rows = rows_of(all_rows())
    sections = sections_of(rows)
    assert [one.name for one in sections] == list(Config.model_fields)
    assert sum(one.keys for one in sections) == len(rows)
    assert all(one.about and one.keys for one in sections)
    assert all(row.meaning and row.applies for row in rows)


def test_a_key_that_is_set_is_marked_with_its_layer() -> None:
    row = row_of(of("llm.temperature", layer="config", value=1.5))
    assert (row.is_set, row.layer, row.value, row.default) == (True, "config.yaml", "1.5", "0.7")
    assert not row_of(of("llm.temperature")).is_set
    assert sections_of([row])[list(Config.model_fields).index("llm")].set == 1


def test_a_search_looks_for_every_word_in_key_and_meaning() -> None:
    rows = rows_of(all_rows())
    found = [row.key for row in found_in(rows, "temperature")]
    assert found[0] == "llm.temperature"
    assert all("port" in row.key or "port" in row.meaning.casefold() for row in found_in(rows, "PORT osc"))
    assert found_in(rows, "nothing like it") == ()
    assert found_in(rows, "", only_set=True) == ()


def test_of_a_secret_only_whether_it_is_set_is_shown() -> None:
    view = setting_view(of("llm.api_key", value=MASK, layer="secrets"))
    assert dict(view.about)["In force"] == "set"
    assert (view.is_secret, view.is_there, view.typed) == (True, True, "")
    many = setting_view(of("llm.api_keys", value={"work": MASK}, layer="secrets"))
    assert dict(many.about)["In force"] == "set for work"
    assert (many.is_mapping, many.names) == (True, ("work",))
    assert dict(setting_view(of("llm.api_key")).about)["In force"] == "not set"
    assert setting_view(of("llm.api_key", lost=[(MASK, "config.yaml:2:3")])).lost == (
        ("set", "config.yaml:2:3"),
    )


def test_a_long_value_is_cut_in_a_list_and_whole_on_its_page() -> None:
    value = "x" * 200
    assert len(row_of(of("bot.personality", value=value)).value) == SHORT
    assert dict(setting_view(of("bot.personality", value=value)).about)["In force"] == value
    assert in_short(("bot", "name"), "") == '""'


def test_what_came_of_a_change_is_told_whole() -> None:
    ended = {"outcome": "applied", "version": 3, "changed": ["a.b"], "restarted": ["llm"], "pending": ["c.d"]}
    assert told({**ended, "saved": "overrides.yaml"}).split("\n") == [
        "version 3 is in force: a.b",
        "being started again for it: llm",
        "waits until Gerald is started again: c.d",
        "saved in overrides.yaml",
    ]
    assert "nothing has changed" in told({**ended, "outcome": "unchanged"})
