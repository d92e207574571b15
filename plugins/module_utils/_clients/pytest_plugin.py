# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plugin of pytest that writes what becomes of each test, a line of JSON each, as it goes. PRIVATE to the collection.

The check ``testinfra`` copies this file beside its settings; it runs inside pytest, where of the collection is only what lies with it.
"""

from __future__ import annotations

import json
import os
import pathlib
import re
import typing as t

from .._phrase import NOTHING, Message, phrase

VARIABLE = "OPERABILITY_READINESS_PYTEST"  # the environment variable that has the path of the settings
RESOLVED = "operability_readiness_resolved"  # the group of an inventory in which each host has all that it needs, without templates
_RESULT = re.compile(
    r"CommandResult\(backend=<.*?>, exit_status=(?P<code>-?\d+), command=b(?P<q>['\"])(?P<command>.*?)(?P=q), "
    r"_stdout=b?(['\"]).*?\4, _stderr=b?(?P<r>['\"])(?P<stderr>.*?)(?P=r)\)"
)
LINES = 12
LENGTH = 400


class Settings(t.TypedDict):
    """What the check has written for this plugin."""

    events: str
    bases: list[str]
    common: str | None


class Group(t.TypedDict):
    hosts: dict[str, object]


class Top(t.TypedDict):
    children: dict[str, Group]
    hosts: dict[str, dict[str, object]]


class Inventory(t.TypedDict):
    all: Top


class Expectation(t.TypedDict):
    """Of the suite that ships: what its test is given."""

    id: str
    hosts: list[str] | None


class Answer(t.Protocol):
    rc: int
    stderr: str


class Backend(t.Protocol):
    def run(self, command: str) -> Answer: ...
    def get_hostname(self) -> str: ...
    def get_connection_type(self) -> str: ...
    def get_pytest_id(self) -> str: ...


class Host(t.Protocol):
    """A host of testinfra's."""

    backend: Backend


class Parameters(t.TypedDict, total=False):
    _testinfra_host: Host
    expected: Expectation


class Called(t.Protocol):
    id: str
    params: Parameters


class Item(t.Protocol):
    """A test of pytest's. Not each has a ``callspec``."""

    name: str
    nodeid: str
    callspec: Called


class Report(t.Protocol):
    nodeid: str
    when: str
    failed: bool
    skipped: bool
    duration: float
    longrepr: object


class Frame(t.Protocol):
    path: object


class Raised(t.Protocol):
    value: BaseException
    typename: str
    traceback: t.Sequence[Frame]


class Call(t.Protocol):
    excinfo: Raised


class Session(t.Protocol):
    items: list[Item]


class Plugins(t.Protocol):
    def register(self, plugin: object, name: str) -> object: ...


class Config(t.Protocol):
    pluginmanager: Plugins

    def getoption(self, name: str, default: str | None) -> str | None: ...


def settings() -> Settings:
    given: Settings = json.loads(pathlib.Path(os.environ[VARIABLE]).read_text(encoding="utf-8"))
    return given


def pytest_addoption(parser: object) -> None:
    import testinfra  # noqa: F401, PLC0415 # where it is missing this says so, before its options are unknown


def pytest_configure(config: Config) -> None:
    config.pluginmanager.register(Reporter(settings(), config.getoption("ansible_inventory", None)), "operability.readiness")


def listed(inventory: Inventory) -> dict[str, object]:
    """What ``ansible-inventory --list`` makes of an inventory without templates."""
    top = inventory["all"]
    groups = {name: {"hosts": sorted(group["hosts"])} for name, group in top["children"].items() if name != RESOLVED}
    return {"_meta": {"hostvars": top["hosts"]}, "all": {"children": sorted(groups), "hosts": sorted(top["hosts"])}, **groups}


