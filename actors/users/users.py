"""The users' actor: owns the records of the people the bot has met."""

from collections.abc import Mapping
from typing import Any

import msgspec

from actors.behaviour.messages import BEHAVIOUR
from actors.conversation.messages import CONVERSATION
from actors.kernel.actor import AskFailed, Reply, handles
from actors.kernel.message import Asker
from actors.kernel.protocol.state import Updated, UpdateState
from actors.kernel.protocol.storage import PERSISTENCE, Committed, ErasureRecorded, RecordErasure
from actors.kernel.state.domain import DomainActor
from actors.kernel.state.erasures import newest
from actors.llm.messages import LLM, NotesDropped, NotesRequested, NotesTaken
from actors.users.acquaintance import (
    Change,
    Path,
    called,
    faded,
    interacted,
    preferred,
    profile_of,
    remembered,
)
from actors.users.amendment import amended
from actors.users.blocking import blocked, unblocked
from actors.users.correction import misattributed
from actors.users.facts.account import account, asks_for_account
from actors.users.forget import ErasureSelection, chosen
from actors.users.internal import NotesDue
from actors.users.listing import page_of
from actors.users.merging import merged_entries
from actors.users.messages import (
    USERS,
    BlockPerson,
    CorrectPerson,
    FindPerson,
    ForgetPerson,
    Forgotten,
    GetBlocked,
    GetPeople,
    GetProfile,
    InteractionHappened,
    MergePeople,
    Misattributed,
    NotBlocked,
    NotCorrected,
    NotForgotten,
    NotMerged,
    PeopleAre,
    PeopleBlocked,
    PeopleCalled,
    PeopleFound,
    PeopleMerged,
    PersonBlocked,
    PersonCorrected,
    PersonForgotten,
    PreferenceStated,
    Profile,
    UsersBegan,
)
from actors.users.note_taking import QUIET, NoteTaking, prompt, with_notes
from actors.users.remembering import learned, merged_facts, recall, said
from actors.users.state import UsersState, UserState, faults, faults_at, find, told_of_others, without
from actors.vocabulary.type_names import durable
from actors.vocabulary.values import UNKNOWN, Person, is_erased, tombstone
from actors.vrchat.messages import VRCHAT
from config.schema import Bot, Memory

MOST_FOUND = 8
LISTENERS = 8  # addresses that are told who is blocked and who is forgotten
STORED_WITHIN = 20.0  # seconds in which a block is on disk
_NOTHING = b"\x80"  # the changes of an update that waits for those before it


@durable("users.Asked")
class _Asked(msgspec.Struct, frozen=True):
    """A request to forget that waits until it is noted on disk."""

    selection: ErasureSelection
    hashes: tuple[str, ...]
    at: float
    asker: Asker


@durable("users.Blocked")
class _Done(msgspec.Struct, frozen=True):
    """What the owner asked for: it is carried out and waits until it is on disk."""

    told: PersonBlocked | PeopleMerged | PersonCorrected
    asker: Asker


