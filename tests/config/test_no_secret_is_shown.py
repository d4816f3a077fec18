"""Whatever is wrong with a configuration, no report about it shows a secret."""

from collections.abc import Callable
from typing import Any

import pytest

from config.layers.layers import load_config
from config.tools.check import check

Writer = Callable[..., Any]
SECRET = "hunter2-correct-horse"


@pytest.mark.parametrize(
    "text",
    [
        f"llm:\n  api_key: [{SECRET}]\n",
        f"llm:\n  api_key:\n    - {SECRET}\n    - 1\n",
        f"llm:\n  api_kye: {SECRET}\n",
        f"llm: {{api_key: {SECRET}, temprature: 1}}\n",
        f"llm:\n  api_key: {SECRET}\n  model: [{SECRET}]\n",
        f"llm:\n  api_key: {{value: {SECRET}}}\n",
        f"llm:\n  api_key: {SECRET}\n  max_tokens: {SECRET}\n",
        f'llm:\n  api_key: "{SECRET}\n',
        f"llm:\n  api_key: {SECRET}: x\n",
        f"llm:\n  api_key: |\n    {SECRET}\n   x\n",
        f"vrchat:\n  password: {SECRET}\n",
        f"api_key: {SECRET}\n",
        "llm:\n  temperature: sk-or-v1-0123456789abcdef\n",
        f"llm:\n  base_url: ftp://user:{SECRET}@host/\n",
        f"llm:\n  api_key: '${{NOPE:-{SECRET}}}'\n  x: 1\n",
    ],
)
def test_no_report_shows_a_secret(text: str, write_home: Writer) -> None:
    home = write_home(text)
    for colour in (False, True):
        report = check(
            home, environ={"GERALD_LLM__API_KEY": SECRET} if "temperature" in text else {}, colour=colour
        )
        shown = report.text + repr(report.data)
        assert SECRET not in shown
        assert "0123456789abcdef" not in shown


def test_a_result_does_not_print_the_secrets_it_holds(write_home: Writer) -> None:
    result = load_config(write_home(f"llm:\n  api_key: {SECRET}\n"), environ={})
    assert result.require().llm.api_key is not None
    assert SECRET not in repr(result) + str(result) + repr(result.tree) + repr(result.layers)
