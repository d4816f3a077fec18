"""How this machine's clock is set. Reached through `side_effect` only."""

import time


def offset() -> float:
    """Seconds that local time is ahead of UTC just now."""
    return float(time.localtime().tm_gmtoff)
