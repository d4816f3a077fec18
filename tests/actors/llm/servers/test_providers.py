"""Who answers, and with what options."""

import pytest

from actors.llm.messages import LocalModelReady
from actors.llm.servers.providers import Endpoint, choose, limits, local_endpoint
from config.schema import Llm, LocalLlm, Secret


def test_without_a_key_and_an_address_the_embedded_model_answers() -> None:
    provider = choose(Llm())
    assert (provider.kind, provider.endpoint) == ("local", None)
    assert (
        provider.note == "no OPENROUTER_API_KEY (llm.api_key) and no llm.base_url: using the embedded SmolLM2"
    )
    assert "Models/my.gguf" in choose(Llm(local=LocalLlm(model_path="Models/my.gguf"))).note


def test_a_key_alone_means_openrouter_with_its_headers() -> None:
    provider = choose(Llm(api_key=Secret("sk-key"), model="m", max_tokens=300, temperature=0.7))
    assert provider.endpoint == Endpoint(
        "https://openrouter.ai/api/v1",
        "m",
        Secret("sk-key"),
        {"max_tokens": 300, "temperature": 0.7},
        (("HTTP-Referer", "http://localhost"), ("X-Title", "Gerald")),
    )
    assert provider.note == "using m at openrouter.ai"


def test_a_base_url_is_used_without_a_key_and_told_nothing_about_us() -> None:
    endpoint = choose(Llm(base_url="http://127.0.0.1:11434/v1/")).endpoint
    assert endpoint is not None
    assert (endpoint.base_url, endpoint.api_key, endpoint.headers) == ("http://127.0.0.1:11434/v1", None, ())


def test_scripted_replies_come_before_everything() -> None:
    assert choose(Llm(mock_responses=True, api_key=Secret("k"), base_url="http://x/v1")).kind == "mock"


def test_the_local_model_is_kept_short_and_steady() -> None:
    endpoint = local_endpoint(Llm(), LocalModelReady("http://127.0.0.1:5/v1", "SmolLM2", 0.5))
    assert (endpoint.model, endpoint.is_local) == ("SmolLM2", True)
    assert endpoint.options["max_tokens"] == 48
    assert endpoint.options["temperature"] == 0.3
    assert endpoint.options["repeat_penalty"] == 1.1
    short = local_endpoint(Llm(max_tokens=20), LocalModelReady("http://127.0.0.1:5/v1", "SmolLM2", 0.5))
    assert short.options["max_tokens"] == 20


@pytest.mark.parametrize(
    ("url", "host", "is_loopback"),
    [
        ("http://127.0.0.1:80/v1", "127.0.0.1:80", True),
        ("http://localhost/v1", "localhost", True),
        ("http://[::1]:80/v1", "[::1]:80", True),
        ("http://me:pw@models.example/v1", "models.example", False),
        ("http://10.0.0.1/v1", "10.0.0.1", False),
        ("http://[bad", "(an address that cannot be read)", False),
    ],
)
def test_an_endpoint_knows_its_host_and_whether_it_is_here(url: str, host: str, is_loopback: bool) -> None:
    assert (Endpoint(url, "m").host, Endpoint(url, "m").is_loopback) == (host, is_loopback)


def test_the_key_is_not_in_an_endpoints_repr() -> None:
    assert "sk-key" not in repr(choose(Llm(api_key=Secret("sk-key"))))


def test_limits_come_from_the_configuration() -> None:
    found = limits(Llm(connect_timeout=1, first_token_timeout=2, total_timeout=3))
    assert (found.connect, found.first_token, found.total) == (1, 2, 3)
