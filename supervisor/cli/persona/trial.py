"""`supervisor persona try`: how fitly the configured model, or another one, answers everyday sentences."""

import os
import sys
import tempfile
from pathlib import Path

import click
import msgspec

from actors.llm.servers.providers import choose
from config.home import Home
from config.ownership import trouble
from config.schema import Config
from config.syntax.mask import printable
from supervisor.cli.options import fail, home_and_json, print_json
from supervisor.console import is_console
from supervisor.exit_status import FAILED, UNREADABLE

NOT_PASSED_ON = ("GERALD_HOME",)


@click.command("try")
@click.option(
    "--base-url", default="", help="Try this OpenAI-compatible server in place of the configured one."
)
@click.option("--model", default="", help="Try this model in place of the configured one.")
@click.option(
    "--count", type=click.IntRange(1, 100), default=100, show_default=True, help="So many of the sentences."
)
@home_and_json
def try_(home: Home, base_url: str, model: str, count: int, as_json: bool) -> None:
    """Say a hundred everyday sentences to Gerald with the configured model and persona, and judge the answers.

    A second instance, with a copy of your configuration in a temporary home, answers; the one that runs is left alone.
    Each line shows whether the answer is fit, by written rules (supervisor/persona/everyday.toml), and why not. The
    last one is the score. A server given with --base-url does not get your configured key: GERALD_LLM__API_KEY in the
    environment gives it one.
    """
    from supervisor.demo.instance import DemoFailed
    from supervisor.persona.trial import NoAnswers

    config, overrides = _configured(home)
    with tempfile.TemporaryDirectory(prefix="gerald-try-", ignore_cleanup_errors=True) as folder:
        try:
            _run(home, config, overrides, Path(folder), base_url, model, count, as_json)
        except NoAnswers as silent:
            fail(FAILED, f"the model does not answer: {silent}")
        except DemoFailed as error:
            fail(FAILED, str(error))
        except OSError as error:
            fail(FAILED, trouble(error))


def _run(
    home: Home,
    config: Config,
    overrides: tuple[str, ...],
    folder: Path,
    base_url: str,
    model: str,
    count: int,
    as_json: bool,
) -> None:
    from supervisor.demo.instance import DemoInstance
    from supervisor.persona.everyday import everyday
    from supervisor.persona.trial import spread, trial_home, trial_settings, try_sentences

    trial_home(home, folder, secrets=not base_url)
    settings = (*overrides, *trial_settings(folder, base_url, model))
    environment = {k: v for k, v in os.environ.items() if k.startswith("GERALD_") and k not in NOT_PASSED_ON}
    if base_url and "GERALD_LLM__API_KEY" not in environment:
        environment["GERALD_LLM__API_KEY"] = ""
    sentences, found = spread(everyday(), count), []
    with DemoInstance(folder, settings, environment, "--text") as instance:
        for _, tried in try_sentences(instance, sentences, config.bot.name):
            found.append(tried)
            mark = "fit  " if not tried.why else "UNFIT"
            why = f"  [{tried.failed or tried.why}]" if tried.why else ""
            text = f"{len(found):3} {mark} {tried.seconds:5.1f} s  {tried.say}  ->  {tried.answer}{why}"
            click.echo(printable(text), err=as_json)
    fit = sum(not one.why for one in found)
    answers = _who(config, base_url, model)
    if as_json:
        print_json(
            {"fit": fit, "of": len(found), "answers": answers, "sentences": msgspec.to_builtins(found)}
        )
    else:
        click.echo(f"fit: {fit} of {len(found)}, answered by {printable(answers)}")


def _configured(home: Home) -> tuple[Config, tuple[str, ...]]:
    """The configuration of the files and of the running instance's overrides, and these. Exits with 2 on errors."""
    from config.layers.source import ConfigSource
    from config.syntax.render import render
    from supervisor.cli.config.config import runtime_overrides

    overrides = runtime_overrides(home)
    reading = ConfigSource(home, environ=os.environ).read(overrides)
    if reading.config is None:
        click.echo(render(reading.errors, colour=is_console(sys.stderr)), err=True, nl=False)
        sys.exit(UNREADABLE)
    return reading.config, overrides


def _who(config: Config, base_url: str, model: str) -> str:
    llm = config.llm
    if not base_url and llm.is_placeholder:
        return "the embedded model and the rules beside it"
    if not base_url and llm.provider == "local":
        return f"the model {llm.local.model_path}"
    if not base_url and llm.models:
        return choose(llm).note.removeprefix("using ")
    return f"{model or llm.model} at {base_url or llm.endpoint}"
