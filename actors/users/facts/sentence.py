"""Sentences made ready for the rules: in clauses, without filler words and short forms. Pure."""

import re
from collections.abc import Iterator

from actors.vocabulary.words import asks, plain, sentences_of

_FILLER = re.compile(
    r"^(?:(?:well|oh|so|and|but|um+|uh+|yes|yeah|yep|no|ok|okay|actually|also|anyway|honestly|hey|hi|hello|you know|i mean"
    r"|by the way|to be honest|in fact|did you know that|i told you(?: that)?|i think(?: that)?|i guess"
    r"|as i said|just so you know|fun fact|guess what)\b[,!:]?\s+)+",
    re.I,
)
_CLAUSES = re.compile(
    r",?\s+(?:and|but)\s+(?=(?:i|we|my|our|he|she)\b|(?:i'm|i've|i'll|we're|we'll)\b)|;\s+|,\s+(?=(?:i|my|we)\b|i'm\b)",
    re.I,
)
_SHORT = (
    (r"\bi'm\b", "i am"),
    (r"\bi've\b", "i have"),
    (r"\bi'll\b", "i will"),
    (r"\bi'd\b", "i would"),
    (r"\bwe're\b", "we are"),
    (r"\bwe've\b", "we have"),
    (r"\bwe'll\b", "we will"),
    (r"\blet's\b", "let us"),
    (r"\bcan't\b", "cannot"),
    (r"\bwon't\b", "will not"),
    (r"n't\b", " not"),
    (r"\b(he|she|it|that|there|who)'s\b", r"\1 is"),
    (r"\b(name|birthday|favou?rite \w+)'s\b", r"\1 is"),
    (r"\b(?:gonna|going to)\b", "going to"),
    (r"\bwanna\b", "want to"),
    (r"\bgot to\b", "have to"),
    (r"\b(i|we) have got\b", r"\1 have"),
)
_SHORT_FORMS = tuple((re.compile(short), full) for short, full in _SHORT)
_ASKING = re.compile(
    r"^(?:what|where|who|whom|whose|when|why|how|which|do|does|did|can|could|are|is|was|were|will|would|have|has|am"
    r"|should|shall|may)\b(?! not\b)(?=.*\b(?:i|you|he|she|they|we|my|your|it|that|this)\b)",
    re.I,
)
_DOUBT = re.compile(r"\b(?:i think|i guess|maybe|perhaps|probably|i believe|might|not sure)\b", re.I)
_SUPPOSED = re.compile(
    r"\b(?:if i|if we|i would|i could|i wish i (?:was|were|had)|just kidding|joking)\b", re.I
)
_CONFIDING = re.compile(
    r"^(?:it's a secret|it is a secret|between us|between you and me|don't tell (?:anyone|anybody))\b[,:]?\s*(?:but )?"
    r"|[,;]?\s+(?:but |and )?(?:please )?(?:don't|do not|never) tell (?:anyone|anybody|them|him|her|the others)\b.*$"
    r"|[,;]?\s+(?:but |and )?(?:it's|it is|that's|this is) a secret\b.*$",
    re.I,
)
_UNSPOKEN = re.compile(r"[\"“”\[\]{}<>|]")


def clauses_of(text: str, longest: int) -> Iterator[str]:
    """What `text` states, clause by clause, in its own words; questions and mere suppositions are left out."""
    for sentence in sentences_of(text.replace("’", "'")):
        if asks(sentence):
            continue
        for clause in _CLAUSES.split(sentence):
            words = plain(_UNSPOKEN.sub(" ", clause), 4 * longest).strip(" .,!;:-")
            words = _CONFIDING.sub("", _FILLER.sub("", words)).strip(" .,!;:-")
            if words and not _ASKING.search(words) and not _SUPPOSED.search(words):
                yield words[:longest].rstrip()


def folded_clause(clause: str) -> str:
    """`clause` in lower case and without short forms, as the rules read it."""
    text = clause.casefold()
    for short, full in _SHORT_FORMS:
        text = short.sub(full, text)
    return text


def is_doubted(text: str) -> bool:
    """Whether `text` says that it may be otherwise."""
    return _DOUBT.search(text) is not None
