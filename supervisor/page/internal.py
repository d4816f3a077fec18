"""What the page's actor is told by its own thread."""

from actors.kernel.message import Message


class PageEnded(Message):
    """The page's server to its actor: it has ended by itself, of `why`."""

    why: str


class PageRenewed(Message):
    """The page's server to its actor: it shows another certificate."""
