"""What is in force, key by key, and which layer it comes from. Plain data; secrets are masked."""

from collections.abc import Iterator

import msgspec

from config.schema import Config
from config.schema.walk import field_at
from config.syntax.node import YamlNode, find
from config.syntax.problem import Key, dotted
from config.tools.explain import leaves, place_of, shown, value_in
from config.validation.validate import ValidationResult


class ValueInForce(msgspec.Struct, frozen=True):
    """One key. parts: its path. place: `file:line:column` of the layer that wins. lost: values that it overrides, with
    their places, the last one that lost first.

    layer: where it comes from, such as `file`, or `defaults`. saved, runtime: there is an override of this kind."""

    key: str
    parts: Key
    value: object
    place: str
    layer: str
    lost: tuple[tuple[object, str], ...] = ()
    saved: bool = False
    runtime: bool = False


def values_in_force(
    config: Config, result: ValidationResult | None, saved_in: str, key: Key = ()
) -> Iterator[ValueInForce]:
    """Every key of `config`; with `key` only that one, which may be an actor's that the configuration does not name.

    result: what the files say; None where they cannot be read. saved_in: the file of the saved overrides, as it is
    shown."""
    for path in (key,) if key else leaves(config):
        if field_at(path) is not None:
            yield _in_force(config, result, saved_in, path)


def _in_force(config: Config, result: ValidationResult | None, saved_in: str, key: Key) -> ValueInForce:
    nodes = _written(result, key)
    node = nodes[-1] if nodes else None
    return ValueInForce(
        dotted(key),
        key,
        value_in(config, key),
        place_of(node) if result is not None else "unknown: the files cannot be read",
        node.source.layer if node is not None else "defaults",
        tuple((shown(lost, key), place_of(lost)) for lost in reversed(nodes[:-1])),
        any(one.source.file == saved_in for one in nodes),
    )


def _written(result: ValidationResult | None, key: Key) -> list[YamlNode]:
    """The nodes of every layer that has the key, the winner last."""
    layers = result.layers if result is not None else ()
    return [node for layer in layers if (node := find(layer, key)) is not None]
