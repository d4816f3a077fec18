"""A home without secrets."""

import subprocess
import sys
from pathlib import Path


def test_without_a_file_no_cryptography_is_loaded(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from config.home import Home; from config.secrets import read_secrets\n"
        "assert read_secrets(Home(Path(sys.argv[1])), {}) == ()\n"
        "sys.exit('cryptography' in sys.modules)"
    )
    root = Path(__file__).parents[3]
    assert (
        subprocess.run([sys.executable, "-c", program, str(tmp_path)], cwd=root, check=False).returncode == 0
    )
