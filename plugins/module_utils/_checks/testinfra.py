# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A pytest-testinfra suite passes against the hosts of the play. PRIVATE to the collection."""

from __future__ import annotations

import copy
import inspect
import json
import os
import pathlib
import re
import sys
import tempfile
import typing as t

from .. import _phrase, _units
from .._argspec import ArgumentsRefused, Spec
from .._clients import pytest_plugin, smoke_suite
from .._finding import CannotObserve, Finding, Status, failed, passed, unknown, warned
from .._message import one_line
from .._phrase import NOTHING, Message, of_data, phrase, plural
from .._runner import Completed, Runner

WHERE = "controller"
NEEDS_INVENTORY = True  # verify gives it the hosts of the service and an inventory with their connections
SETTLES = True  # what was deployed may need a moment
TIMEOUT = 300.0
EXPECTATIONS: Spec = {
    "hosts": {"type": "list", "elements": "str"},
    "ports": {"type": "list", "elements": "str"},
    "units": {"type": "list", "elements": "raw"},
    "files": {"type": "list", "elements": "raw"},
    "users": {"type": "list", "elements": "raw"},
    "packages": {"type": "dict"},
    "versions": {"type": "dict"},
}
ARGUMENT_SPEC: Spec = {
    "suite": {"type": "list", "elements": "path"},
    "expect": {"type": "list", "elements": "dict", "options": EXPECTATIONS},
    "hosts": {"type": "list", "elements": "str"},
    "inventory": {"type": "path"},
    "keyword": {"type": "str", "no_log": False},
    "markers": {"type": "str"},
    "sudo": {"type": "bool", "default": False},
    "sudo_user": {"type": "str"},
    "allow_skipped": {"type": "bool", "default": True},
    "arguments": {"type": "list", "elements": "str", "default": []},
    "chdir": {"type": "path"},
    "python": {"type": "str"},
}
CONSTRAINTS = {"required_one_of": [("suite", "expect")]}

# where pytest runs nothing else of the collection is: its package has what the plugin and the suite that ships need, as it lies here
PACKAGE, COMMON = "operability_readiness_kit", "test_operability_readiness_common.py"
PLUGIN = f"{PACKAGE}._clients.pytest_plugin"
_MODULES = {"_phrase": _phrase, "_units": _units, "_clients/pytest_plugin": pytest_plugin, "_clients/smoke_suite": smoke_suite}
# verify has resolved them into the inventory, where testinfra would let these win; the others change what is run
_LEFT_OUT = ("PYTEST_ADDOPTS", "PYTEST_DISABLE_PLUGIN_AUTOLOAD", "PYTEST_PLUGINS", "PYTEST_CURRENT_TEST")
_RESOLVED = ("BECOME", "BECOME_USER", "REMOTE_PORT", "REMOTE_USER", "SSH_COMMON_ARGS", "SSH_EXTRA_ARGS")
_KEYS: dict[str, dict[str, object]] = {
    "unit": {"enabled": True},
    "file": {"type": None, "mode": None, "owner": None, "group": None, "contains": None, "absent": False},
    "user": {"uid": None, "home": None, "shell": None, "groups": None},
}
_PORT = re.compile(r"(?:(?P<protocol>tcp|udp):)?(?:\[?(?P<address>[0-9A-Fa-f.:]+?)\]?:)?(?P<port>\d{1,5})")

Event = dict[str, t.Any]


class Expectations(t.TypedDict):
    """What must be so on some hosts; on all where none is named."""

    hosts: list[str] | None
    ports: list[str] | None
    units: list[object] | None
    files: list[object] | None
    users: list[object] | None
    packages: dict[str, object] | None
    versions: dict[str, object] | None


class Arguments(t.TypedDict):
    suite: list[str] | None
    expect: list[Expectations] | None
    hosts: list[str] | None
    inventory: str | None
    keyword: str | None
    markers: str | None
    sudo: bool
    sudo_user: str | None
    allow_skipped: bool
    arguments: list[str]
    chdir: str | None
    python: str | None
    timeout: float


def run(args: Arguments, runner: Runner) -> list[Finding]:
    suites = [os.path.abspath(path) for path in args["suite"] or []]
    for path in suites:
        if not os.path.exists(path):
            raise CannotObserve(phrase("the suite {path:path} does not exist on the controller", path=path), absent=True)
    expect = expectations(args["expect"] or [])
    python = args["python"] or sys.executable
    with tempfile.TemporaryDirectory(prefix="operability-readiness-") as folder:
        events, done, stopped = _pytest(args, suites, expect, python, folder, runner)
    if not any(event["event"] == "start" for event in events):
        raise CannotObserve(stopped or not_started(done, python))
    findings = findings_of(events, [host_name(spec) for spec in args["hosts"] or []], stopped or ended(done), args["allow_skipped"])
    return findings or [unknown(none_collected(events, suites, args, done))]


