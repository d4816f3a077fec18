"""`vrchat`: the account that Gerald lives in."""

from typing import Annotated, Literal

from pydantic import AfterValidator, StringConstraints

from config.schema.section import Section, Tuple, setting, without_repetition
from config.secret import Secret

API_URL = "https://api.vrchat.cloud/api/1"
PIPELINE_URL = "wss://pipeline.vrchat.cloud/"
_Who = Annotated[str, StringConstraints(min_length=1, max_length=100)]
People = Annotated[Tuple[_Who], AfterValidator(without_repetition)]


class VRChat(Section, key="vrchat", about="VRChat's web interface.", place=70):
    """VRChat's web interface. Its terms are in tension with autonomous accounts: off unless switched on."""

    api_enabled: bool = setting(
        False,
        "Sign in to VRChat's web interface; its terms may forbid that to programs. See docs/vrchat.md.",
        restarts=("vrchat",),
    )
    username: str | None = setting(
        None,
        "The account's name.",
        restarts=("world.log", "vrchat"),
        min_length=1,
        max_length=255,
        unset="no account is used",
    )
    password: Secret | None = setting(
        None, "The account's password.", restarts=("vrchat",), unset="Gerald cannot sign in by itself"
    )
    totp_secret: Secret | None = setting(
        None,
        "The secret of the account's authenticator, as VRChat showed it (letters and digits).",
        restarts=("vrchat",),
        unset="codes are typed into supervisor vrchat login",
    )
    contact: str | None = setting(
        None,
        "An e-mail address or page at which VRChat can reach you, told with every request, as it asks.",
        restarts=("vrchat",),
        pattern=r"^[!-~]{3,200}$",
        unset="no request is sent",
    )
    api_url: str = setting(
        API_URL,
        "The web interface.",
        restarts=("vrchat",),
        pattern=r"^https?://[^\s/@]+(/\S*)?$",
        max_length=500,
    )
    pipeline_url: str = setting(
        PIPELINE_URL,
        "The websocket of its events.",
        restarts=("vrchat",),
        pattern=r"^wss?://[^\s/@?]+(/[^\s?]*)?$",
        max_length=500,
    )
    auto_friend_accept: bool = setting(False, "Accept requests for friendship.")
    friends_a_day: int = setting(
        20, "How many requests are accepted within a day; others wait.", ge=0, le=100
    )
    allow: People = setting(
        (), "Names or ids of those whose requests are accepted; empty: everybody's.", max_length=1000
    )
    deny: People = setting(
        (),
        "Names or ids of those whose requests are declined, and whose invitations are ignored.",
        max_length=1000,
    )
    invites: Literal["ignore", "friends", "all"] = setting(
        "ignore",
        "Whose requests for an invitation are answered by one, and whose invitations are passed on to the game.",
    )
    share_places: bool = setting(
        False, "Gerald knows in which worlds friends are, and may say so; else only that they are online."
    )
    status: Literal["join me", "active", "ask me", "busy"] | None = setting(
        None, "The status that the account shows.", unset="it stays as it is"
    )
    status_text: str | None = setting(
        None, "The text beside the status.", max_length=32, unset="it stays as it is"
    )
    log_directory: str | None = setting(
        None,
        "The folder of VRChat's output_log files, relative to the home: it tells who is near.",
        restarts=("world.log",),
        min_length=1,
        unset="the platform's usual place",
    )
