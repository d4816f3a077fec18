"""What people ask the body to do, by their words alone: for every model, and for none. Pure.

A request is a whole clause: "wave at me", "could you please turn around?". What only speaks of such a thing ("I danced
all night", "do you like to dance?") is none."""

import re
from collections.abc import Collection, Mapping
from types import MappingProxyType

from actors.vocabulary.acts import WALK
from actors.vocabulary.goals import named_goal

MOST = 2  # acts that one utterance can ask for
LONGEST = 300  # characters in which a request is looked for

_LEAD = (
    r"(?:(?:hey|hi|hello|ok|okay|now|so|and|then|well|please|just|oh|yes|no|come on|again)\b[\s,]*)*"
    r"(?:\w+,\s*(?=\w))?"
    r"(?:(?:please|just)\s+)?"
    r"(?:(?:can|could|would|will|wo?n'?t|can'?t|couldn'?t)\s+you\s+(?:please\s+|just\s+|maybe\s+)*"
    r"|you\s+(?:should|can|could|may|have to|must)\s+(?:now\s+|just\s+)?"
    r"|i\s+(?:want|need|would like|'?d like)\s+you\s+to\s+"
    r"|(?:let\s+(?:me|us)|let'?s|i(?:'d like| want) to)\s+see\s+(?:you\s+)?(?:a\s+)?)?"
    r"(?:show\s+(?:me|us)\s+(?:how\s+you\s+|a\s+|an\s+|your\s+)?)?"
    r"(?:please\s+)?"
)
_TAIL = (
    r"(?:\s+(?:at|to|for|with|towards?)\s+(?:me|us|him|her|them|everybody|everyone|the \w+|my \w+|\w+))?"
    r"(?:,?\s+(?:please|now|again|once|twice|too|a bit|a little|a lot|for (?:me|us)|will you|would you|can you|more"
    r"|here|real quick|quickly|slowly|all the way))*"
)
_GIVE = (
    r"(?:give|do|make|throw|have) (?:me |us |him |her |them |everybody )?(?:a|an|some|your|the|one)"
    r" (?:big |little |small |quick )?"
)
_PLACE = r"(?:the |that |this |my |your |a )?\w+(?: \w+)?"

# What is said for each act, a pattern a line; other languages as people say it in a few words.
_SAID: Mapping[str, str] = MappingProxyType(
    {
        "wave": """
            (?:GIVE)?wave(?: (?:your|a) hands?)?(?: (?:hello|goodbye|bye|hi))?
            say (?:hello|hi|bye|goodbye) with your hands?
            wink(?:e|t)?(?: mir| uns)?(?: mal)?(?: zu)?(?: bitte)?
            (?:fais[- ]moi )?(?:un )?(?:coucou|signe de la main)(?: s'il te plaît)?
            salue[- ](?:moi|nous)
            salúda(?:me|nos)|saluda|salutami|fai ciao|acena(?: para mim)?
            手を振って(?:ください|よ|ね)?
        """,
        "clap": """
            (?:GIVE)?(?:clap(?: your hands)?|applau(?:d|se))
            klatsch(?:e)?(?: mal| in die hände| bitte)*
        """,
        "thumbs_up": "GIVEthumbs? up|thumbs up",
        "point": "point(?: (?:at|to) \\w+)?|GIVEfinger point",
        "cheer": "(?:GIVE)?cheer(?: (?:up|for me|me on))?|celebrate",
        "dance": """
            (?:GIVE)?(?:little )?dance
            tanz(?:e|t)?(?: mal| bitte| für (?:mich|uns))*
            danse(?: pour (?:moi|nous))?|baila(?: para (?:mí|nosotros))?|balla|dança
            踊って(?:ください|よ|ね)?
        """,
        "backflip": "(?:GIVE)?(?:back ?flip|somersault)",
        "sadness": "(?:pretend to |play )?(?:cry|be sad)",
        "die": "play dead|pretend to (?:die|be dead)|drop dead",
        "happy": "(?:GIVE)?smile|look happy",
        "sad": "look sad|frown",
        "angry": "look angry",
        "surprised": "look surprised",
        "turn_around": """
            (?:turn|spin)(?: yourself)? (?:a?round)(?: in a circle)?|twirl
            (?:do|make) a (?:spin|twirl|three sixty|360)
            dreh(?:e)? dich(?: mal)?(?: um| bitte)*
        """,
        "turn_left": "turn (?:to (?:the|your) )?left",
        "turn_right": "turn (?:to (?:the|your) )?right",
        "jump": """
            (?:GIVE)?(?:jump|hop)(?: (?:up|up and down|for joy|in the air))?
            spring(?:e)?(?: mal| hoch| bitte)*|hüpf(?:e)?(?: mal| bitte)*|saute|salta
            ジャンプして(?:ください|よ|ね)?
        """,
        "step_forward": """
            step (?:forwards?|closer)|(?:take|make|come) (?:a|one) step (?:forwards?|closer)
            come (?:a (?:bit|little) )?closer
        """,
        "step_back": """
            step (?:back(?:wards?)?|away)|(?:take|make|go) (?:a|one) step back(?:wards?)?
            back (?:off|up)|move back
        """,
        "step_left": "step (?:to (?:the|your) )?left",
        "step_right": "step (?:to (?:the|your) )?right",
        "look": "look (?:at me|at us|over here|into my eyes)|face me|turn (?:to|towards?) (?:me|us)|turn to face me",
        "sit": """
            sit(?: down)?(?: (?:here|there|on (?:the|that|a) \\w+|next to me|beside me))?
            (?:take|have) a seat
            setz dich(?: hin| bitte| mal)*
        """,
        "stand": "(?:stand|get) up(?: again)?",
        "come": """
            come (?:here|over(?: here)?|to (?:me|us|PLACE)|on over)|get over here
            (?:walk|run|go)(?: over| back)? (?:to|towards?|up to) PLACE
            (?:komm(?: mal)?(?: bitte)? (?:her|zu mir))(?: bitte)?
            viens(?: ici)?|ven(?: aquí| acá)|vieni qui|vem (?:cá|aqui)
            (?:こっちに|こっちへ)?(?:来て|おいで)(?:ください|よ|ね)?
        """,
        "follow": """
            follow (?:me|us|PLACE)|come (?:with (?:me|us)|along)
            (?:komm(?: mal)?(?: bitte)? mit|folge? mir)(?: bitte)?
            viens avec moi|suis[- ]moi|ven conmigo|sígueme|vieni con me|seguimi|vem comigo|segue-me|siga-me
            ついて(?:来て|きて)(?:ください|よ|ね)?
        """,
        WALK: """
            follow (?:him|her|them|me|us)(?: (?:to|into|up|down|over|around) PLACE)?
            (?:walk|run|go)(?: over)? (?:into|with|after|through|around) PLACE
            walk(?: (?:a bit|around|over here|here))?
        """,
    }
)


