"""Lays one layer over another: mappings merge, all else replaces. Each value keeps the place it was written at."""

from collections.abc import Iterable, Mapping
from functools import reduce

from config.syntax.node import YamlNode


def merge(layers: Iterable[YamlNode]) -> YamlNode:
    """The tree of all layers, given in rising priority; at least one is needed."""
    return reduce(_over, layers)


def _over(under: YamlNode, upper: YamlNode) -> YamlNode:
    if not isinstance(under.value, Mapping):
        return upper
    if upper.value is None:
        # A section whose every key is commented out says nothing; it does not take the section away.
        return under
    if not isinstance(upper.value, Mapping):
        return upper
    merged = dict(under.value)
    for name, node in upper.value.items():
        merged[name] = _over(merged[name], node) if name in merged else node
    return YamlNode(merged, upper.source, upper.line, upper.column, upper.key_line, upper.key_column)
