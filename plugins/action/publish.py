# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import json
import pathlib
import typing as t

from ansible import constants
from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ..module_utils._clients.grafana import GrafanaFailure
from ..module_utils._http import Connection, public_url
from ..module_utils._publish_spec import FILES, PUBLISH_SPEC
from ..plugin_utils._publish import annotation, csv, html, junit, markdown, metrics, nagios, places, textfile
from ..plugin_utils._publish.files import PublishFailure, WriteFile, write
from ..plugin_utils._publish.pushgateway import Pushgateway, group_url
from ..plugin_utils._recording import run_record as _run_record
from ..plugin_utils._recording.delegated_host import Elsewhere
from ..plugin_utils._recording.run_record import Unreadable
from ..plugin_utils._running.spool import Spool

Target = tuple[str, str, t.Callable[[], str]]  # its name, where it goes in words, what writes it
_KEPT = (
    "this run says nothing of the whole service (it was partial, or the state could not be read) and no earlier state is at hand: "
    "the metrics that were published before stay as they are"
)
_EVIDENCE = "reports and records are evidence: they stay"


class ActionModule(ActionBase):
    """Publishes a run record. Each target is tried; none of them takes the verdict or the others with it."""

    _requires_connection = False
    BYPASS_HOST_LOOP = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars or {})
        _validated, options = self.validate_argument_spec(argument_spec=PUBLISH_SPEC)
        away = Elsewhere(self, task_vars or {})
        if options["state"] == "absent":
            result.update(self._retire(options, away))
            return result
        record, beside = _record(options["record"])
        state = _given_state(options["state"]) or record.get("state") or _earlier_state(record, beside)
        for name in ("pushgateway", "grafana"):
            options[name] = _with_secrets(name, options[name], record)
        targets = _targets(record, state, options, away.write)
        written: list[dict[str, str]] = []
        failed: list[dict[str, str]] = []
        skipped: list[dict[str, str]] = []
        for name, where, work in targets:
            if name in ("textfile", "pushgateway") and not state:
                skipped.append({"target": name, "message": _KEPT})
                continue
            try:
                place = where if self._task.check_mode else work()
            except (PublishFailure, GrafanaFailure) as exc:
                failed.append({"target": name, "message": str(exc)})
                continue
            except Exception as exc:  # a target must not take the verdict with it
                failed.append({"target": name, "message": f"{where} could not be written: {type(exc).__name__}: {exc}"})
                continue
            written.append({"target": name, "url" if name in ("pushgateway", "grafana") else "path": place})
        for failure in failed:
            self._display.warning(f"{failure['target']}: {failure['message']}")
        result["nagios_code"] = nagios.code(record)
        result.update(changed=bool(written), written=written, removed=[], failed_targets=failed, skipped_targets=skipped)
        result["msg"] = _sentence(written, failed, skipped, verb="would be published to" if self._task.check_mode else "published to")
        if failed and options["fail_on_error"]:
            result["failed"] = True
        return result

    # -- a service that is no more

    def _retire(self, options: dict[str, t.Any], away: Elsewhere) -> dict[str, t.Any]:
        """Removes the metrics of a service that is no more, wherever they are published."""
        check_mode = self._task.check_mode
        service, environment = _retired(options)
        removed: list[dict[str, str]] = []
        failed: list[dict[str, str]] = []
        skipped: list[dict[str, str]] = []
        for target in _places(options, service, environment, away, check_mode=check_mode):
            kind = "url" if target.name == "pushgateway" else "path"
            try:
                there = target.remove()
            except PublishFailure as exc:
                failed.append({"target": target.name, "message": str(exc)})
                continue
            if there:
                removed.append({"target": target.name, kind: target.where})
            else:
                skipped.append({"target": target.name, "message": f"{target.where} is not there"})
        skipped += [{"target": name, "message": _EVIDENCE} for name in FILES if options[name]]
        for failure in failed:
            self._display.warning(f"{failure['target']}: {failure['message']}")
        said = _sentence(removed, failed, skipped, verb="would be removed from" if check_mode else "removed from")
        return {
            "changed": bool(removed),
            "written": [],
            "removed": removed,
            "failed_targets": failed,
            "skipped_targets": skipped,
            "msg": f"{service} in {environment} is retired: {said}",
            **({"failed": True} if failed and options["fail_on_error"] else {}),
        }


class _Place(t.NamedTuple):
    """Where metrics of a service are, and what removes them from there; it tells whether there were any."""

    name: str
    where: str
    remove: t.Callable[[], bool]


def _retired(options: dict[str, t.Any]) -> tuple[str, str]:
    """Which service in which environment has its metrics removed."""
    if options["record"] is not None:
        return metrics.identity(_record(options["record"])[0])
    missing = [name for name in ("service", "environment") if not options[name]]
    if missing:
        raise AnsibleActionFail(f"{' and '.join(missing)}: state=absent needs the record of the service, or its service and environment")
    return metrics.label(options["service"]), metrics.label(options["environment"])


def _places(options: dict[str, t.Any], service: str, environment: str, away: Elsewhere, *, check_mode: bool) -> list[_Place]:
    places: list[_Place] = []
    folder, gateway = options["textfile_directory"], options["pushgateway"]
    if folder:
        path = str(pathlib.PurePosixPath(folder) / textfile.filename(service, environment))

        def from_textfile() -> bool:
            if away.host:
                return away.remove(path)
            return (textfile.present if check_mode else textfile.remove)(folder, service, environment)

        places.append(_Place("textfile", f"{away.host}:{path}" if away.host else path, from_textfile))
    if gateway:
        connection = Connection.from_args(gateway)

        def from_pushgateway() -> bool:
            server = Pushgateway(connection)
            there = server.holds(service, environment)
            if there is not False and not check_mode:
                server.delete(service, environment)
            return there is not False

        places.append(_Place("pushgateway", public_url(group_url(connection.url, service, environment)), from_pushgateway))
    return places


