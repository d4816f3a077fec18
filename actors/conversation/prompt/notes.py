"""What the bot knows just now, as a note beside the newest words: place, company, partner, goals, touch, mood. Pure.

What seldom changes stands first and what the newest words decide stands last, so that a server which has read the note
ahead has only these left to read."""

from collections.abc import Mapping

from actors.conversation.languages import SPEAKS, reply_language
from actors.conversation.prompt.quoting import bare, heading, quotable, quoted
from actors.conversation.prompt.recollection import recollection
from actors.conversation.state import ConversationState, Surroundings, whereabouts
from actors.conversation.touch_guess import guessed
from actors.users.messages import Profile
from actors.vocabulary.values import UNKNOWN
from actors.vocabulary.words import plain, topic_of, without_name
from actors.world.messages import FriendOnline
from config.schema.languages import AUTO, name_of

LONGEST = 900  # characters of a note without what is remembered: each costs time in every turn

VIEWS = 400  # of these, for what the speaker prefers

FELT_FOR = 30.0  # seconds for which a touch is worth mentioning

LOOK = 600  # characters of what a model saw
SIGHT = 80  # characters of one thing that is seen
FRIENDS = 4  # friends elsewhere who are named
NAMED = 6  # people near who are named; the others are counted

HABIT = 3  # times after which a topic is one that somebody often talks about

CLOSE = 0.5  # the relationship from which on somebody is a good friend

MARKED = 0.1  # the valence, slow as it moves, from which on a mood is somebody's usual one

MOODS = ("They are often downcast.", "They are usually cheerful.")
MINUTES = 5  # steps in which the length of a conversation is told: what changes has to be read again
DAY = 86400.0


def notes(
    state: ConversationState,
    profile: Profile | None,
    now: float,
    language: str = "en",
    bot: str = "",
    *,
    foreseen: bool = False,
    of_role: tuple[str, ...] = (),
) -> str:
    """All of it in square brackets on one line, the goals first to be kept; "" for nothing. now: epoch seconds.

    language: as in speech.language. bot: the bot's name, which is no topic. foreseen: only what is known before the
    newest words are. of_role: what is to be known of the character that is played; it comes last."""
    goals = "; ".join(state.conversation_goals)
    wanted = [f"You would like to: {bare(goals)}."] if goals else []
    wanted += _reply_language(state) if language == AUTO else []
    known = [*_scene(state.surroundings), *_partner(state, profile, now)]
    passing = [*_views(state, profile, bot), *_length(state), *_touch(state, now)]
    of_words = [] if foreseen else [*_likely(state), *_mood(state), *_topic(state, bot)]
    known, left = _fitting(known, LONGEST - sum(len(part) + 1 for part in wanted))
    passing, left = _fitting(passing, left)
    recalled = () if foreseen else recollection(state, profile)
    told = (*known, *wanted, *passing, *_fitting(of_words, left)[0], *recalled, *of_role)
    return f"[{' '.join(told)}]" if told else ""


def _fitting(parts: list[str], left: int) -> tuple[list[str], int]:
    """The first of `parts` that fit into `left` characters, and what is left then; what does not fit is left out."""
    kept = []
    for part in parts:
        left -= len(part) + 1
        if left >= 0:
            kept.append(part)
    return kept, left


def _reply_language(state: ConversationState) -> list[str]:
    """The language of the newest words, where it is not plain from an English talk."""
    spoken = state.messages[-1].language if state.messages else ""
    if not spoken:
        return []  # typed: the model sees what it is in
    answer = reply_language(AUTO, state) if state.active is not None else spoken
    if {answer, *(one.language for one in state.messages)} <= {"", "en"}:
        return []
    return [f"Answer in {name_of(answer)}."]


def _scene(around: Surroundings) -> list[str]:
    place, names = quotable(around.place), [quoted(one) for one in around.people]
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    parts = [f'The world is called "{place}".'] if place else []
    if len(names) > 1:
        parts.append(f"Here with you: {', '.join(names[:NAMED])}{more}.")
    parts += [f"You see: {quotable(thing, SIGHT)}." for thing in around.seen]
    parts += [f"You have just looked, and see this: {quotable(around.looked, LOOK)}"] if around.looked else []
    friends = [_friend(one, around.world_id) for one in around.friends[:FRIENDS]]
    return [
        *parts,
        *([f"Friends of yours who are online elsewhere: {', '.join(friends)}."] if friends else []),
    ]


