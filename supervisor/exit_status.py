"""The statuses with which commands end; 0 is success."""

FAILED, UNREADABLE, NO_INSTANCE, ALREADY_RUNNING, UNSAVED, GAVE_UP = 1, 2, 3, 4, 5, 70


class CommandRefused(Exception):
    """A command cannot do what it was asked for: its text is the one line to show, `status` the status to end with."""

    def __init__(self, status: int, line: str) -> None:
        super().__init__(line)
        self.status = status
