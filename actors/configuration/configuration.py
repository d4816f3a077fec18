"""The actor that owns the configuration, and replaces it in a transaction.

It reads and validates all layers, lets every running actor concerned vote, replaces one frozen object by another, and
informs the actors. Whatever fails before the replacement changes nothing.
"""

import logging
import threading
from collections.abc import Callable

import msgspec

from actors.configuration.internal import CandidateRead, FilesChanged, ReadingBroke
from actors.configuration.messages import (
    ConfigurationIs,
    GetConfiguration,
    GetSection,
    NoSuchSection,
    Reload,
    ReloadEnded,
    SectionIs,
)
from actors.configuration.store import Applied, Candidate, ConfigurationStore, Watching
from actors.kernel.actor import Actor, AskFailed, Reply, handles
from actors.kernel.message import Asker, Message
from actors.kernel.protocol.lifecycle import Health
from actors.kernel.protocol.reconfigure import (
    AbortSections,
    CommitSections,
    PrepareSections,
    SectionsRefused,
    SectionsTaken,
)
from config.schema import dump

log = logging.getLogger(__name__)

Texts = tuple[str, ...]
VOTE_WITHIN = 2.0
TAKEN_WITHIN = 30.0
"""Seconds."""


def _in_a_thread(work: Callable[[], None]) -> None:
    threading.Thread(target=work, name="config-read", daemon=True).start()


