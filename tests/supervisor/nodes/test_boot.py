"""What a node knows of messages before it imports any actor."""

import subprocess
import sys

CODE = """
import sys
from supervisor.nodes.boot import register_own
register_own("actors.vision.camera.camera:Camera")
assert "actors.vision.internal" in sys.modules
assert "cv2" not in sys.modules
register_own("elsewhere.of_a_test:Thing")
"""


def test_the_root_knows_what_a_pinned_actor_sends_to_itself_without_importing_the_actor() -> None:
    """Or it could not read the dead letters that its process reports."""
    done = subprocess.run(
        [sys.executable, "-c", CODE], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
