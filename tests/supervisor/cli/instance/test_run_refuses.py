"""What `supervisor run` refuses before it starts anything."""

from pathlib import Path

import pytest

from config.home import Home
from supervisor.cli.config.load import configured


@pytest.mark.parametrize("given", ["llm.api_key=hunter2", "llm={api_key: hunter2}", "llm.temperature"])
def test_a_bad_override_ends_the_command_and_a_secret_is_not_repeated(
    given: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        configured(Home(tmp_path), None, (given,), False)
    said = capsys.readouterr().err
    assert ended.value.code == 2
    assert "nothing was started" in said
    assert "hunter2" not in said
    assert not (tmp_path / "data").exists()
