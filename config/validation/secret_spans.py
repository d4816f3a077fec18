"""Which texts of a configuration must not be shown when something is said about it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import msgspec

from config.schema.walk import field_at, is_secret, vocabulary
from config.syntax.node import YamlNode, texts
from config.syntax.problem import Key

# A shorter one would mask parts of ordinary words.
_SHORTEST = 6
# A key that is named like a credential is taken for one, wherever it stands; a `routing_key` is none.
_CREDENTIAL = re.compile(r"(?i)(?:(?<!routing_)key|token|secret|password|passwd|credentials?)\Z")
# Anything but the scheme and the port of a URL.
_USER_PART = re.compile(r"@|:(?!//|\d{1,5}(?:/|\Z))")
# What stands behind a colon that has no space behind it, or where a colon is missing, is read as part of the key.
_REST_OF_KEY = re.compile(r"[\s:=]+(.*)", re.DOTALL)
# A line that is shown at all (node.LONGEST_LINE) has no room for more.
_MOST_IN_A_LINE = 400


@dataclass(frozen=True, slots=True)
class SecretSpans:
    """Secrets, masked everywhere, and by file and line the texts at unknown keys, which may be misspelt secrets."""

    everywhere: frozenset[str] = field(default=frozenset(), repr=False)
    by_line: Mapping[tuple[str, int], frozenset[str]] = field(default_factory=dict, repr=False)

    def around(self, node: YamlNode) -> frozenset[str]:
        """What to mask in a report about this node."""
        file, nothing = node.source.file, frozenset[str]()
        lines = {node.line, node.key_line}
        return self.everywhere.union(*(self.by_line.get((file, line), nothing) for line in lines))


def must_hide(key: Key, node: YamlNode) -> bool:
    """Whether a value is a secret, is named like one, or is a URL, valid or not, that may hold a password."""
    if is_secret(key) or (node.source.layer == "secrets" and not isinstance(node.value, Mapping)):
        return True
    name = str(key[-1]) if key else ""
    url = isinstance(node.value, str) and name.endswith("_url") and _USER_PART.search(node.value)
    return bool(url or _CREDENTIAL.search(name))


def hidden_texts(tree: YamlNode) -> SecretSpans:
    """What must not be shown of a tree, in which references are replaced already."""
    everywhere: set[str] = set()
    by_line: dict[tuple[str, int], frozenset[str]] = {}
    for node, secret in _suspects(tree, ()):
        found = frozenset(text for text in texts(node) if len(text) >= _SHORTEST) - vocabulary()
        if secret:
            everywhere |= found
        for place in ((node.source.file, node.line), (node.source.file, node.key_line)):
            known = by_line.get(place, frozenset())
            if len(known) < _MOST_IN_A_LINE:
                by_line[place] = known | found
    return SecretSpans(frozenset(everywhere), by_line)


def _suspects(tree: YamlNode, key: Key) -> Iterator[tuple[YamlNode, bool]]:
    for name, node in tree.children():
        path = (*key, name)
        if must_hide(path, node):
            yield node, True
        elif field_at(path) is None:
            yield node, False
            if rest := _REST_OF_KEY.search(str(name)):
                yield msgspec.structs.replace(node, value=rest[1], text=None), False
        else:
            yield from _suspects(node, path)
