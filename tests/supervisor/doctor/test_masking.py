"""What is shown holds no secret, no name of a person and no path that tells who it is."""

import pytest

from config.secret import Secret
from supervisor.doctor.examination import Report, Result
from supervisor.doctor.finding import Finding, Severity
from supervisor.doctor.masking import masker

MASKER = masker("/home/anna", ["anna", "Anna Lee", "x", "", "root", "Zoë", "C++"])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("/home/anna/gerald/data", "~/gerald/data"),
        ("/home/anna", "~"),
        ("/home/annabel/gerald", "/home/********/gerald"),
        ("/home/berta/gerald", "/home/********/gerald"),
        (r"C:\Users\Berta\AppData", r"C:\Users\********\AppData"),
        ("/Users/berta: Permission denied", "/Users/********: Permission denied"),
        ("anna, ANNA and Anna Lee", "********, ******** and ********"),
        ("annals of Zoë", "annals of ********"),
        ("she writes C++ here", "she writes ******** here"),
        ("microphone: 3 Berta's AirPods", "microphone: 3 ********'s AirPods"),
        ("microphone: 3 AirPods von Berta", "microphone: 3 AirPods von ********"),
        ("Gerald's voice, VRChat's log, the speaker's volume", "Gerald's voice, VRChat's log, the speaker's volume"),
        ("write to b.smith@example.org", "write to ********"),
        ("usr_0f4cf4ab-1c2d-4e5f-8a9b-0123456789ab came", "******** came"),
        ("http://berta:s3cret@host/v1", "http://********@host/v1"),
        ("the key sk-or-v1-0123456789abcdef", "the key ********"),
        ("`supervisor secrets set llm.api_key`", "`supervisor secrets set llm.api_key`"),
        ("root and x stay", "root and x stay"),
        ("\x1b[2Jclear", "�[2Jclear"),
    ],
)  # fmt: skip
def test_a_text(text: str, shown: str) -> None:
    assert MASKER.text(text) == shown


def test_a_secret_of_this_process_is_masked_wherever_it_stands() -> None:
    secret = Secret("correct horse battery")
    found = Finding(Severity.PROBLEM, f"seen {secret.reveal()}", f"remove {secret.reveal()}")
    report = MASKER.report(Report((Result("server", "Model server", (found, found), 0.5),), ("server",)))
    assert [f.seen for f in report.findings] == ["seen ********"] * 2
    assert [f.remedy for f in report.findings] == ["remove ********"] * 2
    assert (report.hung, report.results[0].seconds) == (("server",), 0.5)


def test_someone_without_a_folder_of_their_own_is_masked_too() -> None:
    assert masker("", ["berta"]).text("/root, berta") == "/root, ********"
    assert masker("/", []).text("/data/x") == "/data/x"
