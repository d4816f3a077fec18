"""Regular expressions that people write: compiled by RE2, whose time is linear, so that no text can make one hang."""

from functools import lru_cache
from typing import Any

LONGEST = 500  # characters of a pattern
MEMORY = 4 << 20  # bytes that one may take


def fault_of(pattern: str) -> str:
    """Why `pattern` cannot be used; "" if it can."""
    if len(pattern) > LONGEST:
        return f"it has {len(pattern)} characters, at most {LONGEST}"
    try:
        matches_nothing = compiled(pattern).search("") is None
    except ValueError as error:
        return str(error)
    return "" if matches_nothing else "it matches every text, even an empty one"


@lru_cache(maxsize=8192)
def compiled(pattern: str) -> Any:
    """`pattern` without regard to case. Raises ValueError, which says why."""
    import re2

    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = False
    options.max_mem = MEMORY
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        why = error.args[0] if error.args else error
        raise ValueError(why.decode("utf-8", "replace") if isinstance(why, bytes) else str(why)) from None
