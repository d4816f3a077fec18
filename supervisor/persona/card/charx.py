"""Reads card.json out of a CharX file, which is a zip archive."""

import io
import struct
import zipfile
import zlib

from supervisor.persona.card.errors import CardRefused

CARD = "card.json"
DIRECTORY = 1 << 20  # bytes of the archive's list of files
_END = b"PK\x05\x06"  # its record: the list's size stands at 12


def card_json(data: bytes, most: int) -> bytes:
    """The bytes of card.json, at most `most`. Raises CardRefused."""
    if _directory_size(data) > DIRECTORY:
        raise CardRefused("the archive holds too many files to be a character")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _read(archive, most)
    except (
        zipfile.BadZipFile,
        zlib.error,
        OSError,
        EOFError,
        ValueError,
        struct.error,
        NotImplementedError,
        RuntimeError,
    ):
        raise CardRefused(
            "the archive is damaged, or locked by a password: export the character again"
        ) from None


def _read(archive: zipfile.ZipFile, most: int) -> bytes:
    names = archive.namelist()
    inner = [name for name in names if name.rpartition("/")[2] == CARD]
    if CARD not in names and len(inner) != 1:
        raise CardRefused(f"the archive has no {CARD}: export the character as CharX, PNG or JSON")
    with archive.open(CARD if CARD in names else inner[0]) as file:
        text = file.read(most + 1)
    if len(text) > most:
        raise CardRefused(f"its {CARD} is larger than {most >> 20} MB")
    return text


def _directory_size(data: bytes) -> int:
    """The largest that any record of the archive's end claims, before the library makes an object of each file."""
    tail, sizes, at = data[-(1 << 16) - 22 :], [0], -1
    while (at := tail.find(_END, at + 1)) >= 0:
        if len(tail) >= at + 16:
            sizes.append(struct.unpack_from("<I", tail, at + 12)[0])
    return max(sizes)
