"""Opens a secrets file: each check has its own message, and nothing is decrypted before all have passed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from config.home import Home, shown_path
from config.secrets.cipher import PREFIX, Cipher, InvalidTag
from config.secrets.keyfile import KeyTrouble, Opener
from config.secrets.lock import Lock, unlock
from config.secrets.meta import Meta, body_of, read_meta, rendered
from config.secrets.seen import note_seen, seen_revision
from config.secrets.spans import LAYER, META, spans, values
from config.secrets.tamper import TamperFinding, findings
from config.syntax.errors import LoadError
from config.syntax.node import SourceText, YamlNode
from config.syntax.parse_error import refuse
from config.syntax.problem import Key, dotted
from config.syntax.yaml_reader import decode, read_bytes

__all__ = ["LAYER", "Vault", "lock_of", "meta_of", "open_text", "open_vault", "read_source", "unlock"]

_RESTORE = "Restore the file from a backup."


@dataclass(frozen=True, slots=True)
class Vault:
    """An open file. values: by key path, decrypted. tokens: as they stand in the text."""

    source: SourceText
    meta: Meta
    data_key: bytes
    values: Mapping[Key, Any]
    tokens: Mapping[Key, str]
    layer: YamlNode

    def __repr__(self) -> str:
        return f"Vault({self.source.file}, revision {self.meta.revision})"

    @property
    def body(self) -> str:
        """The text without the section of the lock."""
        return body_of(self.source.text)


def open_vault(
    home: Home,
    environ: Mapping[str, str],
    ask: Callable[[], str] | None = None,
    *,
    accept: bool = False,
    mending: Key = (),
) -> Vault | None:
    """The home's secrets; None without a file. Raises LoadError.

    accept: take a lower revision than was seen, and changed comments, as meant.
    mending: a key that is about to be given anew or taken away, so that what is wrong with it does not matter.
    """
    source = read_source(home)
    if source is None:
        return None
    vault = open_text(source, Opener(environ, ask), accept=accept, mending=mending)
    seen = seen_revision(home, vault.meta.id)
    if vault.meta.revision < seen and not accept:
        message = f"was rolled back: it has revision {vault.meta.revision}, and revision {seen} was seen here"
        raise refuse(source, message, hint="If you restored it yourself, run `supervisor secrets accept`.")
    # An accepted revision counts only once it is written, above all that were seen: else those could come back.
    if vault.meta.revision > seen:
        note_seen(home, vault.meta.id, vault.meta.revision)
    return vault


def read_source(home: Home) -> SourceText | None:
    """The file as it is; None where there is none. Raises LoadError."""
    shown = shown_path(home.secrets_file)
    data = read_bytes(home.secrets_file, shown, LAYER)
    if data is None:
        return None
    if b"\r" in data:
        # Whoever changes the line breaks changes every byte of them; the seal knows one kind.
        data = data.replace(b"\r\n", b"\n")
    return SourceText(LAYER, shown, decode(data, shown, LAYER))


def open_text(source: SourceText, opener: Opener, *, accept: bool = False, mending: Key = ()) -> Vault:
    """The secrets of a text. Raises LoadError."""
    tree, found = values(source)
    spans(source)  # refuses what a file of secrets must not have
    assert isinstance(tree.value, Mapping)
    nodes = {key: node for key, node in found.items() if key[0] != META}
    meta = _meta(source, tree, nodes)
    data_key = _unlocked(source, meta, opener)
    cipher = Cipher(data_key, meta.id)
    manifest = _manifest(source, meta, cipher)
    wrong = tuple(findings(nodes, manifest["values"], cipher))
    mended = any(found.key == mending for found in wrong)
    if others := tuple(found for found in wrong if found.key != mending):
        raise _tampered(source, others)
    if manifest["revision"] != meta.revision:
        raise refuse(source, f"its revision was altered: it was {manifest['revision']}", hint=_RESTORE)
    if cipher.seal(body_of(source.text) + rendered(meta.unsealed())) != meta.seal and not (accept or mended):
        message = "its seal is broken: a comment, the order or the layout was changed without the key"
        hint = "No value was changed. If it was you, run `supervisor secrets accept`."
        raise refuse(source, message, hint=hint)
    if mended:
        nodes = {key: node for key, node in nodes.items() if key != mending}
    opened = {key: _decrypted(source, key, node, cipher) for key, node in nodes.items()}
    tokens = {key: str(node.value) for key, node in nodes.items()}
    return Vault(source, meta, data_key, opened, tokens, _layer(tree, opened))


def lock_of(source: SourceText) -> Lock:
    """How a file is locked, which needs no key. Raises LoadError."""
    return meta_of(source).lock


def meta_of(source: SourceText) -> Meta:
    """The section of the lock, which needs no key. Raises LoadError."""
    tree, found = values(source)
    return _meta(source, tree, {key: node for key, node in found.items() if key[0] != META})


def _meta(source: SourceText, tree: YamlNode, nodes: Mapping[Key, YamlNode]) -> Meta:
    assert isinstance(tree.value, Mapping)
    node = tree.value.get(META)
    if node is None:
        if any(isinstance(n.value, str) and n.value.startswith(PREFIX) for n in nodes.values()):
            raise refuse(source, f"is damaged: its section {META} is missing", hint=_RESTORE)
        hint = "Run `supervisor secrets init`: it encrypts the file in its place."
        raise refuse(source, "is not encrypted", hint=hint)
    meta = read_meta(node, source.text)
    if meta is None:
        message = f"is damaged: the section {META} is not as it was written"
        raise refuse(source, message, node.key_line, node.key_column, _RESTORE)
    return meta


def _unlocked(source: SourceText, meta: Meta, opener: Opener) -> bytes:
    try:
        return unlock(meta.lock, meta.id, opener)
    except KeyTrouble as trouble:
        raise refuse(source, f"cannot be opened: {trouble}", hint=trouble.hint) from None
    except (InvalidTag, ValueError):
        raise refuse(source, "is damaged: its lock does not fit its own key", hint=_RESTORE) from None


def _manifest(source: SourceText, meta: Meta, cipher: Cipher) -> dict[str, Any]:
    try:
        found: dict[str, Any] = cipher.decrypt((META, "manifest"), meta.manifest)
    except (InvalidTag, ValueError):
        raise refuse(source, "is damaged: its manifest was altered", hint=_RESTORE) from None
    return found


def _tampered(source: SourceText, wrong: tuple[TamperFinding, ...]) -> LoadError:
    first = wrong[0]
    named = f"{dotted(first.key)} " if first.key else ""
    more = f" (and {len(wrong) - 1} more like this)" if len(wrong) > 1 else ""
    hint = "Run `supervisor secrets set` with that key." if first.plaintext else _RESTORE
    line, column = (first.node.line, first.node.column) if first.node is not None else (0, 0)
    return refuse(source, f"{named}{first.message}{more}", line, column, hint)


def _decrypted(source: SourceText, key: Key, node: YamlNode, cipher: Cipher) -> Any:
    try:
        return cipher.decrypt(key, str(node.value))
    except (InvalidTag, ValueError):
        raise refuse(source, f"{dotted(key)} was damaged", node.line, node.column, _RESTORE) from None


def _layer(tree: YamlNode, opened: Mapping[Key, Any]) -> YamlNode:
    def filled(node: YamlNode, key: Key) -> YamlNode:
        if isinstance(node.value, Mapping):
            inner = {
                name: filled(child, (*key, name)) for name, child in node.value.items() if name != META or key
            }
            return msgspec.structs.replace(node, value=inner)
        if isinstance(node.value, tuple):
            items = tuple(filled(child, (*key, index)) for index, child in enumerate(node.value))
            return msgspec.structs.replace(node, value=items)
        return msgspec.structs.replace(node, value=opened.get(key), text=None)

    return filled(tree, ())
