"""What the page's actor is asked, and answers."""

from actors.kernel.message import Message


class GetPage(Message):
    """Ask for PageIs."""


class PageIs(Message):
    """Where the page is served: `url` ends with "/"; "" while it is not, and `why`."""

    url: str
    why: str = ""
