"""Names the messages in a trace whose plugin is not installed here: they are shown as they were written."""

from collections import Counter
from collections.abc import Iterable

from config.format import count
from config.plugins.discovery import missing_plugin
from supervisor.trace.read.decode import AnyLine
from supervisor.trace.records import MailLine


def types_of(lines: Iterable[AnyLine]) -> Counter[str]:
    """How many messages of each type there are."""
    return Counter(line.type for line in lines if isinstance(line, MailLine))


def absent(counts: Counter[str]) -> tuple[str, ...]:
    """A line for each plugin that is not installed: how many messages of which types. counts: of each type."""
    by_plugin: dict[str, dict[str, int]] = {}
    for name, number in sorted(counts.items()):
        if plugin := missing_plugin(name):
            by_plugin.setdefault(plugin, {})[name] = number
    return tuple(
        f"{count(sum(types.values()), 'message')} of a plugin that is not installed: {', '.join(types)}"
        for types in by_plugin.values()
    )
