"""Which language the bot answers in: what was certainly spoken, else what this person speaks, else what it was
taken for, else what was spoken last. Pure but for what it tells the others of it."""

from actors.conversation.owner import Owner
from actors.conversation.state import ConversationState
from actors.speech.messages import RECOGNIZER, LanguageExpected
from actors.users.messages import USERS, PreferenceStated, Profile
from config.schema.languages import AUTO

SPEAKS = "speaks"  # the preference under which somebody's language is kept


def reply_language(setting: str, state: ConversationState) -> str:
    """The language of the turn; "" where nothing is known of it. setting: see `answers_in`."""
    if setting != AUTO:
        return setting
    active = state.active
    if active is None:
        return state.language
    one = state.participants.get(active.person.user_id) if active.person.is_known else None
    theirs = (one.language if one is not None else "") or state.user_preferences.get(SPEAKS, "")
    return active.language or theirs or active.likely or state.language


def answers_in(owner: Owner) -> str:
    """The language that the bot is to answer in, or AUTO: bot.language, else speech.language."""
    return owner.bot.language if owner.bot.language != AUTO else owner.speech.language


def words_language(owner: Owner) -> str:
    """The language of the bot's own sentences in the turn; English where nothing is known."""
    return reply_language(answers_in(owner), owner.state) or "en"


def voice_language(owner: Owner) -> str:
    """What the voice is to speak in the turn; "" for what it speaks anyway."""
    return spoken_in(owner, reply_language(answers_in(owner), owner.state))


def spoken_in(owner: Owner, language: str) -> str:
    """What the voice is to speak where the bot answers in `language`; "" for what it speaks anyway."""
    return language if owner.speech.language == AUTO or language != owner.speech.language else ""


def note_person(owner: Owner, profile: Profile | None) -> None:
    """Keep the language that somebody spoke with the person; or expect of them the one that is kept."""
    active = owner.state.active
    if active is None or profile is None or not profile.person.is_known or owner.speech.language != AUTO:
        return
    known = profile.user.preferences.get(SPEAKS, "") if profile.user is not None else ""
    if active.language:
        if active.language != (known or "en"):
            owner.tell(USERS, PreferenceStated(profile.person, SPEAKS, active.language))
    elif known:
        owner.tell(RECOGNIZER, LanguageExpected(known))