def _compiled(lines: str) -> re.Pattern[str]:
    verbs = "|".join(line.strip() for line in lines.strip().splitlines())
    return re.compile(f"{_LEAD}(?:{verbs.replace('GIVE', _GIVE).replace('PLACE', _PLACE)}){_TAIL}")


_REQUESTS = tuple((_compiled(lines), act) for act, lines in _SAID.items())

_KINDS = frozenset("gesture pose sign emote animation move".split())
_ARTICLES = frozenset("the your a an that this".split())
_NAMED = re.compile(
    rf"{_LEAD}(?:do|make|perform|play|strike|use|show(?: me| us)?|give(?: me| us)?) (?P<name>[\w' -]{{2,60}}?){_TAIL}"
)

_STOP = re.compile(
    r"(?:(?:hey|ok|okay|please|no|oh)\b[\s,]*)*(?:(?!the|a|bus|don'?t|not|can|to)\w+,?\s+)?"
    r"(?:stop(?: (?:it|that|this|now|moving|dancing|waving|jumping|turning|acting|everything|right there))*|freeze"
    r"|halt|(?:hold|stand|stay|be|keep) still|do(?:n'?t| not) move|stopp|hör auf|arrête|para|detente|fermati|ferma"
    r"|pare|止まって|やめて)"
    # after a comma anything may stand that somebody is called by
    r"(?:,?\s+(?:now|please|it|bitte|right now|gerald|you|thanks)|,\s*\w+){0,3}"
)
_HELLO = re.compile(
    r"(?:oh\s+)?(?:hi|hello|hey|hiya|howdy|greetings|good (?:morning|evening|afternoon)|hallo|bonjour|salut|hola|ciao"
    r"|olá|oi|こんにちは|やあ)\b(?!\s+(?:kitty|fresh))"
)
_BYE = re.compile(
    r"(?:ok(?:ay)?,?\s+|well,?\s+|alright,?\s+)?(?:good ?bye|bye(?: bye)?|farewell|take care|good night"
    r"|see (?:you|ya)(?: (?:later|soon|tomorrow|around))?|i (?:have|need|got) to go|i'?m (?:leaving|off)"
    r"|tschüss|tschüs|auf wiedersehen|au revoir|adiós|hasta luego|arrivederci|tchau|さようなら|またね)\b"
)
_CLAUSES = re.compile(r"[.!?;。！？]+|,?\s+(?:and|und|et|y|e)\s+(?:then\s+)?|,\s*(?:then\s+)")


def asked_for(text: str) -> tuple[str, ...]:
    """The acts that `text` asks for, in order, WALK among them; at most two."""
    found = dict.fromkeys(filter(None, map(_request, _clauses(text))))
    return tuple(found)[:MOST]


def named_act(text: str, acts: Collection[str]) -> str:
    """Which of `acts`, such as peace_sign, a clause asks for by its name: "do the peace sign"; "" for none."""
    names = {_bare(act.replace("_", " ")): act for act in acts}
    for clause in _clauses(text) if names else ():
        found = _NAMED.fullmatch(clause)
        if found is not None and (act := names.get(_bare(found["name"]), "")):
            return act
    return ""


def _bare(name: str) -> str:
    """A name without articles, and without the words for what it is, unless it has no others."""
    words = [word for word in name.split() if word not in _ARTICLES]
    return " ".join([word for word in words if word not in _KINDS] or words)


def leads_to(text: str, act: str) -> str:
    """Who or what the request for `act` in `text` names, such as "bob" or "chair"; "" for the speaker."""
    clause = next((clause for clause in _clauses(text) if _request(clause) == act), "")
    return named_goal(clause)


def says_stop(text: str) -> bool:
    """Whether `text` is nothing but the wish that the body stop."""
    clauses = _clauses(text)
    return bool(clauses) and any(_STOP.fullmatch(clause) for clause in clauses) and len(text) < 60


def says_hello(text: str) -> bool:
    """Whether `text` begins with a greeting."""
    return _HELLO.match(_plain(text)) is not None


def says_goodbye(text: str) -> bool:
    """Whether a clause of `text` is a goodbye."""
    return any(_BYE.match(clause) for clause in _clauses(text))


def _request(clause: str) -> str:
    return next((act for pattern, act in _REQUESTS if pattern.fullmatch(clause)), "")


def _clauses(text: str) -> list[str]:
    return [clause for part in _CLAUSES.split(_plain(text)) if (clause := part.strip(" ,:-"))]


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[\"“”«»*]", " ", text[:LONGEST].casefold().replace("’", "'")).split())
