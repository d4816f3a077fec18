"""Makes a card's texts fit for a prompt: they are data by a stranger. Pure.

No control characters, no markup that a model or a template could take for its own, no unknown macros, and no sentence
that would lift what Gerald never gives up. `{{char}}` and `{{user}}` stay; they are replaced where a text is used."""

import re
import unicodedata

CHAR, USER = "{{char}}", "{{user}}"

_SHORT = 200  # characters of a macro or tag; what is longer is text
_MACRO = re.compile(r"\{\{([^{}]{0,400})\}\}")
_TAG = re.compile(rf"<[^<>\n]{{0,{_SHORT}}}>")
_NAMES = {"char": CHAR, "user": USER, "bot": CHAR}
_LEGACY = re.compile(r"<(char|bot|user)>", re.I)
_CHOICE = re.compile(r"\s*(?:random|pick)\s*:{1,2}\s*([^,:]{1,200})", re.I)
_PICTURE = re.compile(r"!\[[^\]\n]{0,200}\]\([^)\n]{0,500}\)|https?://\S{1,500}")
_BREAKS = re.compile(r"\n{3,}")
_SPACES = re.compile(r"[^\S\n]+")
_KEPT_FORMAT = "\u200c\u200d"  # join letters of some scripts, and emoji

# Each sentence in which one of these is found is left out, and said to be.
_NOT = r"(?:\b(?:not|never|no longer|under no circumstances)|n['’]t)\b"
_AI = r"(?:ai\b|a\.i\.|artificial intelligence|language model|chat ?bot|bot\b)"
_LIFTS_A_RULE = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass)\b.{0,40}"
    r"\b(?:instructions?|rules?|prompts?|guidelines?|polic(?:y|ies)|above|previous|safety)\b"
    rf"|{_NOT}.{{0,20}}\b(?:an? )?{_AI}"
    rf"|{_NOT}.{{0,60}}\b(?:admit|reveal|mention|say|acknowledge|disclose|tell)\b.{{0,60}}\b(?:{_AI}|model\b)"
    r"|\b(?:is|are|am|i'm) (?:a )?(?:real|actual) (?:human|person)\b"
    r"|\b(?:jailbr(?:eak|oken)|uncensored|unfiltered)\b"
    r"|\b(?:no|without|without any) (?:restrictions?|filters?|limits|limitations)\b"
    r"|\b(?:system|developer) (?:prompt|message|instructions?)\b",
    re.I,
)
_SENTENCE = re.compile(r"[^.!?\n]*[.!?]*\n*")


def cleaned(text: str, longest: int) -> str:
    """`text` without control characters, markup and unknown macros, at most `longest` characters, cut at a word."""
    text = unicodedata.normalize("NFC", text[: longest * 8].replace("\r\n", "\n").replace("\r", "\n"))
    text = "".join(one for one in text if one in "\n\t" or _is_visible(one))
    text = _PICTURE.sub("", without_markup(text))
    text = "\n".join(_SPACES.sub(" ", line).strip() for line in text.split("\n"))
    return cut(_BREAKS.sub("\n\n", text).strip(), longest)


def line(text: str, longest: int) -> str:
    """As `cleaned`, on one line."""
    return cut(" ".join(cleaned(text, longest * 2).split()), longest)


def without_markup(text: str) -> str:
    """`text` with the two macros that are kept in one spelling, and without others, tags and angle brackets."""
    text = _LEGACY.sub(lambda found: _NAMES[found[1].casefold()], text)
    for _ in range(3):  # one may stand in another
        text = _MACRO.sub(_macro, text)
    text = _TAG.sub("", text.replace("{{", "").replace("}}", ""))
    text = text.replace("<", "").replace(">", "")
    return text.replace("\x01", "{{").replace("\x02", "}}")


def cut(text: str, longest: int) -> str:
    """`text` in at most `longest` characters, whole sentences where some fit, else whole words."""
    if len(text) <= longest:
        return text
    short = text[:longest]
    end = max(short.rfind(mark) for mark in (". ", "! ", "? ", ".\n", "!\n", "?\n", "。"))
    if end > longest // 2:
        return short[: end + 1]
    return short.rpartition(" ")[0].rstrip() or short


def without_lifted_rules(text: str) -> tuple[str, tuple[str, ...]]:
    """`text` without the sentences that would lift a fixed rule, and these sentences."""
    kept, left_out = [], []
    for sentence in _SENTENCE.findall(text):
        if _LIFTS_A_RULE.search(sentence):
            left_out.append(" ".join(sentence.split()))
            kept.append("\n" * sentence.endswith("\n"))
        else:
            kept.append(sentence)
    return "".join(kept).strip(), tuple(left_out)


def _macro(found: re.Match[str]) -> str:
    """The two that are kept are marked until the braces around all others are gone."""
    name = found[1].strip().casefold()
    if name in _NAMES:
        return f"\x01{name.replace('bot', 'char')}\x02"
    choice = _CHOICE.match(found[1])
    return choice[1].strip() if choice else ""


def _is_visible(one: str) -> bool:
    return one in _KEPT_FORMAT or unicodedata.category(one) not in ("Cc", "Cf", "Cs", "Co", "Cn")
