"""The last section of a secrets file: its wrapped key, and what authenticates all the rest."""

import json

import msgspec

from config.secrets.wrapped_key import WrappedKey, wrapped_key_from
from config.secrets.yaml_values import METADATA
from config.syntax.node import YamlNode, plain

# On disk the words are those of the first version: `lock` for the wrapped key, `seal` for the MAC.
_HEAD = f"\n# Written by `supervisor secrets`: the lock and the seal. Do not edit.\n{METADATA}:\n"


class SecretsMetadata(msgspec.Struct, frozen=True):
    """manifest: a token with the revision and every value's fingerprint. mac: of all the text before it."""

    wrapped: WrappedKey
    revision: int
    manifest: str
    mac: str = ""

    def text(self, *, signed: bool = True) -> str:
        """The section exactly as it is written; without its last line if not `signed`."""
        fields = self.wrapped.as_data()
        fields = {name: fields.pop(name) for name in ("format", "id")} | {"revision": self.revision} | fields
        fields |= {"manifest": self.manifest} | ({"seal": self.mac} if signed else {})
        return _HEAD + "".join(f"  {name}: {json.dumps(value)}\n" for name, value in fields.items())


def body_of(text: str) -> str:
    """The text before the section, as its owner wrote it."""
    return text.rpartition(_HEAD)[0] if _HEAD in text else text


def metadata_from(node: YamlNode, text: str) -> SecretsMetadata:
    """The section of a file. Raises ValueError when it is not exactly as it was written."""
    found = plain(node)
    fields = {"wrapped": wrapped_key_from(found), "mac": found.get("seal")}
    try:
        metadata = msgspec.convert(found | fields, SecretsMetadata)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from None
    if text != body_of(text) + metadata.text():
        raise ValueError("not as it was written")
    return metadata
