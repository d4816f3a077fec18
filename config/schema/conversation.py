"""`conversation`: whom the bot answers."""

from typing import Annotated, Literal

from pydantic import StringConstraints

from config.schema.section import Section, Tuple, setting

Name = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class Attention(Section, key="conversation", about="Whom Gerald answers.", place=12):
    """What is said to the bot, and what people say to each other."""

    attention: Literal["always", "addressed", "auto"] = setting(
        "auto",
        "Whom the bot answers. always: everybody. addressed: who calls it by name, touches it or goes on talking with"
        " it. auto: the same among several people; alone with one it answers always. Typed words are answered anyway.",
    )
    also_called: Tuple[Name] = setting((), "Further names that the bot answers to.", max_length=16)
