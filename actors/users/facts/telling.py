"""What a clause tells of whoever says it: its kind, and what it would contradict. Rules on words, no model; pure.

The first rule that fits decides. English only: what is said in another language is not understood here."""

import re
from collections.abc import Callable, Iterator

import msgspec

from actors.users.facts.days import MONTHS, day_meant
from actors.users.facts.fact import DOUBTED, LONGEST, STATED
from actors.users.facts.sentence import clauses_of, folded_clause, is_doubted
from actors.vocabulary.lexicon import is_a, singular
from actors.vocabulary.words import sentences_of

AT_ONCE = 8  # facts of one utterance

RELATIVES = frozenset(
    "mother mom mum mama father dad papa parents sister brother son daughter child kid wife husband partner girlfriend"
    " boyfriend fiance fiancee grandmother grandma granny grandfather grandpa aunt uncle cousin niece nephew twin baby"
    " roommate flatmate friend neighbor neighbour boss colleague ex stepmother stepfather stepsister stepbrother".split()
)
_NUMBERS = (
    "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty"
    " seventy eighty ninety"
)
_AGE = (
    rf"(\d{{1,3}}|(?:{'|'.join(_NUMBERS.split())})(?:[ -](?:one|two|three|four|five|six|seven|eight|nine))?)"
)
_SOMEHOW = r"(?:(?:really|also|just|still|absolutely|totally|always|usually|often|currently|now|already|never|recently) )*"
_DATED = rf"(?:\d|{'|'.join(MONTHS)}|spring|summer|autumn|winter)"
_CONFIDED = re.compile(
    r"\b(?:do not tell (?:anyone|anybody|him|her|them|the others)|between (?:us|you and me)|keep (?:it|this) (?:a secret|to yourself)"
    r"|(?:it|this) is a secret|a secret|nobody (?:else )?knows|no one (?:else )?knows|in confidence|tell nobody|tell no one)\b"
)


class Told(msgspec.Struct, frozen=True):
    """What a clause tells (see Fact). who: "" for the speaker, else the name or the word for a relative it is about."""

    text: str
    kind: str
    key: str = ""
    when: float = 0.0
    certainty: float = STATED
    who: str = ""


Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], tuple[str, str]]]


def told_in(text: str, now: float) -> tuple[Told, ...]:
    """What somebody who says `text` at `now` (epoch seconds) tells of themselves, in the order it was said."""
    found = (told for sentence in sentences_of(text) for told in _told_in(sentence, now))
    return tuple(found)[:AT_ONCE]


def _told_in(sentence: str, now: float) -> Iterator[Told]:
    doubted = is_doubted(folded_clause(sentence))
    for clause in clauses_of(sentence, LONGEST):
        yield from told_by(clause, now, doubted)


def told_by(clause: str, now: float, doubted: bool = False) -> Iterator[Told]:
    """What one clause tells; nothing where no rule fits. doubted: by what it was taken out of."""
    folded = folded_clause(clause)
    found = next((made(match) for rule, made in RULES if (match := rule.search(folded))), None)
    if found is None or not found[0]:
        return
    kind, key = found
    when = day_meant(folded, now)
    if when and kind in _MAY_BE_PLANNED:
        kind = "plan"
    certainty = DOUBTED if doubted or is_doubted(folded) else STATED
    due = when if kind in ("plan", "promise") else 0.0
    yield Told(clause, kind, key, due, certainty, _relative(key))


def _relative(key: str) -> str:
    """The name of the relative that a key is about: "lena" of `family:sister lena:is:a nurse`; "" where none is told."""
    whose = key.split(":")[1].split() if key.startswith("family:") else []
    return " ".join(whose[1:]) if whose and singular(whose[0]) in RELATIVES else ""


def is_confided(text: str) -> bool:
    """Whether `text` asks that it be told to nobody."""
    return _CONFIDED.search(folded_clause(text)) is not None


