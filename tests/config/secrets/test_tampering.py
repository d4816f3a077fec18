"""Whatever is done to a secrets file without its key is refused, and said of which key, as far as that can be known."""

import random
import re
from pathlib import Path

import pytest

from config.secrets.secrets_file import open_secrets
from config.syntax.errors import LoadError
from tests.config.secrets.conftest import Safe

TOKEN = re.compile(r"enc:1:[\w-]+")


def token(safe: Safe, name: str) -> str:
    line = next(line for line in safe.text.splitlines() if line.strip().startswith(f"{name}:"))
    found = TOKEN.search(line)
    assert found is not None
    return found.group()


def test_two_values_that_were_swapped(safe: Safe) -> None:
    one, two = token(safe, "api_key"), token(safe, "username")
    safe.tamper(safe.text.replace(one, "?").replace(two, one).replace("?", two))
    said = safe.refusal()
    assert "secrets.yaml:3:12: llm.api_key was changed without the key" in said
    assert "and 1 more like this" in said


def test_a_value_that_was_copied(safe: Safe) -> None:
    safe.tamper(safe.text.replace(token(safe, "base_url"), token(safe, "api_key")))
    assert "llm.base_url was changed without the key" in safe.refusal()


def test_items_of_a_list_that_were_swapped(safe: Safe) -> None:
    one, two = TOKEN.findall(next(line for line in safe.text.splitlines() if "enabled_events" in line))
    safe.tamper(safe.text.replace(one, "?").replace(two, one).replace("?", two))
    assert "osc.enabled_events[0] was changed without the key" in safe.refusal()


def test_a_key_that_was_renamed(safe: Safe) -> None:
    safe.tamper(safe.text.replace("  username:", "  log_directory:"))
    said = safe.refusal()
    assert "vrchat.log_directory was added without the key" in said
    assert "and 1 more like this" in said


def test_a_value_that_was_moved_to_another_section(safe: Safe) -> None:
    line = next(line for line in safe.text.splitlines() if "username" in line)
    safe.tamper(safe.text.replace(line + "\n", "  {}\n").replace("osc:", f"bot:\n{line}\nosc:"))
    assert "bot.username was added without the key" in safe.refusal()


def test_a_key_that_was_taken_away(safe: Safe) -> None:
    line = next(line for line in safe.text.splitlines() if "base_url" in line)
    safe.tamper(safe.text.replace(line + "\n", ""))
    said = safe.refusal()
    assert "llm.base_url was removed without the key. Restore the file from a backup" in said
    assert "or run `supervisor secrets set`" in said


def test_a_key_that_was_added(safe: Safe, tmp_path: Path) -> None:
    other = Safe(tmp_path / "other")
    foreign = token(other, "api_key")
    safe.tamper(safe.text.replace("vrchat:\n", f"vrchat:\n  log_directory: {foreign}\n"))
    assert "vrchat.log_directory was added without the key" in safe.refusal()


def test_a_plain_value_among_the_others(safe: Safe) -> None:
    safe.tamper(safe.text.replace(token(safe, "username"), "somebody"))
    said = safe.refusal()
    assert "vrchat.username is not encrypted. Restore the file from a backup" in said
    assert "or run `supervisor secrets set`" in said


def test_a_value_of_another_file(safe: Safe, tmp_path: Path) -> None:
    other = Safe(tmp_path / "other")
    safe.tamper(safe.text.replace(token(safe, "api_key"), token(other, "api_key")))
    assert "llm.api_key was changed without the key" in safe.refusal()


def test_an_older_value_of_the_same_key(safe: Safe) -> None:
    old = token(safe, "username")
    safe.change("planted-account-name", "somebody else")
    safe.tamper(safe.text.replace(token(safe, "username"), old))
    assert "vrchat.username was changed without the key" in safe.refusal()


def test_a_whole_older_file(safe: Safe) -> None:
    old = safe.text
    safe.change("planted-account-name", "somebody else")
    safe.tamper(old)
    said = safe.refusal()
    assert "was rolled back: it has revision 1, and revision 2 was seen here" in said
    assert "supervisor secrets accept" in said
    assert safe.open(accept=True).metadata.revision == 1


