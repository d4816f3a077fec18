"""Says what was done to which key of a secrets file: every value is compared with what the manifest knows. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from config.secrets.cipher import PREFIX, Cipher, InvalidTag, fingerprint
from config.secrets.meta import keyed
from config.syntax.node import YamlNode
from config.syntax.problem import Key, dotted

__all__ = ["TamperFinding", "findings"]


class TamperFinding(NamedTuple):
    """Something that nobody with the key has done. node: None for a value that is not there any more."""

    key: Key
    node: YamlNode | None
    message: str
    plaintext: bool = False


def findings(
    values: Mapping[Key, YamlNode], manifest: Mapping[str, str], cipher: Cipher
) -> Iterator[TamperFinding]:
    """All of them, in the order of the file, what is missing last."""
    names = {keyed(key): dotted(key) for key in values}
    now = {keyed(key): _print(node) for key, node in values.items()}
    homes = {token: name for name, token in manifest.items()}
    moved: set[str] = set()
    for key, node in values.items():
        if not (isinstance(node.value, str) and node.value.startswith(PREFIX)):
            yield TamperFinding(key, node, "is not encrypted", plaintext=True)
            continue
        name, print_ = keyed(key), now[keyed(key)]
        if manifest.get(name) == print_:
            continue
        home = homes.get(print_)
        if home is not None:
            moved.add(home)
            yield TamperFinding(key, node, _moved(name, home, now, manifest, names))
        elif name not in manifest:
            yield TamperFinding(key, node, "was added without the key")
        else:
            yield TamperFinding(key, node, _changed(key, node.value, cipher))
    for name in manifest:
        if name not in now and name not in moved:
            yield TamperFinding(tuple(json.loads(name)), None, "was taken away without the key")


def _moved(
    name: str, home: str, now: Mapping[str, str], manifest: Mapping[str, str], names: Mapping[str, str]
) -> str:
    if home not in now:
        return f"is the value of {_shown(home)}, which was renamed or moved without the key"
    if now[home] == manifest[home]:
        return f"is a copy of the value of {_shown(home)}"
    return f"has the value of {_shown(home)}: the two were swapped, or one was moved"


def _changed(key: Key, token: str, cipher: Cipher) -> str:
    try:
        cipher.decrypt(key, token)
    except (InvalidTag, ValueError):
        return "was damaged, or comes from another file"
    return "has an older value, which was put back without the key"


def _print(node: YamlNode) -> str:
    return fingerprint(node.value) if isinstance(node.value, str) else ""


def _shown(name: str) -> str:
    return dotted(tuple(json.loads(name)))
