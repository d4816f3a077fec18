"""What the bot knows just now, as a note beside the newest words: place, company, partner, mood, touch, goals. Pure."""

from collections.abc import Mapping

from actors.conversation.languages import SPEAKS, reply_language
from actors.conversation.prompt.quoting import bare, heading, quotable, quoted
from actors.conversation.prompt.recollection import recollection
from actors.conversation.state import ConversationState, Surroundings
from actors.users.messages import Profile
from actors.vocabulary.values import Interaction
from actors.vocabulary.words import plain, topic_of, without_name
from config.schema.languages import AUTO, name_of

LONGEST = 900  # characters of a note without what is remembered: each costs time in every turn

VIEWS = 400  # of these, for what the speaker prefers

FELT_FOR = 30.0  # seconds for which a touch is worth mentioning

NAMED = 6  # people near who are named; the others are counted

HABIT = 3  # times after which a topic is one that somebody often talks about

CLOSE = 0.5  # the relationship from which on somebody is a good friend

MARKED = 0.1  # the valence, slow as it moves, from which on a mood is somebody's usual one

MOODS = ("They are often downcast.", "They are usually cheerful.")
DAY = 86400.0


def notes(
    state: ConversationState, profile: Profile | None, now: float, language: str = "en", bot: str = ""
) -> str:
    """All of it in square brackets on one line, the goals first to be kept; "" for nothing. now: epoch seconds.

    language: as in speech.language. bot: the bot's name, which is no topic."""
    goals = "; ".join(state.conversation_goals)
    last = [f"You would like to: {bare(goals)}."] if goals else []
    last += _reply_language(state) if language == AUTO else []
    first = [
        *_scene(state.surroundings),
        *_partner(state, profile, now),
        *_views(state, profile, bot),
        *_talk(state),
        *_touch(state.last_touch, now),
    ]
    left = LONGEST - sum(len(part) + 1 for part in last)
    kept = []
    for part in first:
        left -= len(part) + 1
        if left >= 0:
            kept.append(part)
    told = (*kept, *last, *recollection(state, profile))
    return f"[{' '.join(told)}]" if told else ""


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
    return [*parts, *(f"You see: {bare(thing)}." for thing in around.seen)]


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
    """What is known of the speaker's likes, and what the talk is about if the last words do not tell ("And why?")."""
    carried_on = state.messages and not topic_of(state.messages[-1].text) and state.current_topic
    subject = bare(without_name(plain(state.current_topic, 80), bot))
    topic = [f"The talk is about: {subject}."] if carried_on and subject else []
    if profile is None or not profile.person.is_known:
        return topic
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
    return [*topic, f"{heading(profile.person)}: {quotable('; '.join(told), VIEWS)}."] if told else topic


def _habits(counts: Mapping[str, int], bot: str) -> list[str]:
    usual = [
        kind.removeprefix("topic:") for kind, count in counts.items() if count >= HABIT and "topic:" in kind
    ]
    topics = [topic for topic in usual if without_name(topic, bot)]
    told = [f"often talks about {', '.join(topics[:3])}"] if topics else []
    asks_often = counts.get("talk", 0) >= HABIT and counts.get("question", 0) * 2 > counts["talk"]
    return [*told, "often asks questions"] if asks_often else told


def _talk(state: ConversationState) -> list[str]:
    minutes = int(state.conversation_duration // 60)
    parts = [f"This conversation has lasted {minutes} minute{'s' if minutes > 1 else ''}."] if minutes else []
    tone = state.emotional_tone
    return [*parts, f"Its mood is {tone} just now."] if tone != "neutral" else parts


def _touch(touch: Interaction, now: float) -> list[str]:
    if touch.kind != "touch" or not 0.0 <= now - touch.at <= FELT_FOR:
        return []
    who = f'"{quotable(touch.person)}"' if plain(touch.person, 40) else "Somebody"
    return [f"{who} touched you just now ({quotable(touch.detail)})."]
