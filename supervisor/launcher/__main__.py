"""`python -m supervisor.launcher ARGS`: the launcher of `supervisor ARGS`, without what the commands import.

That would stay in its memory for as long as it lives."""

import sys

from supervisor.launcher.launcher import launch

sys.exit(launch((sys.executable, "-m", "supervisor", *sys.argv[1:])))
