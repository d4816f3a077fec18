"""Somebody's words as they are said back to them. Pure."""

import re

_TURNED = {
    "i": "you", "me": "you", "my": "your", "mine": "yours", "myself": "yourself", "am": "are", "we": "we", "us": "us",
    "i'm": "you're", "i've": "you've", "i'll": "you'll", "i'd": "you'd", "you": "me", "your": "my", "yours": "mine",
}  # fmt: skip
_WORDS = re.compile(r"[\w']+|[^\w']+")


def turned(text: str) -> str:
    """`text` in the second person: "I live in Bergen" as "You live in Bergen"."""
    words = _WORDS.findall(text)
    after = ["".join(words[:place]).rstrip().casefold() for place in range(len(words))]
    told = "".join(
        "were"
        if word.casefold() == "was" and before.endswith((" i", "i")) and before.split()[-1:] == ["i"]
        else _TURNED.get(word.casefold(), word)
        for word, before in zip(words, after, strict=True)
    )
    return told[:1].upper() + told[1:]
