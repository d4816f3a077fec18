"""What a machine without Microsoft's libraries of C++ is told."""

import sys

import pytest

from actors.kernel import failure
from supervisor.cpp_runtime import LIBRARIES, missing, words


class ModuleNotLoaded(OSError):
    """As ctypes has it on Windows."""

    winerror = 126


def nothing(library: str) -> bool:
    return False


def all_but_the_last(library: str) -> bool:
    return library != LIBRARIES[-1]


@pytest.mark.parametrize(
    "error",
    [
        ImportError("DLL load failed while importing x"),
        ModuleNotLoaded("Das angegebene Modul wurde nicht gefunden"),
    ],
)
def test_whoever_could_not_be_loaded_says_what_is_missing_and_where_it_is(error: Exception) -> None:
    said = words(error, all_but_the_last)
    assert said.startswith(str(error))
    assert "lacks VCOMP140.dll: install" in said
    assert "vc_redist.x64.exe" in said
    assert all(library in words(error, nothing) for library in LIBRARIES)


def test_other_errors_and_a_machine_that_has_them_are_left_as_they_are() -> None:
    assert words(ValueError("no such model"), nothing) == "no such model"
    assert words(OSError(2, "gone"), nothing) == "[Errno 2] gone"
    assert words(ImportError("no module named x"), lambda _: True) == "no module named x"


@pytest.mark.skipif(sys.platform == "win32", reason="there it depends on the machine")
def test_other_systems_do_not_want_them() -> None:
    assert missing() == ()


def test_the_failure_of_an_actor_says_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failure, "words", lambda error: words(error, nothing))
    made = failure.failure_of(ImportError("DLL load failed"), None)
    assert "vc_redist.x64.exe" in made.text
