"""Writes YAML that this configuration reads as it was meant."""

from collections.abc import Mapping
from typing import Any

import yaml

from config.syntax.scalar import resolve


def yaml_text(plain: Mapping[str, Any]) -> str:
    """A mapping of plain values, in its order; texts of several lines as they read."""
    return str(yaml.dump(dict(plain), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110))


class _Dumper(yaml.SafeDumper):
    """Quotes what is a number here and text to the library: 1e+18."""


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    quotes = None if isinstance(resolve(value), str) else "'"
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else quotes)


_Dumper.add_representer(str, _text)