def _pytest(
    args: Arguments, suites: list[str], expect: list[dict[str, object]], python: str, folder: str, runner: Runner
) -> tuple[list[Event], Completed | None, Message]:
    """What pytest's tests came to, how it ended, and why it was stopped where it was."""
    home = pathlib.Path(folder)
    events, settings, common = home / "events.jsonl", home / "settings.json", home / "suite" / COMMON
    _pack(home / PACKAGE)
    if expect:
        common.parent.mkdir()
        common.write_text(f"from {PACKAGE}._clients.smoke_suite import *\n", encoding="utf-8")
    bases = [path if os.path.isdir(path) else os.path.dirname(path) for path in suites]
    if len(set(bases)) > 1:
        bases = [os.path.commonpath(bases)]
    given = {"events": str(events), "bases": bases, "common": str(common) if expect else None, "expect": expect}
    settings.write_text(json.dumps(given), encoding="utf-8")
    # -o addopts=: what a project adds for its developers (parallel runs, coverage) is not meant for a gate
    command = [python, "-m", "pytest", "-p", PLUGIN, "-p", "no:cacheprovider", "-o", "addopts=", "-q", "--tb=short", "-rN"]
    command += ["--continue-on-collection-errors", f"--basetemp={home / 'basetemp'}"]
    for option, value in (("-k", args["keyword"]), ("-m", args["markers"])):
        command += [option, value] if value else []
    if args["hosts"]:
        command.append(f"--hosts={','.join(spec_of(host, args['inventory']) for host in args['hosts'])}")
    elif args["inventory"]:
        command.append("--hosts=ansible://all")
    command += [f"--ansible-inventory={os.path.abspath(args['inventory'])}"] if args["inventory"] else []
    command += ["--sudo"] if args["sudo"] else []
    command += [f"--sudo-user={args['sudo_user']}"] if args["sudo_user"] else []
    command += [*args["arguments"], *suites, *([str(common)] if expect else [])]
    child = copy.copy(runner)
    child.environ = _environment(runner.environ, python, folder, settings, resolved=bool(args["inventory"]))
    try:
        done = child.run(command, cwd=args["chdir"] or (bases[0] if bases else folder), timeout=runner.remaining())
    except CannotObserve as exc:  # over time, or no such program
        return _read(events), None, exc.message
    return _read(events), done, NOTHING


def _pack(package: pathlib.Path) -> None:
    (package / "_clients").mkdir(parents=True)
    for folder in (package, package / "_clients"):
        (folder / "__init__.py").touch()
    for name, module in _MODULES.items():
        (package / f"{name}.py").write_text(inspect.getsource(module), encoding="utf-8")


def _environment(environ: t.Mapping[str, str], python: str, folder: str, settings: pathlib.Path, *, resolved: bool) -> dict[str, str]:
    left_out = {*_LEFT_OUT, *((f"ANSIBLE_{name}" for name in _RESOLVED) if resolved else ())}
    kept = {name: value for name, value in environ.items() if name not in left_out}
    # testinfra asks ansible-inventory and ansible, which lie beside the interpreter
    beside = [os.path.dirname(path) for path in (python, sys.executable) if os.sep in path]
    return {
        **kept,
        "PATH": os.pathsep.join(dict.fromkeys([*beside, kept.get("PATH", os.defpath)])),
        "PYTHONPATH": os.pathsep.join([folder, *([kept["PYTHONPATH"]] if kept.get("PYTHONPATH") else [])]),
        "PYTHONDONTWRITEBYTECODE": "1",
        pytest_plugin.VARIABLE: str(settings),
    }


def _read(path: pathlib.Path) -> list[Event]:
    """Whole lines; the last one may have been cut."""
    found = []
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else []:
        try:
            found.append(json.loads(line))
        except ValueError:
            break
    return found


# -- hosts


def spec_of(host: str, inventory: str | None) -> str:
    """A host as pytest-testinfra wants it: of the inventory where there is one."""
    if "://" in host:
        return host
    return f"ansible://{host}" if inventory else f"ssh://{host}"


def host_name(spec: str) -> str:
    """The name that findings on a host of this specification bear."""
    scheme, found, rest = spec.partition("://")
    if not found:
        return spec
    if scheme == "local":
        return "localhost"
    name = rest.partition("?")[0].rpartition("@")[2].rstrip("/")
    return name if scheme == "ansible" else re.sub(r"^\[(.+)\].*$|^([^:]+):\d+$", r"\1\2", name)


# -- what is expected


