"""What rules answer to somebody, in place of a model that is too small to know. Pure.

Each clause of what was said must be understood; else the model answers all of it. But to somebody who is sad, and to
who asks for what they told, one clause is enough: there a wrong word does harm."""

from collections.abc import Iterator

from actors.conversation.answers.clauses import bare_forms, clauses_of, parts_of
from actors.conversation.answers.clock import time_told
from actors.conversation.answers.known import Known
from actors.conversation.answers.phrases import Phrase, phrases
from actors.conversation.answers.phrases_elsewhere import TRIES
from actors.conversation.answers.recollections import acquaintance, noted, recollected
from actors.conversation.answers.scene import scene_told
from actors.conversation.answers.sums import sum_of
from actors.conversation.answers.touch import touch_told
from actors.vocabulary.requests import asked_for
from actors.vocabulary.words import plain

MOST = 3  # answers in one reply
_ALONE = frozenset(("sad", "ill", "afraid", "recalled"))
_OPENING = frozenset(
    ("greeting", "thanks", "nod", "sorry")
)  # said first, and dropped where more follows than one

Answer = tuple[str, str]  # its kind, and the text


def answer_to(text: str, known: Known) -> tuple[str, ...]:
    """The sentences to say; () where the model is to answer."""
    clauses = clauses_of(text, known.bot)
    found = [_answers(clause, known) for clause in clauses]
    if found and all(found):
        return _composed([one for answers in found for one in answers])
    strong = [one for answers in found for one in answers if one[0] in _ALONE]
    return tuple(text for _, text in strong[:1])


def _composed(answers: list[Answer]) -> tuple[str, ...]:
    """Each kind once. Of two or more the nods go, and a question of the bot's own ends the reply."""
    by_kind = dict(reversed(answers))
    kept = list(dict.fromkeys(kind for kind, _ in answers))
    if len(kept) > 1:
        kept = [kind for kind in kept if kind != "nod"] or kept[:1]
    if len(kept) > MOST:
        kept = [kind for kind in kept if kind not in _OPENING] or kept
    return tuple(by_kind[kind] for kind in kept[:MOST])


def _answers(clause: str, known: Known) -> list[Answer]:
    """The answers to one clause: to each part between commas, else to the whole."""
    parts = parts_of(clause)
    found = [_answer(part, known) for part in parts]
    if len(parts) > 1 and all(found):
        return [one for one in found if one]
    whole = _answer(clause, known)
    return [whole] if whole else _after_a_greeting(clause, known)


def _after_a_greeting(clause: str, known: Known) -> list[Answer]:
    """ "Hello how are you": recognition sets few commas."""
    words = clause.split()
    for place in range(1, min(4, len(words))):
        first = _answer(" ".join(words[:place]), known)
        rest = _answer(" ".join(words[place:]), known) if first and first[0] in _OPENING else None
        if first and rest:
            return [first, rest]
    return []


def _answer(clause: str, known: Known) -> Answer | None:
    return next((found for form in bare_forms(clause) for found in _tried(form, known)), None)


def _tried(clause: str, known: Known) -> Iterator[Answer]:
    if told := time_told(clause, known.now, known.language):
        yield "time", told
    if asked_for(clause):
        words = TRIES.get(known.language, TRIES["en"])
        yield "act", words[known.turn % len(words)]
    if known.language == "en":
        if told := sum_of(clause):
            yield "sum", told
        if told := touch_told(clause, known):
            yield "touch", told
        if told := scene_told(clause, known):
            yield "scene", told
    for phrase in phrases(known.language):
        if phrase.pattern.search(clause):
            yield phrase.kind, _chosen(phrase, known)
    if known.language == "en":
        if told := recollected(clause, known):
            yield "recalled", told
        if told := noted(clause, known):
            yield "noted", told


def _chosen(phrase: Phrase, known: Known) -> str:
    name = plain(known.person.name, 40) if known.person.is_known else ""
    filled = {
        "who": f", {name}" if name else "",
        "bot": plain(known.bot, 64),
        "acquaintance": acquaintance(known),
        "repeated": f"I said: {known.last}" if known.last else "I didn't say anything yet.",
    }
    return phrase.answers[known.turn % len(phrase.answers)].format_map(filled)
