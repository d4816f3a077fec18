"""Reads the JSON of a character card out of a PNG picture, a JSON file or a CharX archive. Nothing of it is trusted."""

import base64
import binascii
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from config.files import read_limited
from supervisor.persona.card import charx, png
from supervisor.persona.card.errors import CardRefused

FILE_BYTES = 32 << 20
JSON_BYTES = 4 << 20

_EXPORT = "export the character as PNG or JSON in the tool that it comes from"
_OTHERS = (
    (b"RIFF", "a WebP picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"BM", "a BMP picture"),
    (b"%PDF", "a PDF document"),
    (b"<", "a web page"),
)


class CardFile(msgspec.Struct, frozen=True):
    """The content of a card: its JSON, the bytes of the file, the ending of its kind, and what was odd about it."""

    content: Mapping[str, Any]
    data: bytes
    ending: str
    notes: tuple[str, ...] = ()


def read_card(path: Path) -> CardFile:
    """Read the card in a file of at most FILE_BYTES. Raises CardRefused, or OSError where it cannot be read."""
    data = read_limited(path, FILE_BYTES)
    if data.startswith(png.SIGNATURE):
        return _from_png(data)
    if data.startswith(b"PK\x03\x04"):
        content, notes = _content(charx.card_json(data, JSON_BYTES))
        return CardFile(content, data, ".charx", notes)
    for start, what in _OTHERS:
        if data.startswith(start):
            raise CardRefused(f"it is {what}, of which no card is read: {_EXPORT}")
    if not data.strip():
        raise CardRefused(f"it is empty: {_EXPORT}")
    content, notes = _content(data)
    return CardFile(content, data, ".json", notes)


def _from_png(data: bytes) -> CardFile:
    """The newest card that can be read; an older one beside it is for tools that do not know the newest."""
    failures: list[str] = []
    for keyword, text in png.card_texts(data):
        try:
            content, notes = _content(_decoded(text))
        except CardRefused as refused:
            failures.append(f"{keyword}: {refused}")
        else:
            return CardFile(content, data, ".png", (*failures, *notes))
    if failures:
        raise CardRefused(failures[0])
    raise CardRefused(
        "the picture holds no character card: many sites and chats take it out when they convert pictures;"
        " ask for the original"
    )


def _decoded(text: bytes) -> bytes:
    """The JSON in a text: base64, or, as a few tools write it, as it is."""
    packed = b"".join(text.split())
    if packed.startswith(b"{"):
        return text
    try:
        return base64.b64decode(packed.rstrip(b"=") + b"=" * (-len(packed.rstrip(b"=")) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise CardRefused(f"the text of its card is no base64, so it is damaged: {_EXPORT}") from None


def _content(data: bytes) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    """The JSON object in `data`, and what is odd about it."""
    if len(data) > JSON_BYTES:
        raise CardRefused(f"its card is larger than {JSON_BYTES >> 20} MB")
    notes: tuple[str, ...] = ()
    text = data.decode("utf-8-sig", "replace")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        notes = ("some of its bytes are no UTF-8: the characters are left out",)
        text = text.replace("\ufffd", "")
    try:
        content = json.loads(text)
    except RecursionError:
        raise CardRefused("its card is nested too deeply to be one") from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise CardRefused(f"its card is no valid JSON ({where}): {_EXPORT}") from None
    except ValueError:  # a number of thousands of digits
        raise CardRefused(f"its card holds a number that is no number: {_EXPORT}") from None
    if not isinstance(content, dict):
        raise CardRefused(f"its card is no JSON object: {_EXPORT}")
    return content, notes
