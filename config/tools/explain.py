"""Says of a key what it is, where its value comes from, and which layers lost. Plain data; secrets are masked."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from config.schema import ActorSettings, Config, dump
from config.schema.walk import choices, extra, field_at, is_optional, is_secret, range_words
from config.secret import Secret
from config.syntax.mask import MASK
from config.syntax.node import YamlNode, find, plain
from config.syntax.problem import Key, dotted
from config.validation.validate import ValidationResult


def explain(result: ValidationResult, key: Key) -> dict[str, Any]:
    """Everything about one key. Raises KeyError where the schema has none."""
    field = field_at(key)
    if field is None:
        raise KeyError(dotted(key))
    written = [(layer, node) for layer in result.layers if (node := find(layer, key)) is not None]
    return {
        "key": dotted(key),
        "value": value_at(result, key),
        "from": place_of(find(result.tree, key)) if written else "the schema's default",
        "lost": [{"value": shown(node, key), "from": place_of(node)} for _, node in reversed(written[:-1])],
        "type": kind_of_field(key, field),
        "range": range_of(field),
        "choices": list(choices(key)),
        "default": default_of(key, field),
        "unset": extra(field, "unset"),
        "applies": applies(field),
        "meaning": field.description or "",
    }


def applies(field: FieldInfo) -> str:
    """How a running bot takes a new value over, in words."""
    if extra(field, "reload") != "restart":
        return "live"
    by = field.json_schema_extra.get("restarts", ()) if isinstance(field.json_schema_extra, Mapping) else ()
    names = [str(name) for name in by] if isinstance(by, list | tuple) else []
    if not names:
        return "by a restart of the actor"
    return "when Gerald is started again" if names == ["all"] else f"by a restart of {', '.join(names)}"


def value_at(result: ValidationResult, key: Key) -> Any:
    """The value in force, as plain data; a secret masked. Of an invalid configuration what was written."""
    node = find(result.tree, key)
    if node is not None and node.source.layer == "secrets" and node.value is not None:
        return MASK
    if result.config is None:
        return shown(node, key) if node is not None else None
    return value_in(result.config, key)


def value_in(config: Config, key: Key) -> Any:
    """The value of a key as plain data; a secret masked."""
    return _plain(_at(config, key))


def values(result: ValidationResult, *, effective: bool) -> Iterator[tuple[Key, Any, str]]:
    """Every key with value and place; without `effective` only what is not from the defaults."""
    for key in leaves(result.config if result.config is not None else Config()):
        node = find(result.tree, key)
        written = node is not None and node.source.layer != "defaults"
        if effective or written:
            yield key, value_at(result, key), place_of(node)


def place_of(node: YamlNode | None) -> str:
    """`file:line:column`, as far as it is known."""
    if node is None:
        return "the schema's default"
    if node.source.layer in ("environment", "overrides") and not node.source.numbered:
        return f"{node.source.file} ({node.source.text.partition('=')[0]})"
    return f"{node.source.file}:{node.line}:{node.column}" if node.line else node.source.file


def kind_of_field(key: Key, field: FieldInfo) -> str:
    """The type in a person's words."""
    name = str(field.annotation)
    if is_secret(key):
        return "a mapping of names to secret texts" if "Mapping" in name else "a secret text"
    signs = {
        "tuple": _list_of(key),
        "Literal": "one of the choices",
        "Mapping": "a mapping",
        "parse_size": "a size such as 10MB",
        "check_device": "a device's index or name, none, or file:PATH",
    }
    words = next((said for sign, said in signs.items() if sign in name or sign in str(field.metadata)), "")
    if not words and extra(field, "unit") == "bytes":
        words = "a size such as 10MB"
    base = {"int": "a whole number", "float": "a number", "bool": "true or false", "str": "text"}
    plain_name = (
        name.replace("typing.", "").split("[")[0].split("'")[1] if "class" in name else name.split(" ")[0]
    )
    words = words or base.get(plain_name, "text")
    return f"{words}, or null" if is_optional(key) else words


def _list_of(key: Key) -> str:
    words = choices((*key, 0))
    return f"a list of {', '.join(words)}" if words else "a list"


def range_of(field: FieldInfo) -> str:
    """The range with its unit; "" for none."""
    return f"{range_words(field)} {extra(field, 'unit')}".strip()


def default_of(key: Key, field: FieldInfo) -> Any:
    """The default as plain data; of a key that occurs in several sections, the one of its own."""
    if key[0] == "actors" or _at(Config(), key[:-1]) is None:
        return _plain(field.get_default(call_default_factory=True))
    return _plain(_at(Config(), key))


def leaves(model: BaseModel, key: Key = ()) -> Iterator[Key]:
    """The path of every value in a section or a configuration, in its order."""
    for name, value in model:
        if isinstance(value, BaseModel):
            yield from leaves(value, (*key, name))
        elif isinstance(value, Mapping) and name == "actors":
            for address in value:
                yield from ((*key, name, address, setting) for setting in ActorSettings.model_fields)
        else:
            yield (*key, name)


def _at(config: Config, key: Key) -> Any:
    found: Any = config
    for part in key:
        if found is config.actors:
            found = config.actor(str(part))
        else:
            found = found.get(part) if isinstance(found, Mapping) else getattr(found, str(part), None)
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, Secret):
        return MASK
    if isinstance(value, BaseModel):
        return dump(value)
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, tuple | list) else value


def shown(node: YamlNode, key: Key) -> Any:
    """What was written there, as plain data; a secret masked."""
    if node.value is None:
        return None
    return MASK if is_secret(key) or node.source.layer == "secrets" else plain(node)
