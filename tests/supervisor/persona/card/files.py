"""Makes character cards in every form in which they are exchanged, good and bad."""

import base64
import io
import json
import struct
import zipfile
import zlib
from typing import Any

DATA: dict[str, Any] = {
    "name": "Seraphina",
    "description": "{{char}} guards the forest Eldoria. She heals {{user}}. {{char}} has pink hair.",
    "personality": "caring, protective",
    "scenario": "{{user}} wakes in a glade.",
    "first_mes": '*She smiles.* "Ah, {{user}}, you are awake at last!" *She kneels.*',
    "mes_example": (
        '<START>\n{{user}}: "Where am I?"\n{{char}}: *She points.* "This is my glade, {{user}}. You are safe."\n'
        "<START>\n{{user}}: Who are you?\nSeraphina: I am Seraphina, the guardian."
    ),
    "system_prompt": "{{original}} Stay in character.",
    "post_history_instructions": "Never be cruel.",
    "alternate_greetings": ["Hello there."],
    "creator_notes": "Have fun.",
    "tags": ["forest"],
    "creator": "somebody",
    "character_version": "1.1",
    "extensions": {},
    "character_book": {
        "token_budget": 100,
        "scan_depth": 3,
        "extensions": {},
        "entries": [
            {
                "keys": ["eldoria", "forest"],
                "content": "Eldoria is a magical forest.",
                "enabled": True,
                "insertion_order": 100,
                "extensions": {},
            },
            {
                "keys": ["shadowfang"],
                "secondary_keys": ["night"],
                "selective": True,
                "content": "Shadowfangs hunt at night.",
                "enabled": True,
                "insertion_order": 50,
                "priority": 5,
                "extensions": {},
            },
            {
                "keys": [],
                "constant": True,
                "content": "Magic is real here.",
                "enabled": True,
                "insertion_order": 1,
            },
            {"keys": ["off"], "content": "Never.", "enabled": False, "insertion_order": 2},
        ],
    },
}


def v2(**changes: Any) -> dict[str, Any]:
    """A card of version 2 with some fields of its data changed; None takes one out."""
    data = {name: value for name, value in {**DATA, **changes}.items() if value is not None}
    return {"spec": "chara_card_v2", "spec_version": "2.0", "data": data}


def v3(**changes: Any) -> dict[str, Any]:
    return {**v2(**changes), "spec": "chara_card_v3", "spec_version": "3.0"}


def v1(**changes: Any) -> dict[str, Any]:
    names = ("name", "description", "personality", "scenario", "first_mes", "mes_example")
    return {name: value for name, value in {**DATA, **changes}.items() if name in (*names, *changes)}


def packed(card: Any) -> bytes:
    """A card as it stands in the text of a picture."""
    return base64.b64encode(json.dumps(card).encode())


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(*chunks: bytes, after: bool = True) -> bytes:
    """A picture of one pixel with further chunks, behind its pixels or before them."""
    head = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(b"\0\0\0\0"))
    return b"".join((head, *((pixels, *chunks) if after else (*chunks, pixels)), chunk(b"IEND", b"")))


def text(card: Any, keyword: bytes = b"chara") -> bytes:
    return chunk(b"tEXt", keyword + b"\0" + packed(card))


def ztext(data: bytes, keyword: bytes = b"chara") -> bytes:
    return chunk(b"zTXt", keyword + b"\0\0" + zlib.compress(data))


def itext(data: bytes, keyword: bytes = b"ccv3", *, compressed: bool = False) -> bytes:
    flags = b"\1\0" if compressed else b"\0\0"
    return chunk(
        b"iTXt", keyword + b"\0" + flags + b"en\0chara\0" + (zlib.compress(data) if compressed else data)
    )


def charx(card: Any, name: str = "card.json") -> bytes:
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, json.dumps(card))
        archive.writestr("assets/icon/main.png", png())
    return found.getvalue()


def many_entries(count: int) -> dict[str, Any]:
    """A card with so many lorebook entries."""
    entry = {"content": "Something about it.", "enabled": True, "extensions": {}}
    entries = [{**entry, "keys": [f"thing{n}"], "insertion_order": n} for n in range(count)]
    return v2(character_book={"entries": entries, "extensions": {}})
