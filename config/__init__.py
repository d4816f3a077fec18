"""Layers of YAML become one validated, frozen Config; every mistake is shown where it was made. Pure."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from config.syntax.known_words import ask_for_words

if TYPE_CHECKING:
    from config.layers.layers import load_config as load_config

__all__ = ["load_config"]


def __getattr__(name: str) -> Any:
    # Commands that only need `config.home` must not pay for YAML and pydantic.
    if name == "load_config":
        from config.layers.layers import load_config

        return load_config
    raise AttributeError(f"module 'config' has no attribute {name!r}")


def _words_of_the_schema() -> Collection[str]:
    from config.schema.walk import vocabulary

    return vocabulary()


ask_for_words(_words_of_the_schema)