class Configuration(Actor):
    """At `configuration`. One reload at a time; requests that come meanwhile are served by one more. apart: runs what
    blocks, in another thread."""

    def __init__(
        self, store: ConfigurationStore, apart: Callable[[Callable[[], None]], None] = _in_a_thread
    ) -> None:
        self._store = store
        self._apart = apart
        self._watch: Watching | None = None
        self._since = 0.0
        self._problems: tuple[str, ...] = ()
        self._failed_at = 0.0
        self._pending: tuple[str, ...] = ()
        self._busy = False
        self._again = False
        self._proposal = 0
        self._waiting: tuple[tuple[int, Asker], ...] = ()
        self._served: tuple[Asker, ...] = ()
        self._changed: tuple[str, ...] = ()
        self._candidate = 0
        self._votes: set[str] = set()
        self._voted: tuple[str, ...] = ()
        self._objections: tuple[str, ...] = ()

    def on_start(self) -> None:
        self._since = self.wall()
        self._make_good()
        self._watch = self._store.watch(lambda: self.post(FilesChanged()))
        # The files may have changed before the watch began.
        self._begin()

    def _make_good(self) -> None:
        """The incarnation before this one may have died over a reload: what it put in force goes to everybody, and
        nobody stays prepared for what it did not."""
        if self._store.unfinished:
            self._hand_out()
            return
        for voter in self._store.voters():
            self.tell(voter.address, AbortSections(self._store.version + 1))
        self._store.drop()

    def on_stop(self) -> None:
        if self._watch is not None:
            self._watch.close()

    # -- questions

    @handles
    def on_get(self, message: GetSection) -> None:
        known = tuple(type(self._store.config).model_fields)
        if message.name not in known:
            self.reply(NoSuchSection(message.name, known))
            return
        plain = dump(self._store.config)[message.name]
        self.reply(SectionIs(message.name, self._store.version, msgspec.json.encode(plain)))

    @handles
    def on_get_configuration(self, _: GetConfiguration) -> None:
        version, problems = self._store.version, self._problems
        self.reply(ConfigurationIs(version, self._since, self._pending, problems, self._failed_at))

    # -- a reload: read

    @handles
    def on_reload(self, message: Reload) -> None:
        self._waiting = (*self._waiting, (message.proposal, self.asker()))
        self._begin()

    @handles
    def on_files_changed(self, _: FilesChanged) -> None:
        self._begin()

    def _begin(self) -> None:
        if self._busy:
            self._again = True
            return
        self._busy, self._again = True, False
        # A proposal is tried alone; all plain requests share one reload.
        proposal = self._proposal = self._waiting[0][0] if self._waiting else 0
        chosen = self._waiting[:1] if proposal else tuple(w for w in self._waiting if not w[0])
        self._served = tuple(asker for _, asker in chosen)
        self._waiting = tuple(w for w in self._waiting if w not in chosen)
        cause = self.cause()
        self._apart(lambda: self._read(proposal, cause))

    def _read(self, proposal: int, cause: str) -> None:
        try:
            found: Candidate = self._store.read(proposal)
        except Exception as error:
            log.exception("reading the configuration failed")
            self.post(ReadingBroke(type(error).__name__), cause)
            return
        self.post(CandidateRead(found.changed, found.problems), cause)

    @handles
    def on_broke(self, message: ReadingBroke) -> None:
        self._refuse((f"the configuration could not be read: {message.why}; see the log",))

    @handles
    def on_candidate(self, message: CandidateRead) -> None:
        if message.problems:
            self._refuse(message.problems)
        elif not message.changed:
            self._store.drop()
            self._be_well()
            self._finish("unchanged")
        else:
            self._changed = message.changed
            self._prepare()

    # -- vote

    def _prepare(self) -> None:
        voters = self._store.voters()
        version = self._candidate = self._store.version + 1
        self._voted, self._objections = tuple(voter.address for voter in voters), ()
        self._votes = set(self._voted)
        if not voters:
            self._commit()
        for voter in voters:
            prepare = PrepareSections(version, voter.json)
            self.ask(voter.address, prepare, "on_vote", context=voter.address, within=VOTE_WITHIN)

    def on_vote(self, answer: Reply | AskFailed) -> None:
        """Take one actor's vote. An actor that died does not vote: it restarts with what is in force then."""
        address: str = answer.context
        self._votes.discard(address)
        if isinstance(answer, AskFailed) and answer.reason != "dead":
            why = f"did not answer within {VOTE_WITHIN:g} s" if answer.reason == "timeout" else answer.reason
            self._objections = (*self._objections, f"{address} {why}")
        elif isinstance(answer, Reply) and isinstance(answer.message, SectionsRefused):
            self._objections = (*self._objections, f"{address} refuses: {answer.message.why}")
        if self._votes:
            return
        if not self._objections:
            self._commit()
            return
        for voter in self._voted:
            self.tell(voter, AbortSections(self._candidate))
        self._refuse(self._objections)

    # -- commit

    def _commit(self) -> None:
        version = self._store.swap()
        self._since = self.wall()
        applied = self._hand_out()
        log.info("configuration %d is in force: %s", version, ", ".join(self._changed))
        self._be_well()
        self._finish("applied", applied.restarted, applied.pending)

    def _hand_out(self) -> Applied:
        """Tell everybody concerned what is in force, and carry out the rest."""
        version = self._store.version
        for one in self._store.concerned():
            message: Message = CommitSections(version, one.json)
            self.ask(one.address, message, "on_taken", context=one.address, within=TAKEN_WITHIN)
        applied = self._store.carry_out()
        self._pending = applied.pending
        return applied

    def on_taken(self, answer: Reply | AskFailed) -> None:
        """Restart an actor that did not take its sections over; one that died is restarted anyway."""
        taken = isinstance(answer, Reply) and isinstance(answer.message, SectionsTaken)
        wants_restart = isinstance(answer, Reply) and getattr(answer.message, "restart", False)
        if wants_restart or (not taken and getattr(answer, "reason", "") == "timeout"):
            self._store.restart(str(answer.context))

    # -- the end of a reload

    def _refuse(self, problems: tuple[str, ...]) -> None:
        self._store.drop()
        # The author of a proposal gets its problems as the answer; those of the files are reported.
        if not self._proposal:
            self._complain(problems)
        self._finish("refused", problems=problems)

    def _complain(self, problems: tuple[str, ...]) -> None:
        if problems == self._problems:
            return
        for problem in problems:
            log.error("the configuration was not taken over: %s", problem)
        self._problems, self._failed_at = problems, self.wall()
        self._store.note(problems, self._pending)
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        self.health(Health.DEGRADED, f"not taken over: {problems[0]}{more}", "see `supervisor config check`")

    def _be_well(self) -> None:
        if self._problems:
            log.info("the configuration is good again")
            self.health(Health.OK)
        self._problems = ()
        self._store.note((), self._pending)

    def _finish(self, outcome: str, restarted: Texts = (), pending: Texts = (), problems: Texts = ()) -> None:
        changed = self._changed if outcome == "applied" else ()
        ended = ReloadEnded(outcome, self._store.version, changed, restarted, pending, problems)
        for asker in self._served:
            self.reply(ended, asker)
        self._busy, self._served, self._changed = False, (), ()
        if self._again or self._waiting:
            self._begin()