def expectations(given: t.Sequence[Expectations]) -> list[dict[str, object]]:
    """One entry for each test of the suite that ships. ArgumentsRefused."""
    found: list[dict[str, object]] = []
    problems: list[str] = []
    for group in given:
        for kind, items in (("unit", group["units"]), ("file", group["files"]), ("user", group["users"])):
            found += [_described(kind, item, problems) for item in items or []]
        found += [_port(str(item), problems) for item in group["ports"] or []]
        for name, version in (group["packages"] or {}).items():
            wanted = None if version in (None, True, "", "installed", "present") else str(version)
            found.append({"kind": "package", "id": name, "name": name, "version": wanted})
        for command, version in (group["versions"] or {}).items():
            found.append({"kind": "version", "id": command, "command": command, "version": str(version)})
        for entry in found:
            entry.setdefault("hosts", group["hosts"])
    if problems:
        raise ArgumentsRefused(problems)
    return found


def _port(text: str, problems: list[str]) -> dict[str, object]:
    match = _PORT.fullmatch(text.strip())
    if match is None or not 0 < int(match["port"]) < 65536:
        problems.append(f"expect.ports: '{text}' is not a port, such as 8080, udp:53 or 127.0.0.1:8080")
        return {}
    return {"kind": "port", "id": text, "protocol": match["protocol"] or "tcp", "port": int(match["port"]), "address": match["address"]}


def _described(kind: str, item: object, problems: list[str]) -> dict[str, object]:
    key = "path" if kind == "file" else "name"
    given: dict[str, object] = dict(item) if isinstance(item, t.Mapping) else {key: item}
    strange = sorted(set(given) - {key, *_KEYS[kind]})
    if not isinstance(given.get(key), str) or not given[key]:
        problems.append(f"expect.{kind}s: {item!r} has no {key}")
    elif strange:
        problems.append(f"expect.{kind}s: {given[key]}: unknown key {', '.join(strange)}; known here: {', '.join([key, *_KEYS[kind]])}")
    if given.get("mode") is not None and not re.fullmatch(r"0?[0-7]{3,4}", str(given["mode"])):
        problems.append(f"expect.files: {given.get(key)}: the mode {given['mode']} is not one such as '0640' (in quotes)")
    if given.get("type") not in (None, *smoke_suite.KINDS):
        problems.append(f"expect.files: {given.get(key)}: the type {given['type']} is none of {', '.join(smoke_suite.KINDS)}")
    texts = {name: str(given[name]) for name in ("mode", "owner", "group", "uid") if given.get(name) is not None}
    return {"kind": kind, "id": str(given.get(key)), **_KEYS[kind], **given, **texts}


# -- what came of it


def findings_of(events: t.Sequence[Event], hosts: t.Sequence[str], stopped: Message, allow_skipped: bool) -> list[Finding]:
    """A finding for each test and host. Empty where no test was collected and no file broke."""
    collected = [entry for event in events if event["event"] == "collected" for entry in event["tests"]]
    results = {event["id"]: event for event in events if event["event"] == "test"}
    findings = []
    for node, name, host in collected:
        finding = _finding(name, host, results.get(node), stopped, allow_skipped)
        findings.append(_named(finding, name, host, results.get(node)))
    for event in events:
        if event["event"] == "file":
            findings.append(_named(_of_file(event, allow_skipped), event["node"], "", None))
    tested = {host for _node, _name, host in collected}
    without = [host for host in hosts if host not in tested] if findings else []
    findings += [_named(unknown(phrase("no test was run against {host}", host=host)), "", host, None) for host in without]
    for host in sorted(tested):
        own = [finding for finding in findings if finding.host == host]
        if all(finding.status is Status.NOT_APPLICABLE for finding in own):
            findings.append(_named(unknown(_all_skipped(host)), "", host, None))
    return findings


def _of_file(event: Event, allow_skipped: bool) -> Finding:
    if event["outcome"] != "broken":
        return _skipped(event["node"], event, allow_skipped)
    return unknown(phrase("{file:path} could not be collected: {reason}", file=event["node"], reason=_told(event)))


def _told(event: Event) -> Message:
    return of_data(str(event["message"]), event.get("said"))


def _all_skipped(host: str) -> Message:
    if not host:
        return phrase("every test was skipped: nothing was looked at")
    return phrase("every test was skipped on {host}: nothing was looked at", host=host)


def _named(finding: Finding, name: str, host: str, result: Event | None) -> Finding:
    finding.instance, finding.host = name, host
    if result is not None:
        finding.observed = {"outcome": result["outcome"], "seconds": result["seconds"]}
    return finding


