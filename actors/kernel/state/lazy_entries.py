"""The entries of a large mapping, decoded one by one when a patch needs them: plain values of ten thousand people take
several times the memory of their bytes."""

from typing import Any

import msgspec

OPEN = 256
"""Maximum of decoded entries at a time."""

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder()
_raw_decoder = msgspec.msgpack.Decoder(dict[str, msgspec.Raw])


class Entries(dict[str, Any]):
    """A mapping to plain values. Do not hold on to one: it may be encoded again when another is decoded."""

    def __init__(self) -> None:
        self._open: set[str] = set()

    def add(self, part: bytes) -> None:
        """Add the entries of a stored part. Raises msgspec.DecodeError."""
        super().update(_raw_decoder.decode(part))

    def __getitem__(self, key: str) -> Any:
        found = super().__getitem__(key)
        if type(found) is msgspec.Raw:
            found = _decoder.decode(found)
            self[key] = found
        return found

    def __setitem__(self, key: str, value: Any) -> None:
        if len(self._open) >= OPEN:
            self._close()
        self._open.add(key)
        super().__setitem__(key, value)

    def typed(self, kind: Any) -> tuple[dict[str, Any], bool]:
        """All entries as `kind`, and whether their encoding is unchanged; empties this mapping. Raises DecodeError."""
        self._close()
        decoder = msgspec.msgpack.Decoder(kind)
        exact = True
        found: dict[str, Any] = {}
        for key in tuple(self):
            raw = super().pop(key)
            found[key] = value = decoder.decode(raw)
            exact = exact and _is_same(_encoder.encode(value), raw)
        return found, exact

    def _close(self) -> None:
        for key in self._open:
            if key in self:
                super().__setitem__(key, msgspec.Raw(_encoder.encode(super().__getitem__(key))))
        self._open.clear()


def _is_same(encoded: bytes, stored: msgspec.Raw) -> bool:
    return memoryview(stored) == encoded or _decoder.decode(encoded) == _decoder.decode(stored)
