"""Where the bot is, who is there and what it sees, in answer to who asks. Pure."""

import re

from actors.conversation.answers.known import Known
from actors.conversation.state import whereabouts
from actors.vocabulary.looking import asks_to_look
from actors.vocabulary.names import same_name
from actors.vocabulary.values import Person
from actors.vocabulary.words import plain

NAMED = 6  # people who are named; the others are counted
LONGEST_NAME = 40
LOOK = 600  # characters of what a model saw

_WHO = re.compile(
    r"\b(?:who (?:is|else is|all is)|who's(?: else)?|is (?:any|some)(?:one|body)(?: else)?) (?:here|around|with us|in (?:here|this (?:world|room|instance)))"
    r"|how many (?:people|players|of us|persons)? ?(?:are|is|do you see)|who (?:can|do) you see|who are these people|are we alone|who am i with\b"
)
_WHERE = re.compile(
    r"\bwhere are (?:we|you)(?: right now| now)?$|\b(?:what|which) (?:world|place|room|map|instance) (?:is (?:this|it)|are we in|are you in)|what is this (?:world|place)|what's this (?:world|place)"
    r"|what's this world called|what's the name of this (?:world|place)|do you know where (?:we|you) are\b"
)
_SEES = re.compile(
    r"\bwhat (?:do|can) you see|what are you looking at|can you see (?:me|us|anything|something|this|that)|do you see (?:me|us|anything|something|this|that)"
    r"|describe what you see|what do i look like|how do i look|what am i (?:wearing|doing|holding)\b"
)
_FRIENDS = re.compile(
    r"\b(?:which|who) of your friends (?:is|are)(?: also)? (?:online|around|there)|which (?:of your )?friends are online"
    r"|(?:is|are) (?:any|some)(?: one|body)? of your friends online|are your friends online|who(?: else)? is online\b"
)
_WHERE_IS = re.compile(r"\bwhere(?: is|'s) (.{1,60})$")


def scene_told(clause: str, known: Known) -> str:
    """The answer to a clause that asks for the surroundings; "" for any other."""
    if known.looked and asks_to_look(clause):
        return plain(known.looked, LOOK)
    if _WHO.search(clause):
        return _company(known)
    if _WHERE.search(clause):
        place = _name(known.place)
        return (
            f'We are in "{place}".'
            if place
            else "We are in VRChat, but I don't know what this world is called."
        )
    if _SEES.search(clause):
        return _seen(known)
    if _FRIENDS.search(clause):
        return _friends(known)
    return _friend_sought(clause, known)


def _friends(known: Known) -> str:
    if not known.friends:
        return "I don't know of any friend of mine who is online elsewhere."
    return f"These friends of mine are online elsewhere: {_listed([one.person for one in known.friends])}."


def _friend_sought(clause: str, known: Known) -> str:
    """Where a friend is; nothing of anybody else, and no more than the world."""
    sought = _WHERE_IS.search(clause)
    friend = sought and next((one for one in known.friends if same_name(one.person.name, sought[1])), None)
    if not friend:
        return ""
    where = whereabouts(friend, known.world_id)
    return f"{_name(friend.person.name)} is online{where and f', {where}'}."


def _company(known: Known) -> str:
    others = [one for one in known.here if one.is_known and one.user_id != known.person.user_id]
    if not known.here:
        return "I can't tell who is here, I'm sorry."
    if not others:
        return "It's only you and me here."
    return f"Besides you and me I know of {_listed(others)}."


def _listed(people: list[Person]) -> str:
    names = [_name(one.name) for one in people[:NAMED]]
    more = len(people) - len(names)
    names += [f"{more} more"] if more > 0 else []
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _seen(known: Known) -> str:
    if known.seen:
        return f"I see this: {'; '.join(plain(one, 120) for one in known.seen)}."
    return "I can't make out anybody or anything just now."


def _name(name: str) -> str:
    return plain(name, LONGEST_NAME).replace('"', "'")
