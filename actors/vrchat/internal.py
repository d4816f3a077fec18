"""Messages from the account's own timer and threads. None holds a password, a cookie or where exactly somebody is."""

from actors.kernel.message import Message
from actors.vrchat.state import Kept, News, WebAnswer


class SessionLoaded(Message):
    """What an earlier start left. trouble: why nothing can be kept, and what to do; then no request is sent."""

    kept: Kept
    cookies: bool
    trouble: str = ""
    remedy: str = ""


class WebAnswered(Message):
    """The service answered the request `number`."""

    number: int
    answer: WebAnswer


class WebFailed(Message):
    """The request `number` has no answer. sent: the service may have got it, and done what it asked for."""

    number: int
    sent: bool
    why: str


class LinkOpened(Message):
    """The websocket `link` is open."""

    link: int


class LinkClosed(Message):
    """The websocket `link` is closed, or could not be opened."""

    link: int
    why: str


class LinkNews(Message):
    """An event of the websocket `link`."""

    link: int
    news: News


class AccountWoke(Message):
    """Timer: something is due."""
