"""What is never said, as a value: the lists of the configuration and of its files; and how a file is read. Pure."""

from collections.abc import Iterable

import msgspec

from actors.vocabulary.type_names import durable
from config.schema.patterns import fault_of

MOST = 20_000  # entries of one file
LONGEST = 200  # characters of a word or phrase


@durable("conversation.Rules")
class Rules(msgspec.Struct, frozen=True):
    """words: words and phrases, a * at the end of one for any ending. patterns: RE2. allowed: said all the same."""

    words: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()

    def __add__(self, other: "Rules") -> "Rules":
        """Both together."""
        return Rules(self.words + other.words, self.patterns + other.patterns, self.allowed + other.allowed)


def parsed(name: str, content: bytes) -> tuple[Rules, tuple[str, ...]]:
    """The rules of a file, one to a line; and what is wrong with it, as NAME:LINE: WHY. Wrong lines are left out."""
    faults: list[str] = []
    kinds: dict[str, list[str]] = {"words": [], "patterns": [], "allowed": []}
    lines = content.removeprefix(b"\xef\xbb\xbf").splitlines()
    for number, raw in enumerate(lines[:MOST], start=1):
        kind, entry, why = _entry(raw)
        if why:
            faults.append(f"{name}:{number}: {why}")
        elif entry:
            kinds[kind].append(entry)
    if len(lines) > MOST:
        faults.append(f"{name}:{MOST + 1}: more than {MOST} lines; the rest is left out")
    return Rules(*(tuple(dict.fromkeys(found)) for found in kinds.values())), tuple(faults)


def joined(rules: Iterable[Rules]) -> Rules:
    """All of them together."""
    return sum(rules, Rules())


def _entry(raw: bytes) -> tuple[str, str, str]:
    """Of which kind a line is, its text, and what is wrong with it."""
    try:
        line = raw.decode().strip()
    except UnicodeDecodeError as error:
        return "", "", f"byte {error.start + 1} is no UTF-8; save the file as UTF-8"
    if line.startswith("/"):
        return _pattern(line)
    line = line.partition("#")[0].strip()
    kind, text = ("allowed", line[1:].strip()) if line.startswith("!") else ("words", line)
    if len(text) > LONGEST:
        return "", "", f"{len(text)} characters, at most {LONGEST}"
    if line and not text.strip("*"):
        return "", "", "nothing stands beside the sign"
    return kind, text, ""


def _pattern(line: str) -> tuple[str, str, str]:
    inner, slash, after = line[1:].rpartition("/")
    if not slash or not inner or after.partition("#")[0].strip():
        return "", "", "a pattern begins and ends with a slash, as in /PATTERN/"
    why = fault_of(inner)
    return "patterns", inner, f"the pattern cannot be used: {why}" if why else ""
