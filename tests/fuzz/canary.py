"""Nobody imports this: a reader that does has taken a name out of a file for code."""

import sys


def fire(*_: object, **__: object) -> None:
    sys.audit("tests.fuzz.fired")


fire()
