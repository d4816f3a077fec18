"""Root without its powers is a user like any other."""

import os
import shutil
import sys

POWERLESS = ("setpriv", "--bounding-set=-all", "--inh-caps=-all")
"""Before a command."""


def is_root() -> bool:
    """Whether this is root, who can give its powers up."""
    return sys.platform != "win32" and os.geteuid() == 0 and shutil.which(POWERLESS[0]) is not None
