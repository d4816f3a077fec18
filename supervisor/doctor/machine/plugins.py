"""Whether every installed plugin can be used."""

from config.format import count
from config.plugins.discovery import installed_plugins
from supervisor.doctor.finding import Finding, Findings, note, ok, problem
from supervisor.doctor.subject import Subject
from supervisor.plugins.report import PluginReport, reports


def gather(subject: Subject) -> tuple[PluginReport, ...]:
    """Imports each in a process of its own."""
    return reports(installed_plugins(), subject.config)


def judge(plugins: tuple[PluginReport, ...]) -> Findings:
    """A broken one is a problem; one that is switched off is worth knowing."""
    sound = [plugin.name for plugin in plugins if plugin.state == "ok"]
    others = tuple(map(_finding, (plugin for plugin in plugins if plugin.state != "ok")))
    if not plugins:
        return (ok("none is installed"),)
    said = (ok(f"{count(len(sound), 'plugin')} can be used: {', '.join(sound)}"),) if sound else ()
    return (*said, *others)


def _finding(plugin: PluginReport) -> Finding:
    if plugin.state == "off":
        return note(f"{plugin.name} is not used: {plugin.reason}")
    return problem(f"{plugin.name} ({plugin.distribution}) cannot be used: {plugin.reason}", plugin.remedy)
