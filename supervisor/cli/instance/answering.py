"""Which model answers, as it is said at READY; of the embedded one also how to connect a real one. Pure."""

from actors.llm.servers.providers import choose
from config.schema import Llm

PLACEHOLDER = (
    "answers: the embedded SmolLM2, a placeholder; rules make its small talk, and little else makes sense"
)
CONNECT = (
    "  a real model by Ollama: supervisor config set --save llm.base_url http://127.0.0.1:11434/v1"
    " && supervisor config set --save llm.model llama3.2",
    "  or by OpenRouter: supervisor secrets init && supervisor secrets set llm.api_key",
)


def who_answers(llm: Llm) -> tuple[str, ...]:
    """The lines, without secrets."""
    if llm.is_placeholder:
        return (PLACEHOLDER, *CONNECT)
    return (f"answers: {choose(llm).note}",)