class Reporter:
    """The hooks."""

    def __init__(self, given: Settings, inventory: str | None) -> None:
        import testinfra  # noqa: PLC0415 # this file is imported where it is not installed

        self.lines = open(given["events"], "a", encoding="utf-8")  # noqa: SIM115 # open as long as pytest runs
        self.bases = [os.path.realpath(path) for path in given["bases"]]
        common = given.get("common")
        self.common = os.path.realpath(common) if common else None
        self.testinfra = os.path.dirname(os.path.realpath(testinfra.__file__)) + os.sep
        self.known: dict[str, tuple[str, str]] = {}  # the name and the host of each test
        self.answers: dict[str, Message] = {}  # for each host why it cannot be used; empty where it can
        self.reports: dict[str, Report] = {}  # of the test that is running, by its phase
        self.raised: dict[str, Raised] = {}
        self.hidden: list[str] = []
        self.deselected = 0
        if inventory:
            self._take_over(inventory)
        self._say("start")

    def _take_over(self, path: str) -> None:
        """Spares testinfra a run of ansible-inventory, which says the same, and learns what must not be said."""
        try:
            inventory: Inventory = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
            if RESOLVED not in inventory["all"]["children"]:
                return
        except (OSError, ValueError, LookupError, TypeError):
            return  # an inventory of another kind
        of_hosts = inventory["all"]["hosts"].values()
        self.hidden = [str(value) for own in of_hosts for name, value in own.items() if re.search("pass|secret|token", name) and value]
        try:
            from testinfra.utils.ansible_runner import AnsibleRunner  # noqa: PLC0415 # as above

            AnsibleRunner.get_runner(path).inventory = listed(inventory)
        except (ImportError, AttributeError):
            pass  # another version of testinfra asks ansible-inventory

    def _say(self, event: str, **values: object) -> None:
        message = values.get("message")
        said = {"said": message.as_data()} if isinstance(message, Message) else {}
        line = json.dumps({"event": event, **values, **said})
        for secret in self.hidden:
            if len(secret) >= 4:
                line = line.replace(json.dumps(secret)[1:-1], "********")
        self.lines.write(line + "\n")
        self.lines.flush()

    # -- collection

    def pytest_collectreport(self, report: Report) -> None:
        if report.failed:
            self._say("file", node=self._file(report), outcome="broken", message=_collection(report))
        elif report.skipped:
            self._say("file", node=self._file(report), outcome="skipped", message=_reason(report))

    def _file(self, report: Report) -> str:
        path = getattr(report, "fspath", None) or report.nodeid
        return self._relative(os.path.abspath(str(path))) if os.path.exists(str(path)) else str(report.nodeid).rpartition("/")[2]

    def pytest_collection_modifyitems(self, config: object, items: list[Item]) -> None:
        """Leaves out of the suite that ships what is not expected of a host."""
        unfit = [item for item in items if self._is_common(item) and not _expected(item)]
        if unfit:
            items[:] = [item for item in items if item not in unfit]

    def pytest_deselected(self, items: t.Sequence[Item]) -> None:
        self.deselected += len(items)

    def pytest_collection_finish(self, session: Session) -> None:
        for item in session.items:
            host = _host(item)
            self.known[item.nodeid] = (self._name(item, host), _host_name(host))
        self._say("collected", tests=[[node, *known] for node, known in self.known.items()], deselected=self.deselected)

    def _is_common(self, item: Item) -> bool:
        return self.common is not None and os.path.realpath(_path(item)) == self.common

    def _name(self, item: Item, host: Host | None) -> str:
        """The node id, from the suite on and without the host."""
        if self._is_common(item):
            return f"common::{str(item.name).partition('[')[0]}[{_parameters(item)['expected']['id']}]"
        inside = str(item.nodeid).partition("::")[2]
        if hasattr(item, "callspec") and inside.endswith(item.name):
            function = getattr(item, "originalname", None) or str(item.name).partition("[")[0]
            parameters = _without(str(item.callspec.id), host.backend.get_pytest_id() if host is not None else "")
            inside = inside[: -len(item.name)] + function + (f"[{parameters}]" if parameters else "")
        return f"{self._relative(_path(item))}::{inside}"

    def _relative(self, path: str) -> str:
        real = os.path.realpath(path)
        fitting = [base for base in self.bases if os.path.commonpath([base, real]) == base]
        return os.path.relpath(real, max(fitting, key=len)) if fitting else os.path.basename(path)

    # -- running

    def pytest_runtest_protocol(self, item: Item, nextitem: object) -> bool | None:
        """Asks each host first whether it can be used: what every test would find out anew, each for itself, or mistake for a fault."""
        self.reports, self.raised = {}, {}
        host = _host(item)
        if host is None:
            return None
        _unused, name = self.known[item.nodeid]
        if name not in self.answers:
            self.answers[name] = _trouble(host)
        if not self.answers[name]:
            return None
        self._say("test", id=item.nodeid, outcome="unreachable", message=self.answers[name], details=[], seconds=0)
        return True

    def pytest_runtest_logreport(self, report: Report) -> None:
        if report.when == "setup":  # also of a test that is run again
            self.reports = {}
        self.reports[report.when] = report

    def pytest_exception_interact(self, node: object, call: Call, report: Report) -> None:
        self.raised[getattr(report, "when", "")] = call.excinfo

    def pytest_runtest_logfinish(self, nodeid: str, location: object) -> None:
        if not self.reports or nodeid not in self.known:
            return
        outcome, report = _outcome(self.reports)
        raised = self.raised.get(report.when)
        if outcome == "failed" and raised is not None and self._not_looked(raised):
            outcome = "broken"
            self.answers.pop(self.known[nodeid][1], None)  # it may be lost: asked again before the next test
        message, details = _said(report, raised) if outcome in ("failed", "broken") else (_reason(report), [])
        if self.known[nodeid][0].startswith("common::"):
            details = []  # its messages say all
        seconds = round(sum(each.duration for each in self.reports.values()), 3)
        self._say("test", id=nodeid, outcome=outcome, phase=report.when, message=message, details=details, seconds=seconds)

    def _not_looked(self, raised: Raised) -> bool:
        """Whether testinfra itself could not do what the test asked for: a tool or a connection is missing."""
        if getattr(raised.value, "cannot_observe", False):
            return True
        if isinstance(raised.value, AssertionError) or raised.typename == "Failed":
            return False
        return any(os.path.realpath(str(frame.path)).startswith(self.testinfra) for frame in raised.traceback)

    def pytest_sessionfinish(self, session: object, exitstatus: int) -> None:
        self._say("end", exit=int(exitstatus))


