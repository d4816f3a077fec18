"""The type of multiprocessing's connections, which are sockets, or named pipes on Windows."""

import sys
from multiprocessing import connection as mpc
from typing import Any, TypeAlias

# In quotes: at run time a connection takes no parameters.
if sys.platform == "win32":
    Connection: TypeAlias = "mpc.Connection[Any, Any] | mpc.PipeConnection[Any, Any]"
else:
    Connection: TypeAlias = "mpc.Connection[Any, Any]"