def _finding(name: str, host: str, result: Event | None, stopped: Message, allow_skipped: bool) -> Finding:
    if result is None:
        return unknown(phrase("{test:path} was not run: {reason}", test=name, reason=stopped or phrase("pytest ended before its turn")))
    said, outcome = _told(result), result["outcome"]
    details = [Message(str(line)) for line in result["details"]]
    if outcome == "passed":
        return passed(phrase("{test:path} passed", test=name))
    if outcome == "failed":
        return failed(phrase("{test:path}: {said}", test=name, said=said), details=details)
    if outcome == "unreachable":
        return unknown(phrase("{host} cannot be used for tests: {said}", host=host, said=said))
    if outcome == "skipped":
        return _skipped(name, result, allow_skipped)
    if outcome == "xfailed":
        return warned(_fails_as_expected(name, said))
    if outcome == "xpassed":
        return passed(_passed_unexpectedly(name, said))
    return unknown(_broken(name, result.get("phase", ""), said), details=details)


def _skipped(name: str, event: Event, allow_skipped: bool) -> Finding:
    message = phrase("{test:path} was skipped", test=name)
    if event["message"]:
        message = phrase("{test:path} was skipped: {reason}", test=name, reason=_told(event))
    return Finding(Status.NOT_APPLICABLE, message) if allow_skipped else warned(message)


def _fails_as_expected(test: str, said: Message) -> Message:
    if not said:
        return phrase("{test:path} fails, as its suite expects", test=test)
    return phrase("{test:path} fails, as its suite expects: {said}", test=test, said=said)


def _passed_unexpectedly(test: str, said: Message) -> Message:
    if not said:
        return phrase("{test:path} passed, though its suite expects it to fail", test=test)
    return phrase("{test:path} passed, though its suite expects it to fail: {said}", test=test, said=said)


def _broken(test: str, phase: str, said: Message) -> Message:
    if phase == "setup":
        return phrase("{test:path} could not be carried out (its set-up): {said}", test=test, said=said)
    if phase == "teardown":
        return phrase("{test:path} could not be carried out (its tear-down): {said}", test=test, said=said)
    return phrase("{test:path} could not be carried out: {said}", test=test, said=said)


def ended(done: Completed | None) -> Message:
    """Why pytest ended before all was done; empty where it did not."""
    if done is None or done.rc in (0, 1, 5):
        return NOTHING
    if done.rc < 0:
        return phrase("pytest was ended by the signal {signal}", signal=-done.rc)
    last = _last(done)
    if last:
        return phrase("pytest ended with code {code}: {said}", code=done.rc, said=last)
    return phrase("pytest ended with code {code}", code=done.rc)


def not_started(done: Completed | None, python: str) -> Message:
    """Why pytest ran no test, in words."""
    text = f"{done.stderr}\n{done.stdout}" if done else ""
    missing = re.search(r"No module named '?(pytest|testinfra)\b", text)
    if missing:
        package = {"testinfra": "pytest-testinfra"}.get(missing[1], missing[1])
        return phrase(
            "{package} is not installed for {python:path} (option python names another interpreter)", package=package, python=python
        )
    last = _last(done) if done else ""
    return phrase("pytest did not start: {said}", said=last) if last else phrase("pytest did not start")


def none_collected(events: t.Sequence[Event], suites: t.Sequence[str], args: Arguments, done: Completed | None) -> Message:
    deselected = sum(event.get("deselected", 0) for event in events if event["event"] == "collected")
    if deselected:
        return plural(
            "the only test does not fit {chosen}", "none of the {count:number} tests fits {chosen}", count=deselected, chosen=_chosen(args)
        )
    if done is not None and done.rc not in (0, 5):
        return phrase("no test was run: {reason}", reason=ended(done))
    if not suites:
        return phrase("no tests were collected in what is expected")
    return phrase("no tests were collected in {suites:list}", suites=suites)


def _chosen(args: Arguments) -> Message:
    keyword, markers = args.get("keyword"), args.get("markers")
    if keyword and markers:
        return phrase("keyword '{keyword}' and markers '{markers}'", keyword=keyword, markers=markers)
    if keyword:
        return phrase("keyword '{keyword}'", keyword=keyword)
    return phrase("markers '{markers}'", markers=markers) if markers else phrase("what was chosen")


def _last(done: Completed) -> str:
    """The last line in which pytest says what is wrong."""
    lines = [line.strip() for line in [*done.stdout.splitlines(), *done.stderr.splitlines()] if line.strip()]
    marks = r"^(?:E\s+|ERROR:\s+(?!usage)|INTERNALERROR>\s*|[\w. -]+: error:\s*)"
    marked = [re.sub(marks, "", line) for line in lines if re.match(marks, line)]
    said = [line for line in (marked or lines) if line]
    return one_line(said[-1], 300) if said else ""


__all__ = (
    "ARGUMENT_SPEC",
    "CONSTRAINTS",
    "NEEDS_INVENTORY",
    "TIMEOUT",
    "WHERE",
    "ended",
    "expectations",
    "findings_of",
    "host_name",
    "none_collected",
    "not_started",
    "run",
    "spec_of",
)