def _friend(friend: FriendOnline, world_id: str) -> str:
    where = whereabouts(friend, world_id)
    return f"{quoted(friend.person)} ({where})" if where else quoted(friend.person)


def _partner(state: ConversationState, profile: Profile | None, now: float) -> list[str]:
    if profile is None or not profile.person.is_known:
        several = len(state.surroundings.people) > 1
        return ["You do not know which of them is speaking; you may ask."] if several else []
    parts = [f"You are talking with {quoted(profile.person)}."]
    if profile.user is None or not profile.user.has_talked:
        return [*parts, "You meet for the first time."]
    took_part = state.participants.get(profile.person.user_id)
    just_met = took_part is not None and profile.user.met_at >= took_part.since
    if profile.closeness >= CLOSE:
        parts.append("You are good friends.")
    else:
        parts.append("You have just met." if just_met else "You have met before.")
    days = int((now - (profile.user.talked_at or profile.user.last_seen)) // DAY)
    parts += [f"You last talked {days} day{'s' if days > 1 else ''} ago."] if days > 0 else []
    valence = profile.user.emotional_baseline.valence
    parts += [MOODS[valence > 0]] if abs(valence) >= MARKED else []
    return parts


def _views(state: ConversationState, profile: Profile | None, bot: str) -> list[str]:
    """What is known of the speaker's likes and habits."""
    if profile is None or not profile.person.is_known:
        return []
    views = state.user_preferences
    told = [f"wants to be called {views['called']}"] if "called" in views else []
    told += [f"{view} {matter}" for matter, view in views.items() if view in ("likes", "dislikes")]
    told += [
        f"{matter}: {view}"
        for matter, view in views.items()
        if matter not in ("called", SPEAKS) and view not in ("likes", "dislikes")
    ]
    told += _habits(
        {p.kind: p.count for p in profile.user.conversation_patterns} if profile.user else {}, bot
    )
    return [f"{heading(profile.person)}: {quotable('; '.join(told), VIEWS)}."] if told else []


def _habits(counts: Mapping[str, int], bot: str) -> list[str]:
    usual = [
        kind.removeprefix("topic:") for kind, count in counts.items() if count >= HABIT and "topic:" in kind
    ]
    topics = [topic for topic in usual if without_name(topic, bot)]
    told = [f"often talks about {', '.join(topics[:3])}"] if topics else []
    asks_often = counts.get("talk", 0) >= HABIT and counts.get("question", 0) * 2 > counts["talk"]
    return [*told, "often asks questions"] if asks_often else told


def _length(state: ConversationState) -> list[str]:
    minutes = int(state.conversation_duration // 60) // MINUTES * MINUTES
    return [f"This conversation has lasted {minutes} minutes."] if minutes else []


def _likely(state: ConversationState) -> list[str]:
    """Who may speak, where nobody is sure."""
    guess = state.active.guess if state.active is not None else UNKNOWN
    return [f"It may be {quoted(guess)} who speaks now, but you are not sure."] if guess.is_known else []


def _mood(state: ConversationState) -> list[str]:
    tone = state.emotional_tone
    return [f"The mood of the talk is {tone} just now."] if tone != "neutral" else []


def _topic(state: ConversationState, bot: str) -> list[str]:
    """What the talk is about if the last words do not tell ("And why?")."""
    carried_on = state.messages and not topic_of(state.messages[-1].text) and state.current_topic
    subject = bare(without_name(plain(state.current_topic, 80), bot))
    return [f"The talk is about: {subject}."] if carried_on and subject else []


def _touch(state: ConversationState, now: float) -> list[str]:
    touch = state.last_touch
    if touch.kind != "touch" or not 0.0 <= now - touch.at <= FELT_FOR:
        return []
    who = f'"{quotable(touch.person)}"' if plain(touch.person, 40) else "Somebody"
    guess = plain(guessed(touch, state.touch_guess, state.messages), 40)
    doubt = f', perhaps "{quotable(guess)}"' if guess else ""
    return [f"{who} touched you just now ({quotable(touch.detail)}){doubt}."]