def _path(item: Item) -> str:
    return str(getattr(item, "path", None) or getattr(item, "fspath", ""))


def _parameters(item: Item) -> Parameters:
    return item.callspec.params if hasattr(item, "callspec") else {}


def _host(item: Item) -> Host | None:
    return _parameters(item).get("_testinfra_host")


def _host_name(host: Host | None) -> str:
    """The name in the inventory; empty for a test that has no host."""
    if host is None:
        return ""
    name = str(host.backend.get_hostname())
    return "localhost" if host.backend.get_connection_type() == "local" else name


def _expected(item: Item) -> bool:
    expected = _parameters(item).get("expected")
    return isinstance(expected, dict) and (expected["hosts"] is None or _host_name(_host(item)) in expected["hosts"])


def _without(parameters: str, host: str) -> str:
    if not host or parameters == host:
        return "" if host else parameters
    if parameters.startswith(f"{host}-"):
        return parameters[len(host) + 1 :]
    if parameters.endswith(f"-{host}"):
        return parameters[: -len(host) - 1]
    return parameters.replace(f"-{host}-", "-", 1)


def _trouble(host: Host) -> Message:
    """Why no command can be run on the host; empty where one can."""
    answer: object
    try:
        answer = host.backend.run("true")
    except Exception as exc:  # whatever a connection can raise
        answer = exc.args[0] if exc.args else exc
        if not hasattr(answer, "stderr"):
            return Message(_short(str(answer)) or type(exc).__name__)
    code = getattr(answer, "rc", None)
    if code == 0:
        return NOTHING
    lines = [line.strip() for line in str(getattr(answer, "stderr", "")).splitlines() if line.strip()]
    return Message(_short(lines[-1])) if lines else phrase("the command '{command}' ended with {code}", command="true", code=code)


def _outcome(reports: t.Mapping[str, Report]) -> tuple[str, Report]:
    """What became of a test, and the report that says so."""
    setup, call, teardown = (reports.get(when) for when in ("setup", "call", "teardown"))
    for report in (setup, call):
        if report is None:
            continue
        expected = hasattr(report, "wasxfail")
        if report.skipped:
            return ("xfailed" if expected else "skipped"), report
        if report.failed:
            return ("failed" if report is call else "broken"), report
        if expected:
            return "xpassed", report
    if teardown is not None and teardown.failed:
        return "broken", teardown
    return ("passed", call) if call is not None else ("broken", next(iter(reports.values())))


def _reason(report: Report) -> Message:
    if hasattr(report, "wasxfail"):
        return Message(_short(str(getattr(report, "wasxfail", "")).removeprefix("reason: ")))
    longrepr = report.longrepr
    text = str(longrepr[2]) if isinstance(longrepr, tuple) else ""
    return Message(_short(text.removeprefix("Skipped: ")))


def _said(report: Report, raised: Raised | None) -> tuple[Message, list[str]]:
    """The short text of a failure, and further lines."""
    if raised is not None and raised.value.args and isinstance(raised.value.args[0], Message):
        return raised.value.args[0].mapped(_short), []
    if str(report.longrepr).startswith("[XPASS(strict)]"):
        return _passed_unexpectedly(_short(str(report.longrepr)[15:])), []
    crash = getattr(report.longrepr, "reprcrash", None)
    text = str(crash.message if crash is not None else report.longrepr)
    text = _RESULT.sub(_command, text)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        return phrase("it does not say why"), []
    if len(lines) > 1 and lines[0] in ("AssertionError", "Failed"):
        lines.pop(0)
    first = re.sub(r"^(?:AssertionError|Failed): ", "", lines[0])
    rest = [re.sub(r"^\+\s+", "", line) for line in lines[1:]]
    if first.startswith("assert ") and rest and rest[0].startswith("where "):
        first = f"{first}, {rest.pop(0)}"
    if crash is not None:
        rest.append(f"{os.path.basename(str(crash.path))}:{crash.lineno}")
    return Message(_short(first)), [_short(line) for line in rest[-LINES:]]


def _passed_unexpectedly(reason: str) -> Message:
    if not reason:
        return phrase("it passed, though its suite expects it to fail")
    return phrase("it passed, though its suite expects it to fail: {reason}", reason=reason)


def _command(match: re.Match[str]) -> str:
    """A command of testinfra's, for people."""
    stderr = match["stderr"].replace("\\n", " ").strip()
    return f"'{match['command']}' (exit code {match['code']}{f': {stderr}' if stderr else ''})"


def _collection(report: Report) -> Message:
    """Why a file could not be collected: the last line that pytest marks."""
    crash = getattr(report.longrepr, "reprcrash", None)
    if crash is not None:
        return Message(_short(str(crash.message).splitlines()[0]))
    lines = [line for line in str(report.longrepr).splitlines() if line.strip()]
    marked = [line[1:].strip() for line in lines if line.startswith("E ")]
    return Message(_short((marked or lines)[-1])) if lines else phrase("it does not say why")


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= LENGTH else flat[: LENGTH - 3] + "..."
