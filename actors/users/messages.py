"""What the users' domain accepts and announces: who was met, what is known of them, and who must be forgotten."""

from actors.kernel.message import Message
from actors.users.state import Block, Blocks, Order, UserState
from actors.users.state import Fact as Fact
from actors.users.state import PersonRow as PersonRow
from actors.users.state import Recalled as Recalled
from actors.vocabulary.addresses import Address
from actors.vocabulary.values import Interaction, Person

USERS = Address("users")


class GetProfile(Message):
    """What is known of `person`, and what of it matters to their words; answered by Profile.

    words: what they say now. here: who is near and hears the answer, as far as is known."""

    person: Person
    words: str = ""
    here: tuple[Person, ...] = ()


class Profile(Message):
    """A person's record without its facts, None for somebody never met. closeness: the relationship as it is now, in
    [0, 1].

    recalled: the facts that matter to the words, the best first. asks_back: the words ask for what was told earlier.
    account: what to answer them, sentence by sentence, where they ask what is known of the speaker."""

    person: Person
    user: UserState | None
    closeness: float = 0.0
    recalled: tuple[Recalled, ...] = ()
    asks_back: bool = False
    account: tuple[str, ...] = ()


class FindPerson(Message):
    """Who has this id, or goes by this display name in any case; answered by PeopleFound."""

    name_or_id: str


class PeopleFound(Message):
    """Their records, the last seen first. told: what the only one told of others, and stands in the others' records."""

    people: tuple[UserState, ...]
    told: tuple[Fact, ...] = ()


class GetPeople(Message):
    """Who is remembered; answered by PeopleAre. search: part of a name or id, "" for all. first, count: which of them.
    order: the last seen first, by name, or the best known first."""

    search: str = ""
    first: int = 0
    count: int = 100
    order: Order = "seen"


class PeopleAre(Message):
    """These of the `found` ones that the search has; `known` are remembered at all. Who is blocked and not remembered
    comes last."""

    people: tuple[PersonRow, ...]
    found: int
    known: int


class ForgetPerson(Message):
    """Forget the person with this id or, if unique, this name; answered by Forgotten or NotForgotten."""

    name_or_id: str


class Forgotten(Message):
    """These are forgotten: their records are gone, and nothing loaded later brings them back. also: other names
    that they went by."""

    people: tuple[Person, ...]
    also: tuple[Person, ...] = ()


class NotForgotten(Message):
    """Nobody was forgotten, and why."""

    reason: str


class PersonForgotten(Message):
    """Drop what these people said until `at` (epoch seconds), and all that derives from it."""

    people: tuple[Person, ...]
    at: float


class MergePeople(Message):
    """The entries `one` and `other` (ids, or names if unique) are of one person; answered by PeopleMerged or NotMerged.
    The entry of an account stays; of two that are known by name only, the second."""

    one: str
    other: str


class PeopleMerged(Message):
    """Done, and on disk. into: whose entry has it all. absorbed: whose is gone."""

    into: Person
    absorbed: Person


class NotMerged(Message):
    """Nothing changed, and why."""

    reason: str


class CorrectPerson(Message):
    """Of the person with this id or, if unique, this name: `what` becomes `to`, "" drops it; answered by
    PersonCorrected or NotCorrected. what: the words of a fact, or some that only it has; or a preference's key, such as
    `called`."""

    name_or_id: str
    what: str
    to: str = ""


class PersonCorrected(Message):
    """Done, and on disk. before, after: the words; after is "" for what was dropped."""

    person: Person
    before: str
    after: str


class NotCorrected(Message):
    """Nothing changed, and why."""

    reason: str


class BlockPerson(Message):
    """Have nothing to do with the person with this id or, if unique, this name (any more), or take that back with
    `blocked` false; answered by PersonBlocked or NotBlocked. Who was never met can be blocked, too."""

    name_or_id: str
    blocked: bool = True


class PersonBlocked(Message):
    """Done, and on disk. block: of whom."""

    block: Block
    blocked: bool


class NotBlocked(Message):
    """Nothing changed, and why."""

    reason: str


class GetBlocked(Message):
    """To the users; the sender gets PeopleBlocked. follow: and then of every change, and PersonForgotten, while the
    users' actor runs."""

    follow: bool = False


class UsersBegan(Message):
    """From a users' actor that begins anew after a crash: it does not know any more who follows. Ask again."""


class PeopleBlocked(Message):
    """These are blocked now: they are not answered, not remembered, not greeted, and move nothing."""

    blocks: Blocks


class InteractionHappened(Message):
    """Something happened between the bot and `person`: it goes into the history of a known person, as of when it was
    said, felt or seen.

    here: who was near and heard it, as far as is known; who speaks may be among them. said_in: the turn, 0 for none."""

    person: Person
    interaction: Interaction
    here: tuple[Person, ...] = ()
    said_in: int = 0


class Misattributed(Message):
    """What happened at `at` (epoch seconds) by the record of `of` is of `to`; of nobody known, if `to` is unknown.

    said_in: the turn, 0 for none."""

    of: Person
    to: Person
    at: float
    said_in: int = 0


class PeopleCalled(Message):
    """These people are called so now: who is known by the id stays the same person. Nobody is met by it."""

    people: tuple[Person, ...]


class PreferenceStated(Message):
    """`person` prefers `value` in the matter of `key` ("" for no longer), as far as the bot has understood."""

    person: Person
    key: str
    value: str
