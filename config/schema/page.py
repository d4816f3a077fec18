"""`page`: the page in a browser that a running Gerald serves."""

from typing import Literal

from config.schema.section import Section, setting


class Page(Section, key="page", about="The page in a browser: see, hear, talk, mend.", place=860):
    """For this machine only, unless a host of the network is named."""

    enabled: bool = setting(
        True, "Whether Gerald serves its page. `supervisor page` opens it.", restarts=("page",)
    )
    host: str = setting(
        "127.0.0.1",
        "The address to serve it at. Anything but this machine's own needs a password.",
        restarts=("page",),
        min_length=1,
        max_length=255,
    )
    certificate: str | None = setting(
        None,
        "A certificate of your own in PEM, with all that lead to its root.",
        restarts=("page",),
        unset="where TLS is needed, it makes its own",
        min_length=1,
    )
    certificate_key: str | None = setting(
        None,
        "The key of page.certificate, in PEM.",
        restarts=("page",),
        unset="that file has it too",
        min_length=1,
    )
    port: int = setting(
        8780,
        "The TCP port; 0 takes any free one. `supervisor page` knows which.",
        restarts=("page",),
        ge=0,
        le=65535,
    )
    metrics: Literal["local", "token", "nobody"] = setting(
        "local",
        "Who gets /metrics and /readyz: this machine without a token, only a token's bearer, or nobody. Behind a "
        "proxy on this machine everybody comes from it: token.",
        restarts=("page",),
    )
