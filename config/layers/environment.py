"""Makes layers of GERALD_SECTION__KEY variables and KEY=VALUE overrides; values are YAML scalars, [..] or {..}."""

import re
from collections.abc import Iterable, Mapping, Sequence

from config.layers.dotenv import Variable
from config.schema import ActorSettings
from config.schema.walk import former_names, is_secret
from config.syntax.errors import LoadError
from config.syntax.node import SourceText, YamlNode
from config.syntax.parse_error import refuse
from config.syntax.problem import Key, dotted
from config.syntax.scalar import resolve
from config.syntax.yaml_reader import parse_value

_REFERENCE = re.compile(r"\$\{\w+\}")
_SECRET_HINT = (
    "Type `supervisor secrets set KEY`, or give ${NAME}, a variable of the environment, as its value."
)
PREFIX = "GERALD_"
_DEEPEST = 8
_FORMER = former_names(("actors", "*"))


def environment_layers(environ: Mapping[str, str]) -> tuple[YamlNode, ...]:
    """One single-valued layer for each GERALD_SECTION__KEY; names without `__` (GERALD_PROFILE) are not keys."""
    return tuple(
        _layer(
            _variable_key(name),
            value,
            SourceText("environment", "environment", f"{name}={value}", False, bare=True),
            1,
        )
        for name, value in sorted(environ.items())
        if _is_key(name)
    )


def dotenv_layers(variables: Iterable[Variable], source: SourceText) -> tuple[YamlNode, ...]:
    """The same for the variables of a .env file, each at its own line; a quoted value is text."""
    source = SourceText(source.layer, source.file, source.text, bare=True)
    return tuple(
        _tree(
            _variable_key(found.name),
            YamlNode(found.value, source, found.line, found.column),
            found.name_column,
        )
        if found.quoted
        else _layer(
            _variable_key(found.name), found.value, source, found.line, found.column, found.name_column
        )
        for found in variables
        if _is_key(found.name)
    )


def override_layers(overrides: Sequence[str], shown: str = "--set") -> tuple[YamlNode, ...]:
    """One layer for each `section.key=value`. Raises LoadError for one that is not of this form."""
    return tuple(_override(text, shown) for text in overrides)


def split_key(text: str) -> Key:
    """The path of a dotted key, with today's names. An actor's address is one part: `actors.speech.recognizer.pin`."""
    parts = text.split(".")
    if parts[0] == "actors" and len(parts) > 2:
        # Without a setting at its end the whole rest is the address: actors.llm.local={pin: thread}.
        last = _FORMER.get(parts[-1], parts[-1])
        end = len(parts) - (last in ActorSettings.model_fields)
        parts = ["actors", ".".join(parts[1:end]), *((last,) if end < len(parts) else ())]
    return tuple(parts)


def _override(text: str, shown: str) -> YamlNode:
    name, equals, value = text.partition("=")
    key = split_key(name.strip())
    source = SourceText("overrides", shown, text, numbered=False, bare=True)
    if not equals or not all(key):
        raise refuse(source, "this is not of the form NAME=VALUE", 1, 1, "Write, say, llm.temperature=0.9.")
    layer = _layer(key, value, source, 1, len(name) + 2, 1)
    if secret := _secret_in((), layer):
        # Without the line itself: the secret is in it.
        message = f"{dotted(secret)} is a secret, and everybody on this machine can read a command line (ps)"
        raise refuse(
            SourceText("overrides", shown, "", numbered=False, bare=True), message, hint=_SECRET_HINT
        )
    return layer


def _secret_in(key: Key, node: YamlNode) -> Key | None:
    """The key of a secret that stands in `node`, at `key`; a reference to a variable is none."""
    if isinstance(node.value, Mapping):
        inner = ((_secret_in((*key, name), below)) for name, below in node.value.items())
        return next((found for found in inner if found is not None), None)
    given = node.value is not None and not _REFERENCE.fullmatch(str(node.value))
    return key if key and given and is_secret(key) else None


def _is_key(name: str) -> bool:
    return name.startswith(PREFIX) and "__" in name.removeprefix(PREFIX).strip("_")


def _variable_key(name: str) -> Key:
    parts = name.removeprefix(PREFIX).lower().split("__")
    if parts[0] == "actors" and len(parts) > 1:
        # Shells accept no dot in a name, and no address has an underscore.
        parts[1] = parts[1].replace("_", ".")
    return tuple(parts)


def _layer(
    key: Key, value: str, source: SourceText, line: int, column: int = 0, name_column: int = 1
) -> YamlNode:
    column = column or source.text.index("=") + 2
    return _tree(key, _read(value.strip(), source, line, column), name_column)


def _read(value: str, source: SourceText, line: int, column: int) -> YamlNode:
    if not value.startswith(("[", "{", '"', "'")):
        return YamlNode(resolve(value), source, line, column, text=value)
    try:
        # Spaces and line breaks before the value put its parts at the places they have in the source.
        node = parse_value("\n" * (line - 1) + " " * (column - 1) + value, source)
    except LoadError:
        if value.startswith(("[", "{")):
            raise
        return YamlNode(value, source, line, column, text=value)
    return node or YamlNode(None, source, line, column)


def _tree(key: Key, leaf: YamlNode, name_column: int) -> YamlNode:
    """The layer that holds one value."""
    if len(key) > _DEEPEST:
        raise refuse(leaf.source, "this key has too many parts", leaf.line, name_column)
    node = leaf
    for part in reversed(key):
        named = YamlNode(node.value, leaf.source, node.line, node.column, leaf.line, name_column, node.text)
        node = YamlNode({str(part): named}, leaf.source, leaf.line, leaf.column)
    return node