@durable("users.Users", "actors.users.users:Users")
class Users(DomainActor[UsersState]):
    """Answers who somebody is, notes what happened with them, and forgets them when asked to.

    bot, memory: the sections of the configuration in force. A trace from before they were used has neither."""

    domain = "users"
    parted = "users"
    load_within = 25.0  # ten thousand people are some fifty megabytes; within supervision.start_timeout
    schema = 2

    def __init__(self, bot: Bot | None = None, memory: Memory | None = None) -> None:
        super().__init__(UsersState())
        self.bot = bot or Bot()
        self.memory = memory or Memory()
        self._touched: tuple[Path, ...] | None = None
        self._notes = NoteTaking()
        self._listeners: tuple[str, ...] = (CONVERSATION, BEHAVIOUR)

    def validate(self, state: UsersState, before: UsersState) -> tuple[str, ...]:
        """Records stand under their own id, and everything is within its bounds; of a change, what it touched."""
        return faults(state, before) if self._touched is None else faults_at(state, self._touched)

    def merged(self, stored: UsersState, interim: UsersState) -> UsersState:
        """Everybody who was known, and what happened with them since."""
        for user in interim.users.values():
            for interaction in user.interaction_history:
                stored = interacted(stored, user.person, interaction, self.bot.name).state
            stored = merged_facts(stored, user).state
        for block in interim.blocked.blocks:
            stored = msgspec.structs.replace(stored, blocked=stored.blocked.adding(block))
        return stored

    def restored(self) -> None:
        if self.state.blocked.blocks:
            self._tell_blocked()
        if self.context.incarnation > 1:
            self.tell(VRCHAT, UsersBegan())  # it followed the incarnation before, if it is switched on

    def commit(self, sections: Mapping[str, Any]) -> bool:
        self.bot = sections.get("bot", self.bot)
        self.memory = sections.get("memory", self.memory)
        return True

    def forget(self, state: UsersState, erased: Mapping[str, float]) -> UsersState:
        return without(state, erased)

    @handles
    def on_get_profile(self, message: GetProfile) -> None:
        self.reply(self._profile(message.person, message.words, message.here))

    def _profile(self, person: Person, words: str, here: tuple[Person, ...]) -> Profile:
        user, now = profile_of(self.state, person), self.wall()
        closeness = faded(user, now) if user is not None else 0.0
        if not words:
            return Profile(person, _short(user), closeness)
        facts, me = (user.facts, user.user_id) if user is not None else ((), person.user_id)
        alone = all(one.user_id in (me, person.user_id) for one in here)
        told = account(facts, me, now, alone) if asks_for_account(words) else ()
        found, asks = recall(self.state, person, words, here, now, self.memory.share)
        return Profile(person, _short(user), closeness, found, asks, told)

    @handles
    def on_find(self, message: FindPerson) -> None:
        found = find(self.state, message.name_or_id)[:MOST_FOUND]
        told = told_of_others(self.state, found[0]) if len(found) == 1 else ()
        self.reply(PeopleFound(found, told))

    @handles
    def on_get_people(self, message: GetPeople) -> None:
        first, count = max(0, message.first), max(0, message.count)
        found = page_of(self.state, self.wall(), message.search, first, count, message.order)
        self.reply(PeopleAre(found.rows, found.found, found.known))

    @handles
    def on_interaction(self, message: InteractionHappened) -> None:
        at = message.interaction.at
        if self.state.blocked.holds(message.person):
            return
        if is_erased(message.person.user_id, at, self.erased):
            return  # it was on its way when they were to be forgotten
        met = interacted(self.state, message.person, message.interaction, self.bot.name)
        words = said(message.person, message.interaction, message.here, message.said_in, self.bot.name)
        told = learned(met.state, words)
        self._take(Change(told.state, (*met.paths, *told.paths)))
        if message.interaction.kind == "talk" and self.memory.summarize == "idle":
            self.after(QUIET, NotesDue(self._notes.talked(message.person)))
        if at <= max(self.erased.values(), default=-1.0):
            # it was on its way, and may tell of whom was forgotten
            self.become(without(self.state, self.erased))

    @handles
    def on_misattributed(self, message: Misattributed) -> None:
        if is_erased(message.to.user_id, message.at, self.erased):
            message = msgspec.structs.replace(message, to=UNKNOWN)  # it goes, and is not filed again
        self._take(misattributed(self.state, message, self.bot.name))

    @handles
    def on_notes_due(self, message: NotesDue) -> None:
        """Nobody has spoken for a while: a model may look at what was said."""
        asked = self._notes.due(message.talk, self.state.users)
        if asked is not None:
            self.tell(LLM, NotesRequested(asked.user_id, prompt(asked)))

    @handles
    def on_notes(self, message: NotesTaken) -> None:
        asked, user = self._notes.take(message.about), self.state.users.get(message.about)
        if asked is not None and user is not None and user.met_at <= asked.until:
            self._take(remembered(self.state, user.person, with_notes(user, asked, message.sentences)))

    @handles
    def on_preference(self, message: PreferenceStated) -> None:
        if not self.state.blocked.holds(message.person):
            self._take(preferred(self.state, message.person, message.key, message.value, self.wall()))

    @handles
    def on_block(self, message: BlockPerson) -> None:
        found = (blocked if message.blocked else unblocked)(self.state, message.name_or_id)
        if found.who is None:
            self.reply(NotBlocked(found.why_not))
            return
        if found.blocks != self.state.blocked:
            self.become(msgspec.structs.replace(self.state, blocked=found.blocks), (("blocked",),))
            self._tell_blocked()
        # It must hold after every restart, so it is said when it is on disk.
        self._reply_when_stored(PersonBlocked(found.who, message.blocked))

    def _reply_when_stored(self, told: PersonBlocked | PeopleMerged | PersonCorrected) -> None:
        stored, done = UpdateState(_NOTHING, durable=True), _Done(told, self.asker())
        self.ask(USERS, stored, then="on_block_stored", context=done, within=STORED_WITHIN)

    def on_block_stored(self, answer: Reply | AskFailed) -> None:
        done: _Done = answer.context
        is_stored = isinstance(answer, Reply) and isinstance(answer.message, Committed | Updated)
        self.reply(done.told if is_stored else _not_stored(done.told), done.asker)

    @handles
    def on_merge(self, message: MergePeople) -> None:
        found = merged_entries(self.state, message.one, message.other, self.erased)
        if found.why_not:
            self.reply(NotMerged(found.why_not))
            return
        blocks = self.state.blocked
        self._take(found.change)
        if self.state.blocked != blocks:
            self._tell_blocked()
        self._reply_when_stored(PeopleMerged(found.into, found.absorbed))

    @handles
    def on_correct(self, message: CorrectPerson) -> None:
        found = amended(self.state, message.name_or_id, message.what, message.to, self.erased, self.wall())
        if found.why_not:
            self.reply(NotCorrected(found.why_not))
            return
        self._take(found.change)
        self._reply_when_stored(PersonCorrected(found.person, found.before, found.after))

    @handles
    def on_called(self, message: PeopleCalled) -> None:
        self._take(called(self.state, message.people))

    @handles
    def on_get_blocked(self, message: GetBlocked) -> None:
        if message.follow and self.sender() not in self._listeners and len(self._listeners) < LISTENERS:
            self._listeners = (*self._listeners, self.sender())
        self.tell(self.sender(), PeopleBlocked(self.state.blocked))

    def _tell_blocked(self) -> None:
        for address in self._listeners:
            self.tell(address, PeopleBlocked(self.state.blocked))

    @handles
    def on_forget(self, message: ForgetPerson) -> None:
        selection = chosen(self.state, message.name_or_id)
        if selection.why_not:
            self.reply(NotForgotten(selection.why_not))
            return
        # Recorded on disk first: it then applies to whatever is loaded later, also from a backup.
        hashes = tuple(tombstone(person.user_id) for person in selection.aliases)
        asked = _Asked(selection, hashes, self.wall(), self.asker())
        self.ask(PERSISTENCE, RecordErasure(self.domain, hashes, asked.at), then="on_buried", context=asked)

    def on_buried(self, answer: Reply | AskFailed) -> None:
        asked: _Asked = answer.context
        if not isinstance(answer, Reply) or not isinstance(answer.message, ErasureRecorded):
            self.reply(NotForgotten(_why_not(answer)), asked.asker)
            return
        # What was said while the disk was busy is gone, too.
        until = max(asked.at, self.wall())
        tombstones = dict.fromkeys(asked.hashes, until)
        self.erased = newest(self.erased, tombstones)
        if self._notes.is_asking:
            self.tell(LLM, NotesDropped())  # of words that may be theirs, which the others hold, too
        self._notes = NoteTaking()
        self.become(self.forget(self.state, tombstones))
        self.erase()
        for address in self._listeners:
            self.tell(address, PersonForgotten(asked.selection.aliases, until))
        self.reply(Forgotten(asked.selection.people, asked.selection.also), asked.asker)

    def _take(self, change: Change) -> None:
        self._touched = change.paths
        try:
            self.become(change.state, change.paths)
        finally:
            self._touched = None


def _short(user: UserState | None) -> UserState | None:
    """The record without its facts: those that matter go beside it."""
    return msgspec.structs.replace(user, facts=()) if user is not None and user.facts else user


def _not_stored(
    told: PersonBlocked | PeopleMerged | PersonCorrected,
) -> NotBlocked | NotMerged | NotCorrected:
    """What holds, though it is not on disk."""
    later = "as long as Gerald runs, and could not be stored yet: ask again"
    if isinstance(told, PersonBlocked):
        return NotBlocked(f"{told.block.name} is {'' if told.blocked else 'no longer '}blocked {later}")
    if isinstance(told, PeopleMerged):
        return NotMerged(f"{told.absorbed.name} and {told.into.name} are one {later}")
    return NotCorrected(f"it is corrected {later}")


def _why_not(answer: Reply | AskFailed) -> str:
    """What is known of an erasure that was not confirmed."""
    if isinstance(answer, AskFailed):
        return f"the disk has not confirmed it ({answer.reason}): it may be carried out yet; ask again"
    return f"it could not be noted on disk ({getattr(answer.message, 'why', 'refused')}): nothing was changed"
