"""Reads the texts of a PNG picture that may hold a card: `chara` and `ccv3`, in the chunks tEXt, zTXt and iTXt.

Pillow would unpack the whole picture to reach a text that stands behind it, as some tools write it."""

import struct
import zlib
from collections.abc import Iterator

from supervisor.persona.card.errors import CardRefused

SIGNATURE = b"\x89PNG\r\n\x1a\n"
KEYWORDS = ("ccv3", "chara")
TEXT_BYTES = 8 << 20  # of one text, unpacked: base64 makes a third more of a card
CHUNKS = 65536
TEXTS = 4  # texts of one keyword that are looked at

_AGAIN = "ask for the file again, as it was sent"


def card_texts(data: bytes) -> tuple[tuple[str, bytes], ...]:
    """The texts that may hold a card, each with its keyword, those of `ccv3` first. Raises CardRefused."""
    found: dict[str, list[bytes]] = {keyword: [] for keyword in KEYWORDS}
    for kind, body in _chunks(data):
        keyword, end, _ = body[:80].partition(b"\0")
        texts = found.get(keyword.decode("latin-1").casefold()) if end and kind in _READERS else None
        if texts is not None and len(texts) < TEXTS:
            texts.append(_READERS[kind](body[len(keyword) + 1 :]))
    return tuple((keyword, text) for keyword in KEYWORDS for text in found[keyword])


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kind and content of every chunk of text. What a picture that ends too soon has before its end is kept."""
    at = len(SIGNATURE)
    for _ in range(CHUNKS):
        if at >= len(data):
            return
        head = data[at : at + 8]
        length = struct.unpack(">I", head[:4])[0] if len(head) == 8 else len(data)
        if at + 12 + length > len(data):
            raise CardRefused(f"the picture ends within a part of it, so it is not whole: {_AGAIN}")
        if head[4:] in _READERS:
            yield head[4:], data[at + 8 : at + 8 + length]
        if head[4:] == b"IEND":
            return
        at += 12 + length
    raise CardRefused(f"the picture has more than {CHUNKS} parts: {_AGAIN}")


def _plain(body: bytes) -> bytes:
    return body


def _packed(body: bytes) -> bytes:
    return _unpacked(body[1:])


def _international(body: bytes) -> bytes:
    """Flag, method, language, translated keyword, text."""
    text = body[2:].split(b"\0", 2)[-1]
    return _unpacked(text) if body[:1] == b"\1" else text


def _unpacked(packed: bytes) -> bytes:
    try:
        text = zlib.decompressobj().decompress(packed, TEXT_BYTES + 1)
    except zlib.error:
        raise CardRefused(f"the packed text of its card is damaged: {_AGAIN}") from None
    if len(text) > TEXT_BYTES:
        raise CardRefused(f"the text of its card is larger than {TEXT_BYTES >> 20} MB when it is unpacked")
    return text


_READERS = {b"tEXt": _plain, b"zTXt": _packed, b"iTXt": _international}
