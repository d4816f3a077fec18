"""`llm`: which language model answers, and how long it may take."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from config.schema.model_servers import BASE_URL, Extra, ServerName, ServerSettings
from config.schema.section import Section, Tuple, setting
from config.secret import Secret

OPENROUTER = "https://openrouter.ai/api/v1"


class LocalLlm(Section):
    """`llm.local`: the small model on this machine, used when no remote one is configured."""

    model_path: str | None = setting(
        None,
        "A GGUF file, relative to the home.",
        restarts=("llm.local",),
        min_length=1,
        unset="the embedded model is used",
    )
    threads: int = setting(
        1, "Threads of the model; one was fastest on shared cores.", restarts=("llm.local",), ge=1, le=64
    )
    context: int = setting(
        2048, "The context window.", unit="tokens", restarts=("llm.local",), ge=256, le=131072
    )
    max_tokens: int = setting(48, "The longest reply of the local model.", unit="tokens", ge=1, le=8192)
    temperature: float = setting(0.3, "Randomness of the local model; 0 is none.", ge=0.0, le=2.0)
    repeat_penalty: float = setting(1.1, "How repetition is discouraged; 1 is not at all.", ge=0.5, le=2.0)


class Llm(Section, key="llm", about="The language model.", place=50):
    """Any OpenAI-compatible server; without a key and a base_url, the local model."""

    api_key: Secret | None = setting(
        None, "The server's API key.", unset="no remote model is used unless base_url is set"
    )
    base_url: str | None = setting(
        None,
        "An OpenAI-compatible server, such as http://127.0.0.1:11434/v1.",
        pattern=BASE_URL,
        unset="OpenRouter is used when there is a key, else the local model",
    )
    model: str = setting(
        "cognitivecomputations/dolphin-mistral-24b-venice-edition:free",
        "The model's name at the server.",
        min_length=1,
        max_length=256,
    )
    max_tokens: int | None = setting(
        300, "The longest reply.", unit="tokens", ge=1, le=32768, unset="the server decides"
    )
    temperature: float | None = setting(
        0.7, "Randomness; 0 is none.", ge=0.0, le=2.0, unset="the server decides"
    )
    extra: Extra = setting(
        {},
        "Further parameters of every request, by the server's own names, such as top_p or reasoning_effort.",
        formerly="parameters",
    )
    models: Tuple[ServerSettings] = setting(
        (),
        "Servers in the order in which they are asked: the next one takes over where one fails before its first word,"
        " the embedded model last.",
        max_length=8,
    )
    pictures_per_minute: int = setting(
        6,
        "Most pictures that are sent to a server with the role see, each because somebody asked what can be seen.",
        unit="per minute",
        ge=1,
        le=60,
    )
    api_keys: Mapping[ServerName, Secret | None] = setting(
        {}, "API keys of the servers in models, by their names.", unset="it is asked without a key"
    )
    warm_up: bool = setting(
        True,
        "Have a server on this machine or in its own network load its model at the start, before the first question.",
    )
    mock_responses: bool = setting(False, "Scripted replies in place of a model, for tests.")
    connect_timeout: float = setting(5.0, "How long connecting may take.", unit="s", gt=0.0, le=120.0)
    first_token_timeout: float = setting(
        20.0, "How long the first word may take.", unit="s", gt=0.0, le=600.0
    )
    total_timeout: float = setting(60.0, "How long a whole reply may take.", unit="s", gt=0.0, le=3600.0)
    speculate: Literal["local", "always", "off"] = setting(
        "local",
        "Think ahead while it is not certain yet that somebody has finished: only where the model runs on this machine"
        " or in its own network (local), also at others, once for each thing said (always), or never (off).",
    )
    retries: int = setting(2, "Further attempts after a failure that may pass.", ge=0, le=10)
    local: LocalLlm = Field(default_factory=LocalLlm, description="The small model on this machine.")

    @property
    def provider(self) -> Literal["mock", "remote", "local"]:
        """Who answers."""
        if self.mock_responses:
            return "mock"
        return "remote" if self.models or self.api_key or self.base_url else "local"

    @property
    def is_placeholder(self) -> bool:
        """Whether the embedded model answers, which is too small to know what it says."""
        return self.provider == "local" and not self.local.model_path

    @property
    def endpoint(self) -> str:
        """The remote server's base URL, without a slash at its end."""
        return (self.base_url or OPENROUTER).rstrip("/")
