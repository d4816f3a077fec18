"""The last section of a secrets file, which says how it is locked and sealed: its form, read and written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from config.secrets.lock import Lock
from config.secrets.spans import META
from config.syntax.node import YamlNode, plain
from config.syntax.problem import Key

__all__ = ["FORMAT", "Lock", "Meta", "body_of", "keyed", "read_meta", "rendered"]

FORMAT = 1
_HEAD = f"\n# Written by `supervisor secrets`: the lock and the seal. Do not edit.\n{META}:\n"


@dataclass(frozen=True, slots=True)
class Meta:
    """manifest: a token of what each value's token must be. seal: over all the text before it."""

    id: str
    revision: int
    lock: Lock
    manifest: str
    seal: str = ""

    def unsealed(self) -> Meta:
        """The same without its seal."""
        return replace(self, seal="")


def keyed(key: Key) -> str:
    """A key path as a name in the manifest, without doubt where a part ends."""
    return json.dumps(list(key))


def rendered(meta: Meta) -> str:
    """The section's exact text; without its last line where there is no seal."""
    lock = meta.lock
    lines = [
        f"  format: {FORMAT}",
        f'  id: "{meta.id}"',
        f"  revision: {meta.revision}",
        f'  by: "{lock.by}"',
        f'  key: "{lock.key}"',
        f'  salt: "{lock.salt}"',
        f'  wrapped: "{lock.wrapped}"',
        f'  check: "{lock.check(meta.id)}"',
        f'  manifest: "{meta.manifest}"',
    ]
    if meta.seal:
        lines.append(f'  seal: "{meta.seal}"')
    return _HEAD + "\n".join(lines) + "\n"


def body_of(text: str) -> str:
    """The text before the section, as its owner wrote it."""
    at = text.rfind(_HEAD)
    return text[:at] if at >= 0 else text


def read_meta(node: YamlNode, text: str) -> Meta | None:
    """The section of a file; None when it is not exactly as it was written."""
    found: Any = plain(node)
    if not isinstance(found, Mapping):
        return None
    try:
        lock = Lock(*(_text(found, name) for name in ("by", "key", "salt", "wrapped")))
        meta = Meta(
            _text(found, "id"), found["revision"], lock, _text(found, "manifest"), _text(found, "seal")
        )
    except (KeyError, TypeError):
        return None
    sound = type(meta.revision) is int and found.get("format") == FORMAT
    sound = sound and found.get("check") == lock.check(meta.id)
    return meta if sound and text == body_of(text) + rendered(meta) else None


def _text(found: Mapping[str, Any], name: str) -> str:
    value = found[name]
    if not isinstance(value, str):
        raise TypeError(name)
    return value