def thing(words: str) -> str:
    """The thing that `words` begin with, in one word that different ways to say it share: "a big old dog" is `dog`."""
    first = re.split(
        r"\b(?:called|named|who|that|which|with|and|in|on|at|for|from|to|because|when|if|but|so|very much)\b",
        words,
    )[0]
    found = re.findall(r"[\w'-]+", first)
    return singular(found[-1]) if found else ""


def _kind(kind: str, key: str = "") -> Callable[[re.Match[str]], tuple[str, str]]:
    return lambda match: (kind, key)


def _keyed(kind: str, prefix: str) -> Callable[[re.Match[str]], tuple[str, str]]:
    """The key tells the thing that the last group names."""

    def made(match: re.Match[str]) -> tuple[str, str]:
        about = thing(match[match.re.groups])
        return kind, f"{prefix}:{about}" if about else ""

    return made


def _possession(match: re.Match[str]) -> tuple[str, str]:
    """I have a ...: an animal, a relative, an illness, or a thing."""
    what = thing(match[1])
    if any(singular(word) in RELATIVES for word in re.findall(r"\w+", match[1])):
        return "family", ""
    if is_a(what, "animal", "bird", "fish", "reptile", "rodent"):
        return "pet", f"pet:{what}"
    if is_a(what, "illness", "disease", "disorder"):
        return "health", f"health:{what}"
    return "has", ""


def _mine(match: re.Match[str]) -> tuple[str, str]:
    """My ... is ...: of an animal, a relative or a thing."""
    what, does, rest = match[1].split(), match[2], match[3]
    one = singular(what[0])
    if one in RELATIVES or singular(what[-1]) in RELATIVES:
        whose = " ".join(what)
        return "family", f"family:{whose}:{_aspect(does, rest)}"
    about = singular(what[-1])
    if about == "name" and len(what) > 1:  # my dog's name is Rex
        about = singular(what[-2].removesuffix("'s").removesuffix("s'"))
        rest = f"called {rest}"
    aspect = _aspect(does, rest)
    if is_a(about, "animal", "bird", "fish", "reptile", "rodent"):
        return "pet", f"pet:{about}" if aspect == "called" else f"pet:{about}:{aspect}"
    return "has", f"mine:{about}:{aspect}"


def _aspect(does: str, rest: str) -> str:
    """Of what kind a statement is: two of one kind about the same thing contradict each other."""
    if re.match(r"(?:called|named)\b", rest):
        return "called"
    if does in ("is", "are", "was", "were") and (aged := re.match(_AGE, rest)):
        return "age" if aged else ""
    verb = singular(does)
    if verb in ("live", "work") or does in ("moved", "works", "lives"):
        return {"moved": "live"}.get(does, verb)
    words = re.findall(r"[\w'-]+", rest)
    return f"{verb}:{' '.join(words[:4])}"


def _being(match: re.Match[str]) -> tuple[str, str]:
    """I am a ...: an occupation, or something else."""
    what = thing(match[1])
    if is_a(
        what,
        "worker",
        "professional",
        "artist",
        "scientist",
        "musician",
        "performer",
        "educator",
        "engineer",
        "student",
    ):
        return "work", "work"
    return "is", ""


def _view(kind: str) -> Callable[[re.Match[str]], tuple[str, str]]:
    """A liking and a dislike of one thing contradict each other."""

    def made(match: re.Match[str]) -> tuple[str, str]:
        words = [
            w for w in re.findall(r"[\w'-]+", _END.split(match[1], maxsplit=1)[0]) if w not in _NO_MATTER
        ]
        if not words:
            return "", ""
        return kind, f"view:{' '.join(singular(word) for word in words[:4])}"

    return made


_END = re.compile(r"\s(?:but|because|so|when|if|too|though|very much|a lot|more than|most)\b")
_NO_MATTER = frozenset("a an the my some it that this you him her them to all of".split())
_MAY_BE_PLANNED = frozenset("has does wants is did says together".split())
_LIKING = r"(?:like|love|enjoy|adore|prefer|am (?:really |so |very )?(?:into|fond of|crazy about|interested in)|am a (?:big |huge )?fan of)"


