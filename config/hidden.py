"""Which texts of a configuration must not be shown when something is said about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from config.node import Node, texts
from config.problem import Key
from config.schema.walk import field_at, is_secret, vocabulary

# A shorter one would mask parts of ordinary words.
_SHORTEST = 6
# A line that is shown at all (node.LONGEST_LINE) has no room for more.
_MOST_IN_A_LINE = 400


@dataclass(frozen=True, slots=True)
class Hidden:
    """Secrets, which are masked everywhere, and by file and line the texts at keys that the schema does not
    know: one of those may be a misspelt secret.
    """

    everywhere: frozenset[str] = field(default=frozenset(), repr=False)
    by_line: Mapping[tuple[str, int], frozenset[str]] = field(default_factory=dict, repr=False)

    def around(self, node: Node) -> frozenset[str]:
        """What to mask in a report about this node."""
        file, nothing = node.source.file, frozenset[str]()
        lines = {node.line, node.key_line}
        return self.everywhere.union(*(self.by_line.get((file, line), nothing) for line in lines))


def hidden_texts(tree: Node) -> Hidden:
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
    return Hidden(frozenset(everywhere), by_line)


def _suspects(tree: Node, key: Key) -> Iterator[tuple[Node, bool]]:
    for name, node in tree.children():
        path = (*key, name)
        if is_secret(path) or (node.source.layer == "secrets" and not isinstance(node.value, Mapping)):
            yield node, True
        elif field_at(path) is None:
            yield node, False
        else:
            yield from _suspects(node, path)
