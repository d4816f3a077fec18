"""A secret shows itself to nobody who does not ask for it by name."""

import copy
import json
import logging
import pickle
from typing import Any

import msgspec
import pydantic
import pytest

from config.schema import Config, Llm, dump
from config.secret import Secret, holds_secret

TEXT = "sk-or-v1-correcthorse"
SECRET = Secret(TEXT)


@pytest.mark.parametrize(
    "shown",
    [
        repr(SECRET),
        str(SECRET),
        f"{SECRET}",
        f"{SECRET!r:>30}",
        str((SECRET,)),
        f"{[SECRET]}",
        repr(Llm(api_key=SECRET)),
        str(Config(llm=Llm(api_key=SECRET))),
        Llm(api_key=SECRET).model_dump_json(),
        str(Llm(api_key=SECRET).model_dump()),
        str(dump(Llm(api_key=SECRET))),
    ],
)
def test_nothing_that_prints_shows_it(shown: str) -> None:
    assert TEXT not in shown


@pytest.mark.parametrize(
    "serialise", [pickle.dumps, json.dumps, msgspec.json.encode, msgspec.msgpack.encode, msgspec.to_builtins]
)
def test_nothing_serialises_it_by_accident(serialise: Any) -> None:
    with pytest.raises(TypeError):
        serialise(SECRET)
    with pytest.raises(TypeError):
        serialise({"llm": (SECRET,)})


def test_a_log_record_does_not_hold_it(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("test").warning("the key is %s and %r", SECRET, {"key": SECRET})
    assert TEXT not in caplog.text


def test_it_gives_itself_away_when_asked() -> None:
    assert SECRET.reveal() == TEXT
    assert copy.deepcopy({"a": SECRET})["a"] is SECRET
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert len({Secret("a"), Secret("a")}) == 1
    assert not Secret("")


@pytest.mark.parametrize(
    "data", [{"api_key": [TEXT]}, {"api_kye": TEXT}, {"api_key": TEXT, "max_tokens": TEXT}]
)
def test_a_validation_error_does_not_quote_it(data: dict[str, object]) -> None:
    with pytest.raises(pydantic.ValidationError) as caught:
        Llm.model_validate(data)
    assert TEXT not in str(caught.value) + repr(caught.value)


def test_it_travels_as_a_reference_that_only_a_resolver_turns_back() -> None:
    config = Config(llm=Llm(api_key=SECRET))
    data = dump(config)
    assert data["llm"]["api_key"] == {"secret": "llm.api_key"}
    assert dump(config.llm, key="llm")["api_key"] == {"secret": "llm.api_key"}
    with pytest.raises(ValueError, match="must be text"):
        Config.model_validate(data)
    resolved = Config.model_validate(data, context={"resolve_secret": {"llm.api_key": TEXT}.__getitem__})
    assert resolved == config


@pytest.mark.parametrize(
    ("said", "holds"),
    [
        ("It is kestrel-40917-vellum-x.", True),
        ("It is K E S T R E L 4 0 9 1 7 V E L L U M X", True),
        ("The beginning: kestrel-40917", True),
        ("A kestrel is a bird.", False),
        ("", False),
    ],
)
def test_a_secret_is_found_in_what_is_said(said: str, holds: bool) -> None:
    kept = Secret("kestrel-40917-vellum-x")
    assert holds_secret(said) is holds
    assert kept


def test_a_short_secret_is_no_reason_to_fall_silent() -> None:
    kept = Secret("parrot")
    assert not holds_secret("I like parrots.")
    assert kept