def _rule(pattern: str, made: Callable[[re.Match[str]], tuple[str, str]]) -> Rule:
    return re.compile(pattern), made


RULES: tuple[Rule, ...] = (
    _rule(
        r"^(?:please )?(?:remember|do not forget|keep in mind|note)(?: that)? (?=\w+ \w+)(?!me\b)",
        _kind("remember"),
    ),
    _rule(
        r"\b(?:my name is|call me|i am called|people call me) (?!you|when|if|back|later)\w",
        _kind("name", "name"),
    ),
    _rule(
        rf"\bi (?:am|just turned|turned|am turning|will be|will turn) {_AGE}(?: years old| years| this year| now)?$",
        _kind("age", "age"),
    ),
    _rule(rf"\bi am {_AGE} years? old\b", _kind("age", "age")),
    _rule(rf"\bmy birthday is\b|\bi was born (?:on|in) (?:the )?{_DATED}", _kind("birthday", "birthday")),
    _rule(
        r"\b(?:i (?:come|am originally|am) from|i (?:was born|grew up|was raised) in)\b",
        _kind("origin", "origin"),
    ),
    _rule(
        rf"\bi (?:{_SOMEHOW}(?:live|am living)|(?:have )?{_SOMEHOW}moved|am moving|reside) {_SOMEHOW}(?:here )?(?:in|to|near|at|on|with)\b",
        _kind("home", "home"),
    ),
    _rule(
        r"\bi (?:do not|no longer) live in\b|\bmy home ?town is\b|\bmy home is in\b", _kind("home", "home")
    ),
    _rule(
        rf"\bi {_SOMEHOW}(?:work|am working|worked) {_SOMEHOW}(?:as|at|in|for|on|with|from)\b|\bmy (?:job|profession|occupation|work) is\b",
        _kind("work", "work"),
    ),
    _rule(
        r"\bi (?:got|have|found|started) (?:a |an )?new job\b|\bi (?:do not|no longer) work\b|\bi quit my job\b",
        _kind("work", "work"),
    ),
    _rule(
        rf"\bi {_SOMEHOW}(?:study|am studying|studied|go to (?:school|university|college|uni)|am in (?:college|university|high school))\b",
        _kind("work", "study"),
    ),
    _rule(
        r"\bi (?:am|have been) (?:\w+ )?allergic to (.+)|\bi have an? (?:bad |severe )?(\w+) allergy",
        lambda m: ("health", f"allergy:{thing(m[1] or m[2])}"),
    ),
    _rule(
        r"\bi (?:suffer from|was diagnosed with|have been diagnosed with) (.+)", _keyed("health", "health")
    ),
    _rule(
        r"\bi (?:am|became|went) (?:a |an )?(?:vegan|vegetarian|pescatarian|lactose intolerant|diabetic|deaf|blind|color ?blind|dyslexic|pregnant)\b",
        _kind("health", ""),
    ),
    _rule(r"\bi (?:do not|never) (?:eat|drink)\b", _kind("health", "")),
    _rule(
        r"\bi am (?:not )?(?:married|engaged|divorced|single|widowed|dating)\b|\bi (?:got|have been) (?:married|engaged|divorced)\b",
        _kind("family", "marriage"),
    ),
    _rule(
        r"\bi am (?:(?:really|so|very|terribly) )?(?:afraid|scared|terrified|frightened) of (.+)|\bi have a (?:fear|phobia) of (.+)",
        lambda m: ("fear", f"fear:{thing(m[1] or m[2])}"),
    ),
    _rule(
        r"\b(?:my favou?rite|the) ([\w' -]{1,30}?) (?:i like (?:best|most) )?(?:is|are) (?:called )?(.+)",
        lambda m: (
            ("favourite", f"favourite:{' '.join(map(singular, m[1].split()))}")
            if "favo" in m[0][:10] or "i like" in m[0]
            else ("", "")
        ),
    ),
    _rule(rf"\bi {_SOMEHOW}(?:do not|never|cannot) {_SOMEHOW}{_LIKING} (.+)", _view("dislike")),
    _rule(
        rf"\bi {_SOMEHOW}(?:hate|dislike|detest|despise|cannot stand|am not (?:really )?into|am sick of) (.+)",
        _view("dislike"),
    ),
    _rule(r"\bi (?:would like|would love) (?:to|a|an|some)\b", _kind("wants")),
    _rule(rf"\bi {_SOMEHOW}{_LIKING} (.+)", _view("like")),
    _rule(r"\bi (?:promise|swear|give you my word)\b", _kind("promise")),
    _rule(
        r"\bi will (?:(?:definitely|surely|certainly|also|then|try to) )*(?:bring|show|send|help|teach|come|call|tell|make|give|visit|invite|build|buy|draw|write|introduce|take|get|see|meet|be back|be there|play|sing|join|wait|pick)\b",
        _kind("promise"),
    ),
    _rule(
        r"\blet us (?:meet|go|play|do|watch|talk|dance|build|explore|hang)\b|\bsee you (?:on|tomorrow|next|at|in)\b|\bwe (?:will|are going to|should) (?:meet|go|play|watch|do|dance|build)\b|\bi (?:am going to|plan to|am planning to)\b",
        _kind("plan"),
    ),
    _rule(
        r"\bwe (?:have )?(?:just )?(?:danced|played|went|watched|built|met|saw|visited|explored|sang|won|lost|talked|laughed|made|did|had|were|climbed|flew|swam|raced|fished|found|got)\b",
        _kind("together"),
    ),
    _rule(r"\bi (?:do not|no longer) have (?:a |an |any |the |my )?(.+?)(?: any ?more)?$", _possession),
    _rule(
        r"\bi (?:have|own|keep|adopted|got|bought) (?:a |an |the |my |some |two |three |four |five |six |many |\d+ )(.+)",
        _possession,
    ),
    _rule(r"\bi have (\w+)$", _possession),
    _rule(
        r"\b(?:my|our) ([\w'-]+(?: [\w'-]+){0,2}?) (is|are|was|were|has|have|had|likes?|loves?|hates?|lives?|works?|plays?|wants?|died|moved|got|speaks?|studies|lost|broke|makes?|drinks?|eats?|knows?|comes|turns?|turned) ?(.*)",
        _mine,
    ),
    _rule(r"\bi am (?:not )?(?:a|an) (.+)", _being),
    _rule(
        rf"\bi {_SOMEHOW}(?:can )?(?:play|speak|collect|paint|draw|sing|write|build|make|read|run|cook|bake|ride|climb|teach|learn|am learning|am training|practice|dance|do|go|watch|swim|code|program|drive|fly|sew|knit|garden|stream|volunteer|meditate|drink|eat|use|wake up|get up|sleep)\b",
        _kind("does"),
    ),
    _rule(r"\bi (?:want|need|wish|hope|dream of|am looking for|am saving)\b", _kind("wants")),
    _rule(
        rf"\bi {_SOMEHOW}(?:went|saw|met|visited|broke|lost|won|finished|passed|failed|started|bought|got|had|used to|was|made|found|quit|left|learned|wrote|built|fell|did|have been|forgot|ran|took|read|watched|graduated|sold|gave|ate|cooked|baked|painted|dreamed|flew|drove|stopped)\b",
        _kind("did"),
    ),
    _rule(
        rf"\bi (?:am|feel) {_SOMEHOW}(?:tired|sad|happy|fine|good|okay|ok|bored|here|back|sorry|glad|sure|ready|hungry|sleepy|so|very|not)\b",
        _kind(""),
    ),
    _rule(r"\bi am (?:not )?\w+$", _kind("is")),
    _rule(r"\bi (?:am|have|will|can|cannot|need|know|remember|keep|believe)\b \w+ \w+", _kind("says")),
)
