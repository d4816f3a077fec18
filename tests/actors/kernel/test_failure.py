"""The end of an incarnation in words: what, where, while handling what, and never with a secret in it."""

import pytest

from actors.kernel import failure
from actors.kernel.failure import failure_of
from config.secret import Secret, redacted

SECRET = "planted-in-a-crash-0123456789"


def test_a_secret_in_an_exception_is_masked_in_text_and_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failure, "redact", redacted)
    Secret(SECRET)
    try:
        raise ValueError(f"401 for {SECRET}")
    except ValueError as error:
        said = failure_of(error, None)
    assert said.kind == "ValueError"
    assert said.text.startswith("401 for ***")
    assert SECRET not in said.text + said.traceback
    assert "test_failure.py" in said.traceback


def test_what_cannot_be_printed_is_said_so() -> None:
    class Mute(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    assert failure_of(Mute(), None).text == "(its text could not be made)"