def test_a_revision_that_was_raised(safe: Safe) -> None:
    safe.tamper(safe.text.replace("revision: 1\n", "revision: 9\n"))
    assert "its revision was altered: it was 1" in safe.refusal()


def test_a_comment_that_was_changed_and_values_in_another_order(safe: Safe) -> None:
    text = safe.text
    safe.tamper(text.replace("# mine", "# yours"))
    assert "its signature does not match" in safe.refusal()
    assert safe.open(accept=True).values
    lines = text.splitlines(keepends=True)
    lines[2], lines[3] = lines[3], lines[2]
    safe.tamper("".join(lines))
    assert "its signature does not match" in safe.refusal()


def test_the_lock_of_another_file(safe: Safe, tmp_path: Path) -> None:
    other = Safe(tmp_path / "other")
    at, there = safe.text.index("# Written by"), other.text.index("# Written by")
    safe.tamper(safe.text[:at] + other.text[there:])
    safe.environ = other.environ
    assert "llm.api_key was changed without the key" in safe.refusal()


@pytest.mark.parametrize("name", ["manifest", "seal", "check", "id", "wrapped", "key"])
def test_every_line_of_the_lock_counts(safe: Safe, name: str) -> None:
    match = re.search(rf'  {name}: "([^"]+)"', safe.text)
    assert match is not None
    at = match.start(1) + len(match[1]) // 2
    safe.tamper(safe.text[:at] + ("A" if safe.text[at] != "A" else "B") + safe.text[at + 1 :])
    safe.refusal()


def test_a_lock_that_is_missing(safe: Safe) -> None:
    safe.tamper(safe.text[: safe.text.index("# Written by")])
    assert "is damaged: its section gerald_secrets is missing" in safe.refusal()


def test_a_thousand_flipped_bytes_are_refused(safe: Safe) -> None:
    data = safe.home.secrets_file.read_bytes()
    dice = random.Random(4)
    accepted: list[tuple[int, int]] = []
    said: list[str] = []
    for _ in range(1000):
        at, bit = dice.randrange(len(data)), 1 << dice.randrange(8)
        flipped = bytearray(data)
        flipped[at] ^= bit
        safe.home.secrets_file.write_bytes(bytes(flipped))
        try:
            open_secrets(safe.home, safe.keys)
        except LoadError as refused:
            said.append(str(refused))
        else:
            accepted.append((at, bit))
    assert accepted == []
    assert not [words for words in said if "planted" in words]


def mutated(data: bytes, dice: random.Random) -> bytes:
    """The file with lines taken out, doubled, swapped or cut, or with bytes put in."""
    lines = data.splitlines(keepends=True)
    one, two = dice.randrange(len(lines)), dice.randrange(len(lines))
    at = dice.randrange(len(data))
    match dice.randrange(6):
        case 0:
            del lines[one]
        case 1:
            lines.insert(one, lines[two])
        case 2:
            lines[one], lines[two] = lines[two], lines[one]
        case 3:
            return data[:at]
        case 4:
            return (
                data[:at]
                + dice.choice([b"\x00", b"\xff", b"{", b"&a ", b"*a", b"!!x ", b"\n- ", b"${HOME}"])
                + data[at:]
            )
        case _:
            lines[one] = lines[one][: dice.randrange(len(lines[one]))] + b"\n"
    return b"".join(lines)


def test_mutated_files_are_refused_without_a_secret_and_without_anything_else_going_wrong(safe: Safe) -> None:
    data = safe.home.secrets_file.read_bytes()
    values = dict(safe.open().values)
    dice = random.Random(5)
    for _ in range(500):
        changed = mutated(data, dice)
        for _ in range(dice.randrange(3)):
            changed = mutated(changed, dice) if changed else changed
        safe.home.secrets_file.write_bytes(changed)
        try:
            file = open_secrets(safe.home, safe.keys)
        except LoadError as refused:
            said = f"{refused} {refused.problem!r}"
        else:
            # Swapping equal lines, say, is no change at all.
            assert changed == data or file is None or dict(file.values) == values
            said = ""
        assert not re.search("planted", said.replace("test_mutated", ""))
