"""Opens `config/secrets.yaml`: each check has its own message, and no value is given away before all have passed."""

import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from cryptography.exceptions import InvalidTag

from config.files import read_limited, write_private
from config.home import Home, shown_path
from config.secrets.cipher import PREFIX, SecretsCipher, fingerprint
from config.secrets.key_file import EncryptionKeyError, KeySource
from config.secrets.metadata import SecretsMetadata, body_of, metadata_from
from config.secrets.wrapped_key import unwrap
from config.secrets.yaml_edit import quoted
from config.secrets.yaml_values import LAYER, METADATA, YamlValues, read_values
from config.syntax.errors import LoadError
from config.syntax.node import SourceText, YamlNode
from config.syntax.parse_error import refuse
from config.syntax.problem import Key, dotted
from config.syntax.yaml_reader import decode, read_bytes

_RESTORE = "Restore the file from a backup."


@dataclass(frozen=True, slots=True)
class SecretsFile:
    """An open file. values: by key path, decrypted. tokens: as they stand in the text."""

    source: SourceText
    keys: KeySource
    metadata: SecretsMetadata
    data_key: bytes = field(repr=False)
    values: Mapping[Key, Any] = field(repr=False)
    tokens: Mapping[Key, str] = field(repr=False)
    layer: YamlNode = field(repr=False)

    def plain_text(self) -> str:
        """The owner's part of the text with readable values. For the owner's editor, and for nothing else."""
        body = read_values(body_of(self.source.text))
        return body.replaced({key: quoted(value) for key, value in self.values.items()})


def open_secrets(
    home: Home, keys: KeySource, *, accept: bool = False, repair: str = ""
) -> SecretsFile | None:
    """The home's secrets; None without a file. Raises LoadError.

    accept: take a lower revision than seen before, and changed comments. repair: the dotted name of a key that will be
    set or removed, whose faults do not matter."""
    source = read_source(home)
    if source is None:
        return None
    file = open_text(source, keys, accept=accept, repair=repair)
    revision = file.metadata.revision
    highest = note_revision(home, file.metadata.wrapped.id, revision)
    if revision < highest and not accept:
        message = f"was rolled back: it has revision {revision}, and revision {highest} was seen here"
        raise refuse(source, message, hint="If you restored it yourself, run `supervisor secrets accept`.")
    return file


def read_source(home: Home) -> SourceText | None:
    """The file as it is; None without a file. Raises LoadError."""
    shown = shown_path(home.secrets_file)
    data = read_bytes(home.secrets_file, shown, LAYER)
    if data is None:
        return None
    # Git and editors change the line breaks of a whole file; the MAC is of one kind.
    return SourceText(LAYER, shown, decode(data.replace(b"\r\n", b"\n"), shown, LAYER))


def read_metadata(source: SourceText) -> SecretsMetadata:
    """How a file is encrypted, which needs no key. Raises LoadError."""
    return _metadata(read_values(source.text, source.file))


def open_data_key(source: SourceText, keys: KeySource) -> bytes:
    """A file's data key. Raises LoadError."""
    try:
        return unwrap(read_metadata(source).wrapped, keys)
    except EncryptionKeyError as error:
        raise refuse(source, f"cannot be opened: {error}", hint=error.hint) from None
    except ValueError as error:
        raise refuse(source, f"is damaged: {error}", hint=_RESTORE) from None


