"""What is done and said unasked: to who comes, to who leaves, to a touch, and when it is quiet."""

from actors.behaviour.company import PEOPLE, Visitors, greeting_act, greeting_kind, spoken_by
from actors.behaviour.etiquette import TOUCH_AGAIN, Etiquette
from actors.behaviour.owner import Owner
from actors.behaviour.phrases import addressed, own_greetings, spoken_name, variants
from actors.behaviour.rules import REST, touch_act
from actors.conversation.messages import CONVERSATION, SpeakFirst, SpokeFirst
from actors.kernel.actor import AskFailed, Reply
from actors.users.messages import USERS, GetProfile, Profile
from actors.vocabulary.blocks import Blocks
from actors.vocabulary.type_names import durable
from actors.vocabulary.values import UNKNOWN, Person
from config.schema.languages import AUTO

ANSWER_WITHIN = 2.0
NOBODY_SPOKE = 2.0  # seconds for which nobody must have spoken, to be greeted
NOTICES_AGAIN = 20.0  # seconds between two glances at who comes into sight
SILENT = 20.0  # the same, to be talked to out of the blue


@durable("behaviour.Host")
class Host:
    """Belongs to one actor. quiet_since: since when nothing has happened. offset: of local time from UTC, in seconds.

    rests_until: nothing is said before, because somebody said stop. All times are epoch seconds."""

    def __init__(self) -> None:
        self.etiquette = Etiquette()
        self.company = Visitors()
        self.offset = 0.0
        self.quiet_since = 0.0
        self.rests_until = 0.0
        self._asked_at = -ANSWER_WITHIN
        self._noticed_at = -NOTICES_AGAIN
        self.blocks = Blocks()
        self._shunned: tuple[Person, ...] = ()

    # -- what happens

    def elsewhere(self, at: float) -> None:
        """The bot is in another instance."""
        self.company, self.quiet_since = self.company.elsewhere(at), at
        self._shunned = ()

    def came(self, person: Person, at: float) -> None:
        """Somebody is here now."""
        if self.blocks.holds(person):
            self._shunned = (*self._shunned, person)[-PEOPLE:]
            return
        self.quiet_since = at
        self.company = self.company.came(person, at)
        if self.etiquette.knows(person.user_id, at):
            self.company = self.company.without(person)

    def notices(self, person: Person, at: float) -> bool:
        """Whether somebody who comes into sight is worth a glance: not who is shunned, and not again and again, since a
        glance itself moves what is seen."""
        if self.blocks.holds(person) or 0.0 <= at - self._noticed_at < NOTICES_AGAIN:
            return False
        self._noticed_at = at
        return True

    def went(self, owner: Owner, person: Person, company: int) -> None:
        """Somebody left: those who stay hear a goodbye, if they had talked."""
        self._shunned = tuple(one for one in self._shunned if one != person)
        talked = person.user_id in self.company.talked
        self.company = self.company.went(person)
        if talked and company and owner.settings.initiative.goodbye:
            self._say(owner, "goodbye", person, NOBODY_SPOKE)

    def spoken_to(self, person: Person, at: float) -> None:
        """Somebody talks with the bot."""
        self.etiquette = self.etiquette.answered()
        self.quiet_since = at
        if person.is_known:
            self.etiquette = self.etiquette.greets(person.user_id, at)
            self.company = self.company.spoke(person)

    def touched(self, owner: Owner, sensor: str) -> None:
        """Somebody touched the body, which is an answer too."""
        if self._shunned and not self.company.here:
            return  # nobody else can have been it
        now = owner.wall()
        self.etiquette = self.etiquette.answered()
        self.quiet_since = now
        owner.do(touch_act(sensor), 0, "a touch")
        if owner.settings.initiative.touch and now - self.etiquette.touched >= TOUCH_AGAIN:
            self.etiquette = self.etiquette.was_touched(now)
            self._say(owner, "touch", UNKNOWN, NOBODY_SPOKE)

    def rest(self, now: float) -> None:
        """Somebody said stop: nothing is done unasked for a while."""
        self.rests_until = now + REST

    def rests(self, now: float) -> bool:
        """Whether nothing is done unasked just now."""
        return 0.0 < self.rests_until - now <= REST

    def unasked(self, owner: Owner) -> tuple[int, int, str]:
        """How many things were said unasked within the last hour, of how many, and why nothing is said now, or ""."""
        settings, at = owner.settings.initiative, owner.wall()
        return self.etiquette.count(at), settings.per_hour, self.etiquette.refusal(settings, at, self.offset)

    def forget(self, people: tuple[Person, ...]) -> None:
        """Drop what is known of these."""
        ids = frozenset(person.user_id for person in people)
        self.etiquette, self.company = self.etiquette.forgets(ids), self.company.forgets(ids)

    def block(self, blocks: Blocks) -> None:
        """Have nothing to do with these; those who are blocked no longer are here as if they had always been."""
        self.blocks = blocks
        around = (*self.company.here.values(), *self._shunned)
        back = tuple(one for one in self._shunned if not blocks.holds(one))
        self._shunned = tuple(one for one in around if blocks.holds(one))
        for person in self._shunned:
            self.company = self.company.went(person)
        self.company = self.company.joined_by(back)

    # -- what is to be done about it

    def look(self, owner: Owner) -> None:
        """See whether somebody is to be greeted, or the silence to be broken."""
        now = owner.wall()
        self.company = self.company.timely(now)
        if self.rests(now) or now - self._asked_at < ANSWER_WITHIN:
            return
        arrival = self.company.due(now)
        if arrival is not None and owner.settings.initiative.greet:
            self._asked_at = now
            owner.ask(USERS, GetProfile(arrival.person), "on_profile", arrival.person, ANSWER_WITHIN)
        elif self.company.hails and now - self.company.visit >= SILENT / 4:
            self._hail(owner)
        elif self._is_silent(owner, now):
            self.quiet_since = (
                now - owner.settings.initiative.silence / 2
            )  # if it is not said, ask again later
            self._say(owner, "silence", self._only(), SILENT)

    def _is_silent(self, owner: Owner, now: float) -> bool:
        patience = owner.settings.initiative.silence
        return bool(patience and self.company.here) and now - self.quiet_since >= patience

    def _hail(self, owner: Owner) -> None:
        """Greet those who were there before."""
        new = [one for one in self.company.here if not self.etiquette.knows(one, owner.wall())]
        for one in new:
            self.etiquette = self.etiquette.greets(one, owner.wall())
        self.company = self.company.hailed()
        if new and owner.settings.initiative.greet:
            owner.do("wave", 0, "people are here", unasked=True)
            only = self._only()
            self._say(owner, "known" if only.is_known else "company", only, NOBODY_SPOKE)

    def _only(self) -> Person:
        here = tuple(self.company.here.values())
        return here[0] if len(here) == 1 else UNKNOWN

    def known(self, owner: Owner, answer: Reply | AskFailed) -> None:
        """The users answered (or not): greet who came."""
        person, profile = answer.context, answer.message if isinstance(answer, Reply) else None
        profile = profile if isinstance(profile, Profile) else None
        arrival = next((one for one in self.company.arrivals if one.person == person), None)
        if arrival is None:
            return
        if profile is not None:
            self.company = self.company.learned(profile)
        kind = greeting_kind(profile)
        if not arrival.waved:
            owner.do(greeting_act(kind), 0, "somebody came", unasked=True)
            self.company = self.company.waved(person)
            self.etiquette = self.etiquette.greets(person.user_id, owner.wall())
        consent = owner.settings.initiative.consent if kind == "stranger" else ""
        if not self._say(owner, kind, person, NOBODY_SPOKE, consent, spoken_by(profile)):
            self.company = self.company.without(person)

    # -- saying it

    def _say(
        self, owner: Owner, kind: str, person: Person, quiet: float, more: str = "", language: str = ""
    ) -> bool:
        """Have it said, unless it may not be. The conversation decides whether the moment is right."""
        now = owner.wall()
        if self.rests(now) or self.etiquette.refusal(owner.settings.initiative, now, self.offset):
            return False
        own = own_greetings(owner.bot) if kind == "stranger" else ()
        spoken = owner.language if owner.bot.language != AUTO else language or owner.language
        phrase = owner.random.choice(own or variants(kind, spoken))
        text = addressed(phrase, spoken_name(person.name) if person.is_known else "")
        self._asked_at = now
        words = tuple(filter(None, (text, more)))
        owner.ask(CONVERSATION, SpeakFirst(words, person, quiet), "on_spoke", person, ANSWER_WITHIN)
        return True

    def spoke(self, owner: Owner, answer: Reply | AskFailed) -> None:
        """The conversation said it, or says why the moment is not right; a greeting is tried again."""
        said = answer.message if isinstance(answer, Reply) else None
        if isinstance(said, SpokeFirst) and said.turn:
            self.etiquette = self.etiquette.has_said(owner.wall())
            self.quiet_since = owner.wall()
            self.company = self.company.without(answer.context)
