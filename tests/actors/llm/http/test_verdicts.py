"""What a moderation endpoint answers, in the forms that servers have."""

from typing import Any

import msgspec
import pytest

from actors.llm.http.verdicts import NoVerdict, Verdict, of_status, read_verdict


def body(*results: Any) -> bytes:
    return msgspec.json.encode({"results": list(results)})


def result(flagged: bool | None, **categories: bool) -> dict[str, Any]:
    found: dict[str, Any] = {"categories": {name.replace("__", "/"): on for name, on in categories.items()}}
    return found if flagged is None else {**found, "flagged": flagged}


@pytest.mark.parametrize(
    ("answer", "block", "categories"),
    [
        (body(result(False, hate=False)), (), ()),
        (body(result(True, hate=True, sex=False)), (), ("hate",)),
        (body({"flagged": True}), (), ("flagged",)),  # no categories at all
        (body({"flagged": False}), (), ()),
        (body(result(None, pii=True)), (), ("pii",)),  # categories alone say it
        (body(result(None, pii=False)), (), ()),
        (body(result(False, hate=False), result(True, hate=True)), (), ("hate",)),
        (body(result(True, hate=True)), ("sex",), ()),  # flagged, for what the owner allows
        (body(result(True, hate=False, hate__threatening=True)), ("Hate",), ("hate/threatening",)),
        (body(result(True, hateful=True)), ("hate",), ()),
        (body(result(False, hate=True)), ("hate",), ("hate",)),  # the categories count, where they are chosen
    ],
)
def test_what_is_not_said(answer: bytes, block: tuple[str, ...], categories: tuple[str, ...]) -> None:
    assert read_verdict(answer, block).categories == categories


def test_a_category_that_the_server_does_not_have_is_named() -> None:
    found = read_verdict(body(result(False, hate=False, hate__threatening=False)), ("hate", "rudeness"))
    assert found == Verdict((), ("rudeness",), ("hate", "hate/threatening"))


@pytest.mark.parametrize(
    ("answer", "block", "says"),
    [
        (b"<html>Not here</html>", (), "no JSON"),
        (b"[" * 100_000, (), "no JSON"),
        (b"\xff\xfe", (), "no JSON"),
        (b"[]", (), "no results"),
        (b"{}", (), "no results"),
        (body(), (), "no results"),
        (b'{"results": {"flagged": true}}', (), "no results"),
        (body("yes"), (), "does not say"),
        (body({"flagged": "no", "categories": []}), (), "does not say"),
        (body({"flagged": True}), ("hate",), "no categories"),
    ],
)
def test_what_is_no_verdict(answer: bytes, block: tuple[str, ...], says: str) -> None:
    with pytest.raises(NoVerdict) as found:
        read_verdict(answer, block)
    assert says in found.value.what
    assert found.value.kind == "bad_reply"
    assert "safety.moderation" in found.value.remedy


@pytest.mark.parametrize(
    ("status", "kind", "remedy"),
    [
        (401, "unauthorized", "safety.moderation.api_key"),
        (404, "not_found", "base_url"),
        (405, "not_found", "not every server has /moderations"),
        (429, "rate_limited", "limit"),
        (418, "bad_request", "safety.moderation.model"),
        (301, "bad_request", "base_url"),
        (503, "server_error", "again"),
    ],
)
def test_each_status_says_what_to_do(status: int, kind: str, remedy: str) -> None:
    failure = of_status(status, 0.0)
    assert failure.kind == kind
    assert str(status) in failure.what
    assert remedy in failure.remedy