def open_text(source: SourceText, keys: KeySource, *, accept: bool = False, repair: str = "") -> SecretsFile:
    """The secrets of a text. Raises LoadError."""
    found = read_values(source.text, source.file)
    metadata, data_key = _metadata(found), open_data_key(source, keys)
    cipher = SecretsCipher(data_key, metadata.wrapped.id)
    try:
        manifest = cipher.decrypt((METADATA, "manifest"), metadata.manifest)
    except (InvalidTag, ValueError):
        raise refuse(source, "is damaged: its manifest was altered", hint=_RESTORE) from None
    values, altered = _decrypted(found, manifest["values"], cipher)
    repaired = [altered.pop(key) for key in tuple(altered) if dotted(key) == repair]
    if altered:
        raise _altered(found, altered)
    if manifest["revision"] != metadata.revision:
        raise refuse(source, f"its revision was altered: it was {manifest['revision']}", hint=_RESTORE)
    signed = body_of(source.text) + metadata.text(signed=False)
    if cipher.mac(signed) != metadata.mac and not (accept or repaired):
        message = "its signature does not match: comments, order or layout were changed without the key"
        hint = "No value was changed. If it was you, run `supervisor secrets accept`."
        raise refuse(source, message, hint=hint)
    tokens = {key: str(found.nodes[key].value) for key in values}
    return SecretsFile(source, keys, metadata, data_key, values, tokens, _layer(found.tree, (), values))


def note_revision(home: Home, id: str, revision: int) -> int:
    """Record and return the highest revision of a file seen here; a read-only folder costs only this check."""
    try:
        seen = msgspec.json.decode(read_limited(home.secrets_revisions_file, 65536), type=dict[str, int])
    except (OSError, ValueError, msgspec.MsgspecError, RecursionError):
        seen = {}
    if revision > seen.get(id, 0):
        seen[id] = revision
        with contextlib.suppress(OSError):
            write_private(home.secrets_revisions_file, msgspec.json.encode(seen))
    return seen.get(id, revision)


def _metadata(found: YamlValues) -> SecretsMetadata:
    assert isinstance(found.tree.value, Mapping)
    node = found.tree.value.get(METADATA)
    if node is None:
        if any(str(node.value).startswith(PREFIX) for node in found.nodes.values()):
            raise refuse(found.source, f"is damaged: its section {METADATA} is missing", hint=_RESTORE)
        hint = "Run `supervisor secrets init`: it encrypts the file in its place."
        raise refuse(found.source, "is not encrypted", hint=hint)
    try:
        return metadata_from(node, found.source.text)
    except ValueError:
        message = f"is damaged: the section {METADATA} is not as it was written"
        raise refuse(found.source, message, node.key_line, node.key_column, _RESTORE) from None


def _decrypted(
    found: YamlValues, manifest: Mapping[str, str], cipher: SecretsCipher
) -> tuple[dict[Key, Any], dict[Key, str]]:
    """The values, and what is wrong with those that are not as the manifest has them."""
    values: dict[Key, Any] = {}
    altered: dict[Key, str] = {}
    expected = {tuple(json.loads(name)): print_ for name, print_ in manifest.items()}
    for key, node in found.nodes.items():
        if key[0] == METADATA:
            continue
        token, print_ = str(node.value), expected.pop(key, None)
        try:
            if not token.startswith(PREFIX):
                altered[key] = "is not encrypted"
            elif print_ != fingerprint(token):
                altered[key] = f"was {'changed' if print_ else 'added'} without the key"
            else:
                values[key] = cipher.decrypt(key, token)
        except (InvalidTag, ValueError):
            altered[key] = "was damaged"
    return values, altered | dict.fromkeys(expected, "was removed without the key")


def _altered(found: YamlValues, altered: Mapping[Key, str]) -> LoadError:
    key, message = next(iter(altered.items()))
    node = found.nodes.get(key)
    more = f" (and {len(altered) - 1} more like this)" if len(altered) > 1 else ""
    hint = f"{_RESTORE[:-1]}, or run `supervisor secrets set` or `unset` with that key."
    place = (node.line, node.column) if node is not None else (0, 0)
    return refuse(found.source, f"{dotted(key)} {message}{more}", *place, hint)


def _layer(node: YamlNode, key: Key, values: Mapping[Key, Any]) -> YamlNode:
    """The tree with its values decrypted, and without the metadata."""
    value: Any = values.get(key)
    if isinstance(node.value, Mapping):
        names = node.value.items()
        value = {
            name: _layer(child, (*key, name), values) for name, child in names if key or name != METADATA
        }
    elif isinstance(node.value, tuple):
        value = tuple(_layer(child, (*key, index), values) for index, child in enumerate(node.value))
    return msgspec.structs.replace(node, value=value, text=None)
