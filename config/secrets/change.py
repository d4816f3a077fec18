"""Writes secrets files: what changed gets a new token, all else stays byte for byte; whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import filelock

from config.files import write_private
from config.home import Home, shown_path
from config.secrets.cipher import PREFIX, Cipher, fingerprint
from config.secrets.keyfile import Opener
from config.secrets.lock import Lock, keyfile_lock, passphrase_lock
from config.secrets.meta import Meta, keyed, rendered
from config.secrets.readable import quoted, with_value, without_value
from config.secrets.seen import note_seen
from config.secrets.spans import LAYER, META, replaced, spans, values
from config.secrets.vault import Vault, open_text
from config.syntax.errors import ValidationError
from config.syntax.mask import conceal
from config.syntax.node import SourceText, YamlNode
from config.syntax.parse_error import refuse
from config.syntax.problem import Key, Problem, dotted
from config.validation.validate import validate

__all__ = [
    "SecretsContent",
    "check_plain",
    "keyfile_lock",
    "passphrase_lock",
    "plain_text",
    "sealed",
    "with_value",
    "without_value",
    "writing",
    "written",
]

HEAD = "# Gerald's secrets. Read and write them with `supervisor secrets edit`, or set, get, list.\n"


class SecretsContent:
    """The keys of a file, fixed or new: what `sealed` needs beside the text."""

    def __init__(self, data_key: bytes, id: str, lock: Lock) -> None:
        self.data_key, self.id, self.lock = data_key, id, lock

    @staticmethod
    def of(vault: Vault) -> SecretsContent:
        """The same keys again."""
        return SecretsContent(vault.data_key, vault.meta.id, vault.meta.lock)


def plain_text(vault: Vault) -> str:
    """The body with its values readable. For its owner's editor, and for nothing else."""
    texts = {key: quoted(value) for key, value in vault.values.items()}
    source = SourceText(LAYER, vault.source.file, vault.body)
    return replaced(vault.body, texts, spans(source))


def check_plain(text: str, shown: str) -> None:
    """Refuse a readable text that the configuration could not take over. Raises LoadError or ValidationError; no value
    is in what they say."""
    source = SourceText(LAYER, shown, text)
    tree, found = values(source)
    spans(source)
    _without_meta(source, tree)
    _without_tokens(source, found)
    result = validate(tree, {})
    own = tuple(problem for problem in result.errors if problem.file == shown)
    if own:
        given = frozenset(str(node.value) for node in found.values() if len(str(node.value)) > 2)
        raise ValidationError(tuple(_concealed(problem, given) for problem in own))


def sealed(plain: str, content: SecretsContent, revision: int, before: Vault | None = None) -> str:
    """The file's text for a readable body. before: the file as it was, whose tokens stay for what has not changed."""
    source = SourceText(LAYER, "secrets.yaml", plain)
    _, found = values(source)
    cipher = Cipher(content.data_key, content.id)
    same = before is not None and before.data_key == content.data_key
    tokens: dict[Key, str] = {}
    for key, node in found.items():
        old = before if same else None
        unchanged = old is not None and key in old.values and _equal(old.values[key], node.value)
        tokens[key] = old.tokens[key] if old is not None and unchanged else cipher.encrypt(key, node.value)
    body = replaced(plain, tokens, spans(source))
    if body and not body.endswith("\n"):
        body += "\n"
    prints = {keyed(key): fingerprint(token) for key, token in tokens.items()}
    manifest = cipher.encrypt((META, "manifest"), {"revision": revision, "values": prints})
    meta = Meta(content.id, revision, content.lock, manifest)
    return body + rendered(replace(meta, seal=cipher.seal(body + rendered(meta))))


def writing(home: Home) -> filelock.FileLock:
    """Held by whoever changes the file. Raises filelock.Timeout after 5 s."""
    home.data.mkdir(parents=True, exist_ok=True)
    return filelock.FileLock(home.data / "secrets.lock", timeout=5.0)


def written(home: Home, text: str, opener: Opener, expected: Mapping[Key, Any] | None = None) -> Vault:
    """Put a text in the file's place, after reading it back. Raises LoadError or OSError; then nothing has changed."""
    shown = shown_path(home.secrets_file)
    vault = open_text(SourceText(LAYER, shown, text), opener)
    if expected is not None and dict(vault.values) != dict(expected):
        raise refuse(SourceText(LAYER, shown), "would not read back as it was meant; nothing was written")
    # A link stays one, and what it points to does not keep its readable text.
    write_private(home.secrets_file.resolve(), text.encode("utf-8", "surrogatepass"))
    note_seen(home, vault.meta.id, vault.meta.revision)
    return vault


def _without_meta(source: SourceText, tree: YamlNode) -> None:
    assert isinstance(tree.value, Mapping)
    if META in tree.value:
        node = tree.value[META]
        raise refuse(
            source, f"{META} is the file's own section", node.key_line, node.key_column, "Remove it."
        )


def _without_tokens(source: SourceText, found: Mapping[Key, YamlNode]) -> None:
    # Encrypted once more, they would be lost for good: only the lock that is missing has their key.
    for key, node in found.items():
        if isinstance(node.value, str) and node.value.startswith(PREFIX):
            hint = f"If the section {META} is missing, restore the file from a backup."
            raise refuse(source, f"{dotted(key)} is encrypted already", node.line, node.column, hint)


def _concealed(problem: Problem, given: frozenset[str]) -> Problem:
    message, hint = conceal(problem.message, given)[0], conceal(problem.hint, given)[0]
    return replace(problem, message=message, hint=hint, excerpt="", caret=0)


def _equal(old: Any, new: Any) -> bool:
    return type(old) is type(new) and bool(old == new)
