"""The newest picture, as it goes to a model: fetched where it is sent, so that no message holds it."""

import base64
import hashlib
from typing import Any

from actors.kernel.media.frames import RingAddress

# Most models look at squares of about this size, and bill by them.
WIDEST = 1024


def newest_picture(ring: RingAddress) -> bytes:
    """As JPEG; b"" while there is none."""
    # Imported here: without pictures, neither numpy nor OpenCV is loaded.
    from actors.kernel.media.frame_ring import RingReader
    from actors.kernel.media.jpeg import newest

    try:
        reader = RingReader(ring)
    except FileNotFoundError:
        return b""
    try:
        found = newest(reader, WIDEST)
    finally:
        reader.close()
    return found[1] if found is not None else b""


def with_picture(text: str, jpeg: bytes) -> list[dict[str, Any]]:
    """The content of a message with a picture, in OpenAI's form."""
    url = f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}"
    return [{"type": "text", "text": text}, {"type": "image_url", "image_url": {"url": url}}]


def digest(jpeg: bytes) -> str:
    """16 hexadecimal digits that tell pictures apart."""
    return hashlib.blake2b(jpeg, digest_size=8).hexdigest()
