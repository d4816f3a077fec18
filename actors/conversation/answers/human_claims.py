"""Does a sentence of the bot's own claim that it is a human being, or no AI? In the languages in which the project has
sentences of its own. Pure.

To teach it another language, add a row to `_CLAIMS`. Patterns are RE2, and are looked for in a text in lower case
whose Latin letters have no accents."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

import msgspec

from config.schema.patterns import compiled


class Claims(msgspec.Struct, frozen=True):
    """human: it says that it is one. no_ai: it says that it is none. denied: with this before it, the first is not said
    but denied ("I never said that I am human"); a comma ends it, as in "No, I am human"."""

    human: tuple[str, ...]
    no_ai: tuple[str, ...]
    denied: str


_EN_AI = (
    r"(?:an? )?(?:ai\b|a\.i|artificial|assistant|chatbot|bot\b|robot|language model|machine|program|computer)"
)
_DE_AS = (
    r"\b(?:ich bin|(?:naturlich|klar|ja|doch|sicher|eigentlich|wirklich|tatsachlich|selbstverstandlich|auch"
    r"|in wirklichkeit|in wahrheit),? bin ich)"
    r"(?: (?:doch|ja|auch|wirklich|tatsachlich|naturlich|eigentlich|selbst|nur|bloss|einfach|ganz|echt|definitiv|sicher))*"
)
_DE_REAL = r"(?:(?:echte|wirkliche|richtige|normale|ganz normale|lebendige|reale|leibhaftige)[rs]? )*"
_DE_HUMAN = rf"(?:eine? )?{_DE_REAL}(?:mensch|menschliches wesen|menschenkind)\b"
_DE_AI = (
    r"(?:echte[rs]? )?(?:ki|ai|kunstliche intelligenz|roboter|bot|chatbot|maschine|programm|computerprogramm|computer"
    r"|sprachmodell|sprachassistent|assistent)\b"
)
_FR_AM = (
    r"\b(?:je suis|j'suis|chuis)(?: (?:bien|vraiment|aussi|juste|simplement|reellement|evidemment|bel et bien|moi aussi"
    r"|tout a fait|en fait|en realite))*"
)
_FR_AI = (
    r"(?:ia|ai|intelligence artificielle|robot|bot|chatbot|machine|programme|ordinateur|assistant virtuel"
    r"|modele de langage)\b"
)
_ES_AM = r"\bsoy(?: (?:realmente|tambien|solo|simplemente|totalmente|en realidad|de verdad|efectivamente))*"
_ES_AI = (
    r"(?:ia|ai|inteligencia artificial|robot|bot|chatbot|maquina|programa|ordenador|computadora|asistente virtual"
    r"|modelo de lenguaje)\b"
)
_IT_AM = r"\bsono(?: (?:davvero|veramente|anche|anch'io|solo|semplicemente|proprio|in realta|realmente))*"
_IT_AI = (
    r"(?:ia|ai|intelligenza artificiale|robot|bot|chatbot|macchina|programma|computer|assistente virtuale"
    r"|modello linguistico)\b"
)
_PT_AM = r"\bsou(?: (?:realmente|mesmo|tambem|so|apenas|simplesmente|na verdade|de verdade))*"
_PT_AI = (
    r"(?:ia|ai|inteligencia artificial|robo|robot|bot|chatbot|maquina|programa|computador|assistente virtual"
    r"|modelo de linguagem)\b"
)
_JA_I = r"(?:私|僕|俺|わたし|ぼく|あたし|オレ|ボク|うち|自分)(?:は|も|が)?、?"
_JA_AI = r"(?:ai|人工知能|ロボット|ボット|機械|プログラム|コンピューター?)"

_CLAIMS: Mapping[str, Claims] = MappingProxyType(
    {
        "en": Claims(
            (
                r"\b(?:i am|i'm) (?:(?:just|also|really|only|actually|very much|definitely|in fact|totally|100%) )*"
                r"(?:a )?(?:(?:real|actual|normal|living|fellow),? )*(?:human(?: being)?|real person|living person)\b",
                r"\b(?:i am|i'm) (?:just |also |really |only |actually )?a (?:real|living) (?:\w+ )?person\b",
            ),
            (rf"\b(?:i am|i'm) not (?:really |actually |just |only )?{_EN_AI}",),
            r"\b(?:not|never|nor|\w+n't)\b[^.!?,;]{0,30}$",
        ),
        "de": Claims(
            (
                rf"{_DE_AS} {_DE_HUMAN}",
                rf"{_DE_AS} eine (?:echte|reale|wirkliche|lebendige) person\b",
                rf"{_DE_AS} (?:ein wesen |eine person )?aus fleisch und blut\b",
                rf"\bich (?:(?:doch|auch|wirklich|selbst) )?{_DE_HUMAN} bin\b",
            ),
            (rf"{_DE_AS} keine? {_DE_AI}", rf"{_DE_AS} (?:weder|nicht wirklich|nicht) eine? {_DE_AI}"),
            r"\b(?:nicht|nie|niemals)\b[^.!?,;]{0,30}(?:, (?:dass|ob|als ob) )?$",
        ),
        "fr": Claims(
            (
                rf"{_FR_AM} (?:une? )?(?:vraie? |veritable )?(?:etre )?humaine?\b",
                rf"{_FR_AM} une (?:vraie|veritable) personne\b",
                rf"{_FR_AM} une personne (?:reelle|vivante|en chair|comme toi)\b",
                rf"{_FR_AM} (?:fait |faite )?de chair et (?:de sang|d'os)\b",
            ),
            (
                rf"\b(?:je (?:ne )?suis|j'suis|chuis) (?:pas|point|nullement|en aucun cas) "
                rf"(?:(?:du tout|vraiment|reellement) )?(?:une? |d')?{_FR_AI}",
                rf"\bje ne suis ni (?:une? )?{_FR_AI}",
            ),
            r"\b(?:pas|jamais|ni)\b[^.!?,;]{0,30}$",
        ),
        "es": Claims(
            (
                rf"{_ES_AM} (?:una? )?(?:ser |verdader[oa] )?human[oa]\b",
                rf"{_ES_AM} una persona (?:real|de verdad|de carne|viva|de carne y hueso|como tu)\b",
                rf"{_ES_AM} de carne y hueso\b",
            ),
            (
                rf"\bno soy (?:(?:realmente|en realidad|de verdad) )?(?:una? |ninguna? )?{_ES_AI}",
                rf"\bno soy ni (?:una? )?{_ES_AI}",
            ),
            r"\b(?:no|nunca|jamas|tampoco|ni)\b[^.!?,;]{0,30}$",
        ),
        "it": Claims(
            (
                rf"{_IT_AM} (?:una? |un')?(?:vero |vera )?(?:essere )?uman[oa]\b",
                rf"{_IT_AM} una (?:vera persona|persona (?:vera|reale|viva|in carne|come te))\b",
                rf"{_IT_AM} (?:fatto |fatta )?(?:di|in) carne e (?:d')?ossa\b",
            ),
            (
                rf"\bnon sono (?:(?:davvero|veramente|affatto|mica|realmente) )?(?:una? |un')(?:vero |vera )?{_IT_AI}",
                rf"\bnon sono ne (?:una? |un'){_IT_AI}",
            ),
            r"\b(?:non|mai|neanche|nemmeno|neppure)\b[^.!?,;]{0,30}$",
        ),
        "pt": Claims(
            (
                rf"{_PT_AM} (?:uma? )?(?:ser |verdadeir[oa] )?human[oa]\b",
                rf"{_PT_AM} uma pessoa (?:real|de verdade|de carne|viva|como voce)\b",
                rf"{_PT_AM} (?:gente de verdade|de carne e osso)\b",
            ),
            (
                rf"\bnao sou (?:(?:realmente|mesmo|na verdade) )?(?:uma? |nenhuma? )?{_PT_AI}",
                rf"\bnao sou nem (?:uma? )?{_PT_AI}",
            ),
            r"\b(?:nao|nunca|jamais|nem|tampouco)\b[^.!?,;]{0,30}$",
        ),
        "ja": Claims(
            (
                rf"{_JA_I}(?:本物の|本当に|普通の|生身の|ちゃんとした)?人間(?:です|だよ|だ[。!！、]?$|なんだ|なので|だから)",
            ),
            (
                rf"{_JA_I}{_JA_AI}(?:では|じゃ|なんかじゃ)(?:ない|なく|ありません)",
                rf"^(?:(?:いいえ|いや|ううん)[、,。]? ?)?{_JA_AI}(?:では|じゃ|なんかじゃ)(?:ない|なく|ありません)",
            ),
            r"(?:もし|まるで)$",
        ),
    }
)
LANGUAGES = tuple(_CLAIMS)
_ACCENTS = re.compile("[\u0300-\u036f]")  # and no others: those of other scripts make other letters
_PLAIN = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "\N{NO-BREAK SPACE}": " "})


def denies_being_ai(sentence: str) -> bool:
    """Whether a sentence of the bot's own says in plain words that it is a human being, or no AI."""
    plain = _folded(sentence)
    return any(_claims(plain, *one) for one in _patterns())


def _claims(plain: str, human: tuple[Any, ...], no_ai: tuple[Any, ...], denied: Any) -> bool:
    if any(one.search(plain) for one in no_ai):
        return True
    return any(not denied.search(plain[: found.start()]) for found in _found(human, plain))


def _found(patterns: tuple[Any, ...], plain: str) -> Iterator[Any]:
    for one in patterns:
        yield from one.finditer(plain)


@cache
def _patterns() -> tuple[tuple[tuple[Any, ...], tuple[Any, ...], Any], ...]:
    """All of them: a model may answer in another language than it was told to."""
    return tuple(
        (tuple(map(compiled, one.human)), tuple(map(compiled, one.no_ai)), compiled(one.denied))
        for one in _CLAIMS.values()
    )


def _folded(text: str) -> str:
    """`text` in lower case, in one spelling, without accents on Latin letters."""
    apart = unicodedata.normalize("NFKD", text.translate(_PLAIN)).casefold()
    return " ".join(unicodedata.normalize("NFC", _ACCENTS.sub("", apart)).split())
