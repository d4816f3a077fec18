"""`llm.models`, `llm.extra`: servers in an order, and what is sent to a server beside the conversation."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, JsonValue, StringConstraints
from pydantic_core import PydanticCustomError

from config.schema.section import Section, Tuple, setting, without_repetition

ParameterName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,63}$")]
ServerName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,31}$")]
Role = Literal["talk", "remember", "see"]

BASE_URL = r"^https?://[^\s/]+(/\S*)?$"

# What the request itself says, and what would change what comes back so that it is no reply.
OWN = frozenset({"messages", "stream", "model", "prompt", "tools", "tool_choice"})
_CREDENTIAL = re.compile(
    r"(?i)(?:(?:\A|_)key|apikey|token|secret|password|passwd|credentials?|authorization)\Z"
)
_KEYLIKE = re.compile(r"\b(?:sk|pk|ghp|gho|gsk|xox[bp])[-_][A-Za-z0-9_-]{8,}|\bBearer\s+\S+")


def check_extra(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """The parameters as they are, refused where one is the request's own, or a credential."""
    for name in value:
        if name in OWN:
            raise PydanticCustomError(
                "extra", "may not hold {name}, which Gerald sends itself", {"name": name}
            )
    if found := next(_credentials(value), None):
        raise PydanticCustomError(
            "extra", "may not hold a credential ({name}); keys belong into llm.api_keys", {"name": found}
        )
    return value


def _credentials(value: Any, name: str = "") -> Iterator[str]:
    """The names under which something stands that is, or looks like, a credential."""
    if isinstance(value, Mapping):
        for inner, item in value.items():
            yield from (inner,) if _CREDENTIAL.search(inner) else _credentials(item, inner)
    elif isinstance(value, list):
        for item in value:
            yield from _credentials(item, name)
    elif isinstance(value, str) and _KEYLIKE.search(value):
        yield name


Extra = Annotated[Mapping[ParameterName, JsonValue], Field(max_length=64), AfterValidator(check_extra)]


class ServerSettings(Section):
    """One of `llm.models`. What is not said is as the section `llm` has it."""

    name: ServerName | None = setting(None, "What it is called in status and log.", unset="its address")
    base_url: str | None = setting(
        None, "An OpenAI-compatible server.", pattern=BASE_URL, unset="llm.base_url, or OpenRouter"
    )
    model: str | None = setting(
        None, "The model's name at the server.", min_length=1, max_length=256, unset="llm.model"
    )
    api_key_name: ServerName | None = setting(
        None,
        "Which of llm.api_keys it gets.",
        unset="the one of its own name; without that llm.api_key, if its address is that of the section",
    )
    roles: Annotated[Tuple[Role], AfterValidator(without_repetition)] = setting(
        ("talk", "remember"),
        "What it is asked for: to talk, to remember (notes of what people told) and to see.",
        min_length=1,
    )
    extra: Extra = setting({}, "Further parameters of its requests, beside those of llm.extra.")
    connect_timeout: float | None = setting(
        None, "How long connecting may take.", unit="s", gt=0.0, le=120.0, unset="llm.connect_timeout"
    )
    first_token_timeout: float | None = setting(
        None,
        "How long its first word may take before the next server is asked.",
        unit="s",
        gt=0.0,
        le=600.0,
        unset="llm.first_token_timeout",
    )
    total_timeout: float | None = setting(
        None, "How long a whole reply may take.", unit="s", gt=0.0, le=3600.0, unset="llm.total_timeout"
    )
