"""Redacts messages for the trace: replaces sound and large bytes by their digest, and drops people's words if asked.

Dropping words drops every text but those of fields known to hold none, so that a new message reveals nothing by an
oversight.
"""

import base64
import enum
import hashlib
from collections.abc import Mapping
from functools import cache
from typing import Any, Literal

import msgspec

from actors.kernel.message import Message
from actors.kernel.protocol.lifecycle import Failure
from config.syntax.mask import conceal

Words = Literal["keep", "drop"]

INLINE = 64 * 1024
"""Most bytes of a field that are kept as they are; longer ones are replaced by their digest."""

LOADED = frozenset({"parts", "patch"})
"""Fields of bytes with an actor's initial state, which a replay needs. Persistence limits their size."""

SOUND = frozenset({"pcm"})
"""Fields of bytes that are never kept: sound fills a disk, and a replay needs only its digest."""

WORDLESS = frozenset(
    "address avatar_id domain finish health id kind listener model outcome recipient role sensor stage type".split()
)
"""Text fields that never hold people's words or names."""


def _plainly(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} does not belong in a message")


_canonical = msgspec.msgpack.Encoder(enc_hook=_plainly, order="deterministic")


def digest(value: object, key: bytes = b"") -> str:
    """16 hex digits (blake2b) of the value's MessagePack; equal values of one type have equal digests."""
    return hashlib.blake2b(_canonical.encode(value), digest_size=8, key=key).hexdigest()


class Withheld(ValueError):
    """The trace holds only the length and digest of some of a message's bytes."""


def restore(cls: type[Message], shown: Any) -> Message:
    """The message recorded as `shown`, with its words. Raises Withheld or msgspec.ValidationError."""
    return msgspec.convert(shown if is_plain(cls) else _with_bytes(shown), cls, str_keys=True)


def _with_bytes(value: Any) -> Any:
    if isinstance(value, list):
        return [_with_bytes(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value.keys() >= {"bytes", "blake2b"}:
        if "base64" not in value:
            missing, known = value["bytes"], value["blake2b"]
            raise Withheld(f"{missing} bytes are not in the trace, only their digest {known}")
        return base64.b64decode(value["base64"])
    return {key: _with_bytes(item) for key, item in value.items()}


class Redaction:
    """Turns messages and failures into what is recorded.

    key: mixed into every digest. If words are dropped it should be random and not kept, or short texts can be guessed.
    """

    def __init__(self, words: Words = "keep", key: bytes = b"") -> None:
        self._keep = words == "keep"
        self._key = key

    @property
    def keeps_words(self) -> bool:
        return self._keep

    def message(self, message: Message) -> Any:
        """A value that encodes to JSON: the message itself if nothing must be replaced."""
        return message if self._keep and is_plain(type(message)) else self._redacted(message, "")

    def leaves_alone(self, kind: type[Message]) -> bool:
        """Whether messages of this type are recorded as they are, with digests without a key."""
        return self._keep and not self._key and is_plain(kind)

    def digest(self, message: Message) -> str:
        """See `digest`; "-" for a message that does not encode."""
        try:
            return digest(message, self._key)
        except Exception:
            return "-"

    def text(self, text: str) -> str:
        """A text that may quote people, as recorded."""
        return text if self._keep or not text else f"[{len(text)} characters]"

    def json(self, data: bytes) -> Any:
        """JSON that may quote people, as a plain value."""
        return self._redacted(msgspec.json.decode(data), "")

    def failure(self, failure: Failure | None) -> Failure | None:
        """The failure without anything that looks like a credential, and without words if these are dropped."""
        if failure is None:
            return None
        lines = failure.traceback.splitlines()
        if not self._keep:
            lines = [line for line in lines if line.startswith("  File ")]
        return Failure(
            failure.kind,
            conceal(self.text(failure.text))[0],
            # Indented lines are source code, which names keys and never their values.
            "\n".join(line if line[:1].isspace() else conceal(line)[0] for line in lines),
            failure.message_id,
            failure.message_type,
        )

    def _redacted(self, value: Any, name: str) -> Any:
        if isinstance(value, enum.Enum):
            return value.value
        if isinstance(value, str):
            return value if name in WORDLESS else self.text(value)
        if value is None or isinstance(value, int | float):
            return value
        if isinstance(value, msgspec.Struct):
            names = zip(value.__struct_fields__, value.__struct_encode_fields__, strict=True)
            return {shown: self._redacted(getattr(value, field), field) for field, shown in names}
        if isinstance(value, bytes | bytearray | memoryview):
            return self._bytes(bytes(value), name)
        if isinstance(value, Mapping):
            return self._mapping(value, name)
        if isinstance(value, tuple | list | set | frozenset):
            return [self._redacted(item, name) for item in value]
        return f"[{type(value).__name__}]"

    def _bytes(self, value: bytes, name: str) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "bytes": len(value),
            "blake2b": hashlib.blake2b(value, digest_size=8, key=self._key).hexdigest(),
        }
        if self._keep and (len(value) <= INLINE or name in LOADED) and name not in SOUND:
            shown["base64"] = base64.b64encode(value).decode()
        return shown

    def _mapping(self, value: Mapping[Any, Any], name: str) -> dict[str, Any]:
        if not self._keep:
            return {"items": len(value)}
        return {str(key): self._redacted(item, name) for key, item in value.items()}


@cache
def is_plain(cls: type[Message]) -> bool:
    """Whether msgspec writes every field as the trace needs it: no bytes, and no values of any type."""
    try:
        _, definitions = msgspec.json.schema_components([cls])
    except TypeError:
        return False
    return not any(_is_special(definition) for definition in definitions.values())


def _is_special(schema: Any) -> bool:
    if isinstance(schema, dict):
        if not schema or "contentEncoding" in schema:
            return True
        parts = (part for key, part in schema.items() if key not in {"default", "enum", "const"})
        return any(map(_is_special, parts))
    return isinstance(schema, list) and any(map(_is_special, schema))
