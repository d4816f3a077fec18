"""`python -m supervisor.page.lowly SECONDS ARGUMENT...`: a command of `supervisor` that yields to everything else, and
may compute for so many seconds. Who has no such limits, such as Windows, has its parent's time limit only."""

import os
import runpy
import sys

MEMORY = 3 << 30
"""Bytes that it may hold."""
NICE = 15


def main() -> None:
    seconds = int(sys.argv.pop(1))
    if sys.platform != "win32":
        import resource

        os.nice(NICE)
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    runpy.run_module("supervisor", run_name="__main__")


if __name__ == "__main__":
    main()
