"""What is remembered that matters to the newest words, as the last part of the note before them. Pure.

It quotes people: each fact stands in quotes, with who said it and when."""

from actors.conversation.prompt.quoting import quotable
from actors.conversation.state import ConversationState
from actors.users.messages import Profile, Recalled

LONGEST = 900  # characters of all of it
LONGEST_FACT = 160

UNSURE = "If this does not answer what is asked, say that you do not know it; make nothing up."


def recollection(state: ConversationState, profile: Profile | None) -> list[str]:
    """The facts that matter, but for what stands in the talk; and where words ask for more, that it is not known."""
    if profile is None:
        return []
    shown = " ".join(said.text for said in state.messages if said.turn >= state.shown_from)
    told = [_told(one, profile) for one in profile.recalled if one.text not in shown]
    found: list[str] = []
    left = LONGEST
    for one in told:
        left -= len(one) + 1
        if left >= 0:
            found.append(one)
    known = [f"You remember: {' '.join(found)}"] if found else []
    return [*known, UNSURE] if profile.asks_back else known


def _told(fact: Recalled, profile: Profile) -> str:
    ago = "earlier" if not fact.days else "yesterday" if fact.days == 1 else f"{fact.days} days ago"
    of = f' of "{quotable(fact.of)}"' if fact.of and fact.of not in (fact.who, profile.person.user_id) else ""
    day = f" (for {fact.when})" if fact.when else ""
    doubt = ", not for sure" if fact.doubted else ""
    return f'"{quotable(fact.who)}" said{of} {ago}{doubt}: "{quotable(fact.text, LONGEST_FACT)}"{day}.'
