"""Has the person finished? How long to wait is judged by their words, a model's ear, and how they usually pause. Pure.

Words are judged as English; of other languages only the punctuation tells."""

import re
from enum import Enum

import msgspec

_SHORT = 3  # so few words are an answer, whatever the model's ear says
_FINISHED, _UNFINISHED = 0.8, 0.2  # the model's ear is certain beyond these
_REMEMBERED = 8  # ends by which a speaker's habit is known
_TWICE = 2  # times that somebody went on before it is a habit
_MARGIN = 0.1  # seconds

_FILLERS = "um uh er erm uhm hmm like well so anyway basically actually okay"
_ARTICLES = "a an the my your his its our their every each favourite favorite"
_JOINS = (
    "and but or nor because if when while than as although though unless until since whether which whose"
    " also plus then"
)
_PREPOSITIONS = (
    "of to for with at from into onto about by between against during without within towards toward upon near behind"
    " beside beyond under until per via in on"
)
_BEING = "is are was were am be been being isn't aren't wasn't"
_MODALS = "can could will would should may might must shall has had does did do"
_SUBJECTS = "i we they he she"
_OPEN_PRONOUN = (
    r"(?:i'm|you're|we're|they're|it's|that's|there's|he's|she's|what's|who's|where's|let's|\w+'(?:ve|ll|d))$"
)

_BEFORE = r"^(?:(?:so|well|and|but|um|uh|oh|okay|yes|yeah|no|because|you know|maybe|hey|hi|hello|gerald) )*"
_WANTS_MORE = re.compile(
    _BEFORE + r"(?:i|we|you|they|he|she|it)(?:'m|'re|'s|'ve| am| was| were| have| had| are| is)?"
    r"(?: just| also| really| always| still| often| kind of| never| only| actually)*"
    r" (?:thinking|wondering|hoping|going|trying|looking|saying|telling|planning|mean|meant|think|thought|guess|like"
    r"|liked|love|loved|want|wanted|need|needed|wonder|believe|feel|said|told|hope|wish|prefer|heard|saw|found|got|have|had)$"
)
_OPENS = re.compile(
    _BEFORE
    + r"(?:do you know|did you know|tell me|let me|you know|i mean|can you|could you|would you|will you|do you"
    r"|did you|are you|have you|what do you|how do you|what about|how about|what if|such as|for example|for instance"
    r"|kind of|sort of|a lot of|one of|there is|there are|i don't|i do not|if you)$"
)
_CLAUSE_FIRST = re.compile(  # "when I was a child", "if you want": the main clause is still to come
    _BEFORE
    + r"(?:when (?:i|we|you|he|she|they|it|my|the|people)|(?:if|while|although|unless|as soon as|even though"
    r"|after|before|until) (?:i|we|you|he|she|they|it|my|the|people|that|this))\b"
)
_GREETING = re.compile(
    r"^(?:hello|hi|hey|good (?:morning|evening|day|afternoon)|listen|excuse me)(?: (?:there|gerald|\w+))?$"
    r"|^gerald(?: gerald)*$"
)
_ENDS_OPEN = re.compile(
    r"(?: (?:can|could|would|will) you (?:please )?(?:tell|show|give|explain to) me| such as| for example| kind of"
    r"| sort of| a lot of| one of| i mean| do you know| let's say| as well as"
    r"| (?:said|say|says|think|thought|know|knew|told \w+|believe|hope|heard) that"
    r"| (?:do|did|don't|can|could|would) you (?:know|tell me|see|guess) (?:what|who|where|why|how|when))$"
)
_QUESTION = re.compile(r"\b(?:what|where|who|whom|which|why|how|when|whose|what's|who's|where's)\b")
_ANSWER = re.compile(
    r"^(?:(?:yes|no|yeah|well|sure|so|of course|oh|but|and) )*"
    r"(?:here |there |so |neither |nor )?(?:i|you|he|she|it|we|they|that|this|there|here)?"
    r" ?(?:sure |really |probably |always |never )?"
    r"(?:is|are|was|were|am|do|does|did|can|could|will|would|should|might|must|may|has|had)(?: i| we| they| he| she)?$"
)
_ASKS_OF = re.compile(
    r"\b(?:what|where|who|which|why|how|when)(?: else)? (?:is|are|was|were|am) (?:i|we|he|she|they)$"
)
_DANGLING = frozenset(" ".join((_FILLERS, _ARTICLES, _JOINS)).split())
_AFTER_PREPOSITION = frozenset(_PREPOSITIONS.split())
_AFTER_VERB = frozenset(f"{_BEING} {_MODALS}".split())
_AFTER_SUBJECT = frozenset(_SUBJECTS.split())
_PARTICLES = frozenset("in on by near behind under".split())  # "come in", "go on", "stand by"
_WHOLE = frozenset("okay hmm then".split())  # an answer when it stands alone
_ALSO_LAST = frozenset("like then".split())  # "what do you like", "what was it then"
_BARE = frozenset(_MODALS.split()) - {"does", "did", "do", "has", "had"}
_PRONOUNS = frozenset("it that this they we you he she i there".split())
_HEADLESS = re.compile(_BEFORE + r"(?:what|all) (?:i|we|you|they|he|she) .*")  # "what I want is"
_OPEN_MARKS = re.compile(r"(?:,|;|:|\.\.\.|…|[-–—])[\"'”’)]*$")
_END_MARKS = re.compile(r"[.!?。！？।؟]+[\"'”’)]*$")
_LAST = re.compile(r"[^.!?…。！？।؟]+[.!?…。！？।؟\"'”’)\s]*$")


