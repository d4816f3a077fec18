"""Replaces `${NAME}` and `${NAME:-default}` in values of file layers, and `$${` by `${`; each once."""

import re
from collections.abc import Callable, Mapping

import msgspec

from config.format import size
from config.syntax.node import YamlNode, problem_at
from config.syntax.problem import Key, Problem
from config.syntax.scalar import resolve

_REFERENCE = re.compile(r"\$\$\{|\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?P<default>[^{}]*))?\}|\$\{")


# What all references together may bring in: a few of them must not multiply into gigabytes.
_BUDGET = 1 << 20


class _Refused(Exception):
    """A reference that cannot be replaced: its text, and why; `name` is given if that is not set."""

    def __init__(self, token: str, message: str, hint: str = "", name: str = "") -> None:
        self.token = token
        self.message = message
        self.hint = hint
        self.name = name


class Interpolation:
    """One pass over a tree. unset(key): what a missing optional secret means, in words; None for all other keys."""

    def __init__(self, names: Mapping[str, str], unset: Callable[[Key], str | None]) -> None:
        self.problems: list[Problem] = []
        self._names = names
        self._unset = unset
        self._budget = _BUDGET

    def run(self, node: YamlNode, key: Key = ()) -> YamlNode | None:
        """The tree with its references replaced; a value that cannot be is left out, with an error in `problems`."""
        if isinstance(node.value, Mapping):
            named = {name: self.run(child, (*key, name)) for name, child in node.value.items()}
            return msgspec.structs.replace(
                node, value={name: child for name, child in named.items() if child}
            )
        if isinstance(node.value, tuple):
            items = [self.run(child, (*key, index)) for index, child in enumerate(node.value)]
            return msgspec.structs.replace(node, value=tuple(child for child in items if child))
        if isinstance(node.value, str) and node.source.interpolated and "${" in node.value:
            return self._replaced(node, node.value, key)
        return node

    def _replaced(self, node: YamlNode, value: str, key: Key) -> YamlNode | None:
        unset = self._unset(key)
        secret = unset is not None
        try:
            text = _REFERENCE.sub(lambda match: self._lookup(match, secret), value)
        except _Refused as refused:
            return self._without(node, key, refused, unset)
        if node.text is None:
            return msgspec.structs.replace(node, value=text)
        # Unquoted, ${PORT} means what its value would mean if written there; a secret is always text.
        return msgspec.structs.replace(node, value=text if secret else resolve(text), text=text)

    def _lookup(self, match: re.Match[str], secret: bool) -> str:
        token, name, default = match.group(), match["name"], match["default"]
        if token == "$${":
            return "${"
        if not name:
            hint = "Write $${ for the characters ${ themselves."
            raise _Refused(token, "this is neither ${NAME} nor ${NAME:-default}", hint)
        value = self._names.get(name)
        if default is not None:
            value = value or default
        if value is None or (secret and not value):
            hint = f"Set it, or write ${{{name}:-default}}."
            raise _Refused(token, f"the environment variable {name} is not set", hint, name)
        self._budget -= len(value)
        if self._budget < 0:
            raise _Refused(token, f"all references together bring in more than {size(_BUDGET)}")
        return value

    def _without(self, node: YamlNode, key: Key, refused: _Refused, unset: str | None) -> YamlNode | None:
        token = refused.token
        if unset is not None and refused.name:
            message = f"{refused.name} is not set: {unset or 'there is none'}"
            self.problems.append(problem_at(node, key, "note", message, token=token))
            return msgspec.structs.replace(node, value=None, text=None)
        self.problems.append(problem_at(node, key, "error", refused.message, hint=refused.hint, token=token))
        return None
