"""Who answers: the one place that chooses between a script, a remote server and the embedded model. Pure."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import SplitResult, urlsplit

from actors.llm.messages import LocalModelReady
from actors.vocabulary.type_names import durable
from config.schema import Llm, Secret, ServerSettings

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
    def label(self) -> str:
        """The server and the model, as the owner's lines begin."""
        return f"{self.host} ({self.model})"

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


@durable("llm.ModelServer")
@dataclass(frozen=True, slots=True)
class Server:
    """One that may be asked. name: the owner's, or its address. roles: what for."""

    name: str
    endpoint: Endpoint
    limits: RequestLimits
    roles: tuple[str, ...] = ("talk", "remember")

    @property
    def key(self) -> str:
        """What tells it from the others, free of secrets."""
        return (
            self.name if self.endpoint.is_local else f"{self.name} {self.endpoint.host} {self.endpoint.model}"
        )

    @property
    def title(self) -> str:
        """How people read it."""
        where = f"{self.endpoint.model} at {self.endpoint.host}"
        return self.name if self.endpoint.is_local else where


def label_of(server: Server | None) -> str:
    """As the owner's lines begin."""
    return server.endpoint.label if server is not None else "the model"


@durable("llm.Provider")
@dataclass(frozen=True, slots=True)
class Provider:
    """What was chosen, and a line on why. servers: none for a script and for the local model (see LocalModelReady).

    is_list: they are the owner's `llm.models`, and the embedded model comes after them."""

    kind: Literal["mock", "remote", "local"]
    note: str
    servers: tuple[Server, ...] = ()
    is_list: bool = False

    @property
    def endpoint(self) -> Endpoint | None:
        """The first server's."""
        return self.servers[0].endpoint if self.servers else None

    @property
    def uses_local(self) -> bool:
        """Whether the embedded model may be asked."""
        return self.kind == "local" or self.is_list

    def asks_as(self, other: "Provider") -> bool:
        """Whether the same is asked in the same order; how long it may take may differ."""
        return (self.kind, self.note, self._endpoints()) == (other.kind, other.note, other._endpoints())

    def _endpoints(self) -> tuple[tuple[Endpoint, tuple[str, ...]], ...]:
        return tuple((server.endpoint, server.roles) for server in self.servers)


def choose(llm: Llm) -> Provider:
    """mock_responses before models before base_url or api_key before the local model."""
    kind = llm.provider
    if kind == "mock":
        return Provider(kind, "scripted replies (llm.mock_responses)")
    if kind == "local":
        return Provider(
            kind, f"no OPENROUTER_API_KEY (llm.api_key) and no llm.base_url: using {_embedded(llm)}"
        )
    if llm.models:
        servers = tuple(_listed(llm, one) for one in llm.models)
        asked = ", then ".join(one.title for one in servers if "talk" in one.roles)
        note = f"using {asked}, then {_embedded(llm)}" if asked else f"using {_embedded(llm)}"
        return Provider(kind, note, servers, is_list=True)
    server = _listed(llm, ServerSettings())
    return Provider(kind, f"using {server.title}", (server,))


def _embedded(llm: Llm) -> str:
    return f"the model at {llm.local.model_path}" if llm.local.model_path else "the embedded SmolLM2"


def _listed(llm: Llm, one: ServerSettings) -> Server:
    """A server of the list, with what it does not say from the section."""
    base_url = (one.base_url or llm.endpoint).rstrip("/")
    chosen = {"max_tokens": llm.max_tokens, "temperature": llm.temperature}
    options = (
        {name: value for name, value in chosen.items() if value is not None}
        | dict(llm.extra)
        | dict(one.extra)
    )
    host = _split(base_url).hostname or ""
    is_openrouter = host == OPENROUTER_HOST or host.endswith("." + OPENROUTER_HOST)
    headers = OPENROUTER_HEADERS if is_openrouter else ()
    key = _key(llm, one, base_url)
    endpoint = Endpoint(base_url, one.model or llm.model, key or None, options, headers)
    within = RequestLimits(
        one.connect_timeout or llm.connect_timeout,
        one.first_token_timeout or llm.first_token_timeout,
        one.total_timeout or llm.total_timeout,
    )
    return Server(one.name or endpoint.host, endpoint, within, one.roles)


def _key(llm: Llm, one: ServerSettings, base_url: str) -> Secret | None:
    """Its own key. The section's goes to the section's address only: no server gets another's key."""
    name = one.api_key_name or one.name
    own = llm.api_keys.get(name) if name else None
    if own or one.api_key_name:
        return own
    return llm.api_key if base_url == llm.endpoint else None


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