def _record(given: t.Any) -> tuple[dict[str, t.Any], pathlib.Path | None]:
    """A record, a path of one, or the registered result of gate; and where its like lie, when that is known."""
    if isinstance(given, str):
        path = pathlib.Path(given).expanduser()
        try:
            return _run_record.load(path), path.parent
        except Unreadable as exc:
            raise AnsibleActionFail(f"record: {exc}") from None
    if isinstance(given, dict):
        if isinstance(given.get("judgement"), dict):
            return _plain(given), None
        place = given.get("record_path")
        if isinstance(given.get("record"), dict):
            return _plain(given["record"]), pathlib.Path(place).parent if place else None
        if place:
            return _record(str(place))
    raise AnsibleActionFail("record: expected what gate returned, its record, or the path of a record")


def _plain(value: t.Any) -> t.Any:
    # values that came through Ansible are tagged subclasses
    return json.loads(json.dumps(value, default=str))


def _given_state(given: t.Any) -> dict[str, t.Any]:
    if given is None:
        return {}
    if isinstance(given, str):
        try:
            given = _run_record.load(given)
        except Unreadable as exc:
            raise AnsibleActionFail(f"state: {exc}") from None
    if not isinstance(given, dict):
        raise AnsibleActionFail("state: expected a state, a record that has one, or the path of such a record")
    return _plain(given.get("state") if isinstance(given.get("state"), dict) else given) or {}


def _earlier_state(record: t.Mapping[str, t.Any], folder: pathlib.Path | None) -> dict[str, t.Any]:
    """The state of the newest record beside this one that has one."""
    own = record.get("run", {}).get("id", "")
    for path in sorted(folder.glob("*.json"), reverse=True)[:200] if folder else ():
        try:
            earlier = _run_record.load(path)
        except Unreadable:
            continue
        same = metrics.identity(earlier) == metrics.identity(record) and str(earlier.get("run", {}).get("id")) < own
        if same and isinstance(earlier.get("state"), dict):
            return dict(earlier["state"])
    return {}


def _with_secrets(name: str, server: dict[str, t.Any] | None, record: dict[str, t.Any]) -> dict[str, t.Any] | None:
    """The server that ``gate`` named without its secrets, with them."""
    service, environment = metrics.identity(record)
    run = record.get("run") or {}
    spool = Spool(constants.DEFAULT_LOCAL_TMP, service, environment, str(run.get("phase")), str(run.get("scope") or "service"))
    held = spool.publish().get(name) if server else None
    if server and held and public_url(str(held["url"])) == server["url"]:
        return {**server, **held}
    return server


def _targets(record: dict[str, t.Any], state: dict[str, t.Any], options: dict[str, t.Any], away: WriteFile | None) -> list[Target]:
    service, environment = metrics.identity(record)
    targets: list[Target] = []
    folder, gateway = options["textfile_directory"], options["pushgateway"]
    if folder:
        path = str(pathlib.Path(folder) / textfile.filename(service, environment))

        def to_textfile() -> str:
            return textfile.write_metrics(folder, service, environment, metrics.exposition({**record, "state": state}), away)

        targets.append(("textfile", path, to_textfile))
    if gateway:
        connection = Connection.from_args(gateway)

        def to_pushgateway() -> str:
            return Pushgateway(connection).push(metrics.exposition({**record, "state": state}), service, environment)

        targets.append(("pushgateway", public_url(group_url(connection.url, service, environment)), to_pushgateway))
    mark = annotation.of(record, options["grafana"]["tags"]) if options["grafana"] else None
    if mark:
        to_grafana = annotation.writer(Connection.from_args(options["grafana"]), mark)
        targets.append(("grafana", public_url(options["grafana"]["url"]), to_grafana))
    makers: dict[str, t.Callable[[], str]] = {
        "html": lambda: html.render(record, options["language"]),
        "markdown": lambda: markdown.render(record, options["language"]),
        "junit": lambda: junit.render(record),
        "nagios": lambda: nagios.render(record),
        "csv": lambda: csv.render(record),
        "json": lambda: json.dumps(record, indent=1, ensure_ascii=False) + "\n",
    }
    about = {"service": service, "environment": environment, "phase": (record.get("run") or {}).get("phase")}
    for name, make in makers.items():
        if options[name]:
            targets.append((name, *_file(options[name], about, make, away or write)))
    return targets


def _file(path: str, about: t.Mapping[str, t.Any], make: t.Callable[[], str], write_file: WriteFile) -> tuple[str, t.Callable[[], str]]:
    """Where a file goes, and what writes it; a placeholder that is not known fails when it is written."""
    with contextlib.suppress(PublishFailure):
        place = places.filled(path, about)
        return place, lambda: write_file(place, make().encode("utf-8", "replace"))
    return path, lambda: places.filled(path, about)


def _sentence(written: list[dict[str, str]], failed: list[dict[str, str]], skipped: list[dict[str, str]], *, verb: str) -> str:
    if not (written or failed or skipped):
        return "nothing was done: no target was given"
    parts = []
    if written:
        parts.append(f"{verb} " + ", ".join(f"{item['target']} {item.get('path') or item.get('url')}" for item in written))
    parts += [f"{item['target']} failed: {item['message']}" for item in failed]
    parts += [f"{item['target']} left alone: {item['message']}" for item in skipped]
    return "; ".join(parts)
