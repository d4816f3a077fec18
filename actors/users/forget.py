"""Which people a request to forget selects. Pure."""

import msgspec

from actors.users.state import UsersState, find, nameless
from actors.vocabulary.type_names import durable
from actors.vocabulary.values import Person, person_named


@durable("users.ErasureSelection")
class ErasureSelection(msgspec.Struct, frozen=True):
    """people: whose records go. aliases: they and names they may have spoken under. why_not: why both are empty."""

    people: tuple[Person, ...] = ()
    aliases: tuple[Person, ...] = ()
    why_not: str = ""

    @property
    def also(self) -> tuple[Person, ...]:
        """Those of the aliases that are not called as one of the people is."""
        names = {person.name for person in self.people}
        return tuple(one for one in self.aliases if one.name not in names)


def chosen(state: UsersState, name_or_id: str) -> ErasureSelection:
    """Who is meant: one person, whose record may be kept under an id and under the mere name."""
    found = find(state, name_or_id)
    if not found:
        return ErasureSelection(why_not=f"nobody is known by {name_or_id[:100]!r}")
    with_id = [user for user in found if not user.is_named_only]
    if len(with_id) > 1:
        ids = ", ".join(user.user_id for user in with_id)
        return ErasureSelection(why_not=f"several go by {name_or_id[:100]!r}; say which id: {ids}")
    people = {user.user_id: user.person for user in found}
    for user in found:
        alias = state.users.get(nameless(user.display_name))
        if alias is not None:
            people[alias.user_id] = alias.person
    also = (name for user in found for name in user.also_called)
    names = (person_named(name) for name in (*(person.name for person in people.values()), *also))
    aliases = {person.user_id: person for person in (*people.values(), *names)}
    return ErasureSelection(tuple(people.values()), tuple(aliases.values()))
