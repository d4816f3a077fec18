"""How much of an LMDB file is used. Windows makes the file as large as its map at once, and what lies beyond the last
page has never been written."""

import os
import struct
from typing import BinaryIO

_PAGE_HEAD = 16  # bytes of a page before its content
_META = struct.Struct(
    "=II8xQ I92x QQ"
)  # magic, version, size of the map, size of a page, last page, transaction
_MAGIC, _VERSION = 0xBEEFC0DE, 1
_PAGE_SIZES = tuple(2**power for power in range(9, 17))


def used_bytes(file: BinaryIO) -> int:
    """Bytes up to the end of the last page that either of the two meta pages knows; the whole file where they cannot be
    read. Raises OSError."""
    total = file.seek(0, os.SEEK_END)
    first = _meta(file, 0)
    if first is None:
        return total
    second = _meta(file, first[0])
    if second is None or second[0] != first[0]:
        return total
    return min(total, (max(first[1], second[1]) + 1) * first[0])


def _meta(file: BinaryIO, at: int) -> tuple[int, int] | None:
    """The size of a page and the number of the last one, by the meta page at `at`; None for what is none."""
    file.seek(at + _PAGE_HEAD)
    data = file.read(_META.size)
    if len(data) < _META.size:
        return None
    magic, version, _, size, last, _ = _META.unpack(data)
    return (size, last) if (magic, version) == (_MAGIC, _VERSION) and size in _PAGE_SIZES else None
