"""`vrchat`: the account that Gerald lives in."""

from config.schema.section import Section, setting


class VRChat(Section, key="vrchat", about="VRChat's web interface.", place=70):
    """VRChat's web interface. Its terms are in tension with autonomous accounts: off unless switched on."""

    api_enabled: bool = setting(False, "Sign in to VRChat's web interface.", restarts=())
    username: str | None = setting(
        None,
        "The account's name.",
        restarts=("world.log",),
        min_length=1,
        max_length=255,
        unset="no account is used",
    )
    auto_friend_accept: bool = setting(False, "Accept every friend request.")
    log_directory: str | None = setting(
        None,
        "The folder of VRChat's output_log files, relative to the home: it tells who is near.",
        restarts=("world.log",),
        min_length=1,
        unset="the platform's usual place",
    )
