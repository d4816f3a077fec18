"""Who answers: the one place that chooses between a script, a remote server and the embedded model. Pure."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import SplitResult, urlsplit

from actors.llm.messages import LocalModelReady
from actors.vocabulary.type_names import durable
from config.schema import Llm, Secret

BETWEEN_TOKENS = 15.0  # seconds of silence within a reply after which the server is given up
OPENROUTER_HOST = "openrouter.ai"
OPENROUTER_HEADERS = (("HTTP-Referer", "http://localhost"), ("X-Title", "Gerald"))


@durable("llm.Endpoint")
@dataclass(frozen=True, slots=True)
class Endpoint:
    """A model at a server. base_url: no slash at its end. options: go into the request's body as they are."""

    base_url: str
    model: str
    api_key: Secret | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    headers: tuple[tuple[str, str], ...] = ()
    is_local: bool = False

    @property
    def host(self) -> str:
        """Host and port, as the owner's lines name it; never the user or password that a URL may hold."""
        return _split(self.base_url).netloc.rpartition("@")[2]

    @property
    def is_private(self) -> bool:
        """Whether the server is on this machine or in its own network, so that its use costs nothing."""
        host = _split(self.base_url).hostname or ""
        try:
            return not ipaddress.ip_address(host).is_global
        except ValueError:
            return self.is_loopback or "." not in host or host.endswith((".local", ".lan", ".internal"))

    @property
    def is_loopback(self) -> bool:
        """Whether the server is on this machine: then no proxy lies between."""
        host = _split(self.base_url).hostname or ""
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return host == "localhost" or host.endswith(".localhost")


@durable("llm.RequestLimits")
@dataclass(frozen=True, slots=True)
class RequestLimits:
    """Seconds: to connect, to the first token, between two, in all. Bytes: of one line, of a whole answer."""

    connect: float
    first_token: float
    total: float
    between_tokens: float = BETWEEN_TOKENS
    line_bytes: int = 256 * 1024
    body_bytes: int = 16 * 1024 * 1024


@durable("llm.Provider")
@dataclass(frozen=True, slots=True)
class Provider:
    """What was chosen, and a line on why. endpoint: None for a script and for the local model (see LocalModelReady)."""

    kind: Literal["mock", "remote", "local"]
    note: str
    endpoint: Endpoint | None = None


def choose(llm: Llm) -> Provider:
    """mock_responses before base_url or api_key before the local model."""
    kind = llm.provider
    if kind == "mock":
        return Provider(kind, "scripted replies (llm.mock_responses)")
    if kind == "local":
        used = f"the model at {llm.local.model_path}" if llm.local.model_path else "the embedded SmolLM2"
        return Provider(kind, f"no OPENROUTER_API_KEY (llm.api_key) and no llm.base_url: using {used}")
    endpoint = _remote(llm)
    return Provider(kind, f"using {endpoint.model} at {endpoint.host}", endpoint)


def _remote(llm: Llm) -> Endpoint:
    chosen = {"max_tokens": llm.max_tokens, "temperature": llm.temperature}
    options = {name: value for name, value in chosen.items() if value is not None} | dict(llm.parameters)
    host = _split(llm.endpoint).hostname or ""
    is_openrouter = host == OPENROUTER_HOST or host.endswith("." + OPENROUTER_HOST)
    headers = OPENROUTER_HEADERS if is_openrouter else ()
    return Endpoint(llm.endpoint, llm.model, llm.api_key or None, options, headers)


def local_endpoint(llm: Llm, ready: LocalModelReady) -> Endpoint:
    """The served local model, with the options that suit a small one."""
    options = {
        "max_tokens": min(llm.max_tokens or llm.local.max_tokens, llm.local.max_tokens),
        "temperature": llm.local.temperature,
        "repeat_penalty": llm.local.repeat_penalty,
        "stream_options": {"include_usage": True},
    }
    return Endpoint(ready.base_url, ready.model, None, options, is_local=True)


def limits(llm: Llm) -> RequestLimits:
    """How long a server may take, by the configuration."""
    return RequestLimits(llm.connect_timeout, llm.first_token_timeout, llm.total_timeout)


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("//(an address that cannot be read)")