class Words(Enum):
    """What words tell about whether their speaker has finished."""

    COMPLETE = "complete"
    UNCLEAR = "unclear"
    OPEN = "open"


class Waits(msgspec.Struct, frozen=True):
    """Seconds of silence that end a turn: when it is certain, when it is not clear, when more is to come."""

    sure: float
    unclear: float
    unsure: float


class Habit(msgspec.Struct, frozen=True):
    """How who speaks here usually pauses. pauses: for each of the last ends the silence after which they went on, else
    0."""

    pauses: tuple[float, ...] = ()

    def ended(self) -> "Habit":
        """An end was one."""
        return Habit((*self.pauses, 0.0)[-_REMEMBERED:])

    def went_on(self, pause: float) -> "Habit":
        """They went on after `pause` seconds, though their words seemed complete."""
        return Habit((*self.pauses, pause)[-_REMEMBERED:])

    @property
    def pause(self) -> float:
        """The silence within which this speaker is to be expected to go on; 0 when that is not their habit."""
        longer = [pause for pause in self.pauses if pause]
        return max(longer) + _MARGIN if len(longer) >= _TWICE else 0.0


def completeness(text: str) -> Words:
    """Whether `text`, in the recognizer's spelling, is a complete question, statement or answer."""
    text = text.strip().casefold().replace("’", "'")
    if _OPEN_MARKS.search(text):
        return Words.OPEN
    found = _LAST.search(text)
    last = re.findall(r"[\w']+", found[0] if found else text)
    if not last or _is_open(last, asks="?" in text[-2:]) or _is_first_clause(found[0] if found else text):
        return Words.OPEN
    is_whole = _END_MARKS.search(text) and not _GREETING.search(" ".join(last))
    return Words.COMPLETE if is_whole else Words.UNCLEAR


def _is_open(words: list[str], asks: bool) -> bool:
    sentence, word = " ".join(words), words[-1]
    questions = _QUESTION.search(sentence) is not None
    if len(words) == 1 and (questions or word in _WHOLE):
        return False
    if word in _DANGLING:
        return not (word in _ALSO_LAST and questions)
    if word in _AFTER_PREPOSITION:
        return not (asks and questions) and not (word in _PARTICLES and len(words) <= _SHORT)
    if word in _AFTER_VERB:
        return not _is_whole_clause(words, sentence, questions)
    if word in _AFTER_SUBJECT:
        return not _ANSWER.search(sentence) and not _ASKS_OF.search(sentence) and "than" not in words
    patterns = (_WANTS_MORE, _OPENS, _ENDS_OPEN)
    return (
        any(pattern.search(f" {sentence}" if pattern is _ENDS_OPEN else sentence) for pattern in patterns)
        or re.search(_OPEN_PRONOUN, word) is not None
    )


def _is_first_clause(sentence: str) -> bool:
    return "," not in sentence and _CLAUSE_FIRST.search(sentence.strip()) is not None


def _is_whole_clause(words: list[str], sentence: str, questions: bool) -> bool:
    """Whether a sentence may end with this verb: "yes, I did", "where the party is", "that is what it was"."""
    if _ANSWER.search(sentence):
        return True
    follows_pronoun = words[-1] not in _BARE and words[-2] in _PRONOUNS
    return len(words) > _SHORT and not _HEADLESS.search(sentence) and (questions or follows_pronoun)


def _is_only_greeting(text: str) -> bool:
    """Whether somebody has only called or greeted so far: "Hey Gerald", and then, often, a question."""
    return _GREETING.search(" ".join(re.findall(r"[\w']+", text.casefold()))) is not None


def wait(text: str, finished: float | None, habit: Habit, waits: Waits) -> float:
    """Seconds of silence to wait for after `text`. finished: the model's ear, in [0, 1], None without one."""
    words, many = completeness(text), len(text.split()) > _SHORT
    if words is Words.OPEN:
        return waits.unsure
    if _is_only_greeting(text):
        return (waits.unclear + waits.unsure) / 2
    if finished is not None and many and finished < _UNFINISHED:
        return waits.unsure
    certain = words is Words.COMPLETE or (finished is not None and finished > _FINISHED)
    least = waits.sure if certain else waits.unclear
    return min(waits.unsure, max(least, habit.pause)) if many else least
