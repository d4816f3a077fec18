"""Makes the error for a text that cannot be parsed: no key in it is sure, so none of its values is shown."""

import re

import msgspec

from config.syntax.errors import LoadError
from config.syntax.known_words import known_words
from config.syntax.mask import conceal_unparsed, printable
from config.syntax.node import LONGEST_LINE, SourceText, YamlNode, problem_at
from config.syntax.suggest import closest

_KEY = re.compile(r"""\s*(?:-\s+)*["']?([\w-]+)["']?\s*:""")


def refuse(source: SourceText, message: str, line: int = 0, column: int = 0, hint: str = "") -> LoadError:
    """The LoadError for a place in a source; without a line it is about the whole file."""
    problem = problem_at(YamlNode(None, source, line, column), (), "error", message, hint=hint)
    if source.numbered and problem.excerpt:
        excerpt, caret = _unparsed(source.line(line), column)
        problem = msgspec.structs.replace(problem, excerpt=printable(excerpt), caret=caret)
    return LoadError(problem)


def _unparsed(text: str, column: int) -> tuple[str, int]:
    words = known_words()
    key = _KEY.match(text)
    name = key[1] if key and closest(key[1], words, cutoff=0.75) else ""
    return conceal_unparsed(text[:LONGEST_LINE], lambda word: word in words or word == name, column)
