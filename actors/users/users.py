"""The users' actor: owns the records of the people the bot has met."""

from actors.kernel.actor import handles
from actors.kernel.domain import DomainActor
from actors.users.messages import GetProfile, InteractionHappened, PreferenceStated, Profile
from actors.users.state import UsersState, interacted, preferred

__all__ = ["Users"]


class Users(DomainActor[UsersState]):
    """Answers who somebody is, and notes what happened with them."""

    domain = "users"
    parted = "users"

    def __init__(self) -> None:
        super().__init__(UsersState())

    def validate(self, state: UsersState, before: UsersState) -> tuple[str, ...]:
        """Records stand under their own id, and levels are in their range."""
        return tuple(
            f"{key}: {fault}"
            for key, user in state.users.items()
            for fault in (
                f"the record says it is {user.user_id}" if user.user_id != key else "",
                "relationship_level is not in [0, 1]" if not 0.0 <= user.relationship_level <= 1.0 else "",
            )
            if fault
        )

    @handles
    def on_get_profile(self, message: GetProfile) -> None:
        self.reply(Profile(message.person, self.state.users.get(message.person.user_id)))

    @handles
    def on_interaction(self, message: InteractionHappened) -> None:
        self.become(interacted(self.state, message.person, message.interaction))

    @handles
    def on_preference(self, message: PreferenceStated) -> None:
        self.become(preferred(self.state, message.person, message.key, message.value))
