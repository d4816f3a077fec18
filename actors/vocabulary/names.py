"""Names as people type them: VRChat replaces signs in display names by others that look alike. Pure."""

import re
import unicodedata

_LOOKALIKES = str.maketrans(
    {
        "∕": "/", "⁄": "/", "⧸": "/", "∖": "\\", "⧵": "\\", "ǃ": "!", "∣": "|", "❘": "|", "ǀ": "|",
        "ː": ":", "˸": ":", "꞉": ":", "∶": ":", "‘": "'", "’": "'", "ʼ": "'", "ʻ": "'", "ˋ": "`",
        "“": '"', "”": '"', "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "−": "-", "∗": "*", "⁎": "*",
        "˂": "<", "˃": ">", "‹": "<", "›": ">", "‚": ",", "⸴": ",", "˜": "~", "∼": "~", "․": ".", "ꓸ": ".",
    }
)  # fmt: skip
"""Signs for signs only. Letters of other scripts are letters: "Аnna" in Cyrillic is somebody else."""


def folded(name: str) -> str:
    """What two ways to write one name have in common: compatible forms (full width, ligatures), signs that look alike,
    case, joined or parted accents and white space do not count."""
    plain = unicodedata.normalize("NFKC", name.translate(_LOOKALIKES)).translate(_LOOKALIKES).casefold()
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", plain)).strip()


def same_name(one: str, other: str) -> bool:
    """Whether both are ways to write one name."""
    return one == other or folded(one) == folded(other)
