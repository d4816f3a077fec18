"""What the page's actor is asked, and answers."""

from actors.kernel.message import Message


class GetPage(Message):
    """Ask for PageIs."""


class PageIs(Message):
    """Where the page is served: `url` ends with "/"; "" while it is not, and `why`. certificate: the SHA-256 of the one
    that it shows, as browsers write it; "" without TLS. names: that it is for. ends: its last day."""

    url: str
    why: str = ""
    certificate: str = ""
    names: tuple[str, ...] = ()
    ends: str = ""
