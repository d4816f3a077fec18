"""`behaviour`: what the body does, when it is asked to and by itself."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from config.schema.acts import ACTS, Act
from config.schema.section import Section, Tuple, setting, without_repetition

ExpressionName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{0,31}$")]
ParameterName = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]{1,256}$")]
ParameterValue = bool | Annotated[int, Field(ge=0, le=255)] | Annotated[float, Field(ge=-1.0, le=1.0)]


class Initiative(Section):
    """What is said without having been asked."""

    per_hour: int = setting(
        12, "So many things an hour are said without having been asked; 0 for none.", ge=0, le=120
    )
    quiet_hours: str = setting(
        "",
        "From when to when, by this machine's clock, nothing is said so, as in 23:00-07:00; empty for never.",
        pattern=r"^(([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d)?$",
    )
    greet: bool = setting(True, "Greet who comes, once a visit.")
    goodbye: bool = setting(True, "Say goodbye to who leaves after a talk.")
    touch: bool = setting(True, "Say something to a touch, now and then; a gesture answers it in any case.")
    silence: float = setting(
        180.0,
        "Say something when nobody has spoken for so long and somebody is here; 0 for never.",
        unit="s",
        ge=0.0,
        le=86400.0,
    )
    consent: str = setting(
        "",
        'Told to whoever is greeted for the first time, such as "I am an AI and I remember you"; empty for nothing.',
        max_length=300,
    )


class Movement(Section):
    """How the body goes somewhere: to whom it sees, and along ways that it knows."""

    enabled: bool = setting(
        True,
        "Gerald comes, follows, goes and turns to people whose place it knows, and feels how its body moves: VRChat's "
        "parameters of movement are taken in whether osc.enabled_events has them or not.",
    )
    speed: float = setting(1.0, "How fast it walks; 1 is VRChat's walking speed.", ge=0.3, le=1.0)
    distance: float = setting(
        1.2, "So far from somebody it stops when it comes or follows.", unit="m", ge=0.5, le=5.0
    )
    lease: float = setting(
        2.0, "It stops when it has not seen for so long whom it goes to.", unit="s", ge=0.5, le=10.0
    )
    longest: float = setting(
        60.0, "It comes, follows or goes somewhere no longer than this.", unit="s", ge=1.0, le=600.0
    )
    turning: float = setting(
        150.0,
        "So fast the game turns the body at full deflection; its sensitivity decides.",
        unit="deg/s",
        ge=30.0,
        le=720.0,
    )


class Behaviour(Section, key="behaviour", about="What the body does.", place=45):
    """Only what is listed in `allowed` is ever done, whoever asks for it."""

    enabled: bool = setting(True, "The body acts at all.")
    allowed: Annotated[Tuple[Act], AfterValidator(without_repetition)] = setting(
        ACTS, "What the body may do. Expressions of your own are allowed by being listed."
    )
    tools: bool = setting(
        True,
        "Offer them to a model at a server as a tool, or as marks to write where the server has no tools.",
    )
    expressions: Mapping[ExpressionName, Mapping[ParameterName, ParameterValue]] = setting(
        {},
        "Expressions and poses of your avatar: a name (a face such as happy, or one of your own such as thumbs_up), and"
        " the avatar parameters with their values while it lasts. Afterwards they are false or 0.",
    )
    per_minute: int = setting(20, "So many acts a minute at most.", ge=1, le=120)
    longest: float = setting(10.0, "No act lasts longer.", unit="s", ge=0.5, le=30.0)
    idle: float = setting(
        45.0,
        "While nobody talks, a look or a small gesture comes about so often; 0 for never.",
        unit="s",
        ge=0.0,
        le=3600.0,
    )
    stop_parameter: str | None = setting(
        "GeraldStop",
        "An avatar parameter (bool): while it is true the body does nothing and every input is zero.",
        min_length=1,
        max_length=100,
        unset="no parameter does",
    )
    initiative: Initiative = Field(
        default_factory=Initiative, description="What is said without having been asked."
    )
    movement: Movement = Field(
        default_factory=Movement, description="How it comes, follows, goes somewhere and turns to somebody."
    )
