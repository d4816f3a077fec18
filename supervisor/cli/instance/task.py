"""A task of Windows' Task Scheduler that keeps Gerald running, as `schtasks /Create /XML` takes it."""

import subprocess
from collections.abc import Sequence
from pathlib import PureWindowsPath
from xml.sax.saxutils import escape

NAMESPACE = "http://schemas.microsoft.com/windows/2004/02/mit/task"

_AT_LOGON = """    <LogonTrigger>
      <UserId>{user}</UserId>
    </LogonTrigger>
"""
_AT_BOOT = """    <BootTrigger>
      <Delay>PT30S</Delay>
    </BootTrigger>
"""


def task(program: Sequence[str], home: PureWindowsPath, *, user: str, at_logon: bool, text: bool) -> str:
    """The task's text, in ASCII, so that no encoding on its way matters. program: the absolute command of `supervisor`.
    user: as whom it runs, such as PC\\name. at_logon: on that user's desktop, from logging on to logging off; else from
    the machine's start, where there is neither a desktop nor a sound device."""
    arguments = [*program[1:], "--home", str(home), "run", *(["--text"] if text else [])]
    whose = _xml(user)
    return f"""<?xml version="1.0"?>
<Task version="1.2" xmlns="{NAMESPACE}">
  <RegistrationInfo>
    <Description>Gerald, an AI that lives in VRChat</Description>
  </RegistrationInfo>
  <Triggers>
{(_AT_LOGON if at_logon else _AT_BOOT).format(user=whose)}  </Triggers>
  <Principals>
    <Principal id="Author">
      <UserId>{whose}</UserId>
      <LogonType>{"InteractiveToken" if at_logon else "S4U"}</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <RestartOnFailure>
      <Interval>PT1M</Interval>
      <Count>5</Count>
    </RestartOnFailure>
    <Priority>5</Priority>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>{_xml(program[0])}</Command>
      <Arguments>{_xml(subprocess.list2cmdline(arguments))}</Arguments>
      <WorkingDirectory>{_xml(str(home))}</WorkingDirectory>
    </Exec>
  </Actions>
</Task>
"""


def installing(home: PureWindowsPath, *, at_logon: bool, text: bool) -> str:
    """What to type to install such a task."""
    command = subprocess.list2cmdline(["supervisor", "--home", str(home), "service"])
    options = " --user" * at_logon + " --text" * text
    where = "a command prompt" if at_logon else "a command prompt of an administrator"
    return f"""To install it, in {where}:
  {command}{options} > gerald.xml
  schtasks /Create /TN Gerald /XML gerald.xml
  schtasks /Run /TN Gerald
To stop it: supervisor stop. To remove it: schtasks /Delete /TN Gerald
"""


def _xml(text: str) -> str:
    return escape(text).encode("ascii", "xmlcharrefreplace").decode()
