# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import stat
import typing as t

from ansible import constants
from ansible.errors import AnsibleActionFail
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.plugins.action import ActionBase

from ..module_utils._clients.grafana import GrafanaFailure
from ..module_utils._exchange import public_url
from ..module_utils._masking import Hiding, secrets_in
from ..module_utils._publish_spec import NAMED_SPEC, PUBLISH_SPEC
from ..plugin_utils._described.document import plain
from ..plugin_utils._model.text import as_dict, fit
from ..plugin_utils._publish import metrics, nagios
from ..plugin_utils._publish.files import PublishFailure
from ..plugin_utils._publish.news import Told
from ..plugin_utils._publish.targets import Asked, NothingNew, published, targets, tellings
from ..plugin_utils._publish.words import not_told
from ..plugin_utils._recording.delegated_host import Elsewhere
from ..plugin_utils._recording.digests import verified
from ..plugin_utils._recording.run_record import Records, Unreadable, default_folder, load
from ..plugin_utils._running import core
from ..plugin_utils._running.spool import Spool, Word

_KEPT = (
    "this run says nothing of the whole service (it was partial, or the state could not be read) and no earlier state is at hand: "
    "the metrics that were published before stay as they are"
)
_SERVERS = ("pushgateway", "grafana", "webhook", "mail")  # which may have secrets
_EVIDENCE = "reports and records are evidence: they stay"


_NOTHING: dict[str, object] = {"written": [], "removed": [], "failed_targets": [], "skipped_targets": []}


@dataclasses.dataclass
class _Told:
    """What became of each target."""

    done: list[dict[str, str]] = dataclasses.field(default_factory=list)
    failed: list[dict[str, str]] = dataclasses.field(default_factory=list)
    skipped: list[dict[str, str]] = dataclasses.field(default_factory=list)

    def sentence(self, verb: str) -> str:
        if not (self.done or self.failed or self.skipped):
            return "nothing was done: no target was given"
        parts = []
        if self.done:
            parts.append(f"{verb} " + ", ".join(f"{item['target']} {item.get('path') or item.get('url')}" for item in self.done))
        parts += [f"{item['target']} failed: {item['message']}" for item in self.failed]
        parts += [f"{item['target']} left alone: {item['message']}" for item in self.skipped]
        return "; ".join(parts)


class ActionModule(ActionBase):
    """Publishes a run record. Each target is tried; none of them takes the verdict or the others with it."""

    _requires_connection = False
    BYPASS_HOST_LOOP = True

    @core.on_any_core
    def run(self, tmp: str | None = None, task_vars: dict[str, object] | None = None) -> dict[str, object]:
        result: dict[str, object] = super().run(tmp, task_vars or {})
        options, wrong = _options(self._task.args)
        away = Elsewhere(self, task_vars or {})
        if options["state"] == "absent":
            result.update(self._retire(options, away, wrong))
            return result
        if options["record"] is None:
            left = _left_by_gate(options, wrong)
            if left is None:
                return {**result, "changed": False, **_NOTHING, "msg": "nothing was published: no gate has judged since the last time"}
            record, beside, options, wrong = left
            Word(constants.DEFAULT_LOCAL_TMP).published()
        else:
            record, beside = self._believed(options["record"])
        state = _given_state(options["state"]) or as_dict(record.get("state")) or _earlier_state(record, beside)
        servers = {name: _with_secrets(name, as_dict(options[name]), record) for name in _SERVERS}
        hiding = Hiding(secrets_in(servers))
        asked = dataclasses.replace(Asked.of({**options, **servers}), record_mode=_permissions(options["record"]))
        told = _Told(failed=_failures(wrong))
        for target in (*targets(record, state, asked, away.write), *tellings(record, asked, _told(record, beside))):
            if target.needs_state and not state and not as_dict(record.get("run")).get("refused"):
                told.skipped.append({"target": target.name, "message": _KEPT})
                continue
            try:
                place = target.where if self._task.check_mode else target.write()
            except NothingNew:
                told.skipped.append({"target": target.name, "message": "it was told of this run before"})
                continue
            except (PublishFailure, GrafanaFailure) as exc:
                told.failed.append({"target": target.name, "message": hiding.text(str(exc))})
                continue
            except Exception as exc:  # a target must not take the verdict with it
                said = hiding.text(f"{target.where} could not be written: {type(exc).__name__}: {exc}")
                told.failed.append({"target": target.name, "message": said})
                continue
            told.done.append({"target": target.name, "url" if target.is_server else "path": place})
        self._warn(told)
        if problem := not_told(asked.language):
            self._display.warning(fit(problem))
        result["nagios_code"] = nagios.code(record)
        result.update(changed=bool(told.done), written=told.done, removed=[], failed_targets=told.failed, skipped_targets=told.skipped)
        result["msg"] = told.sentence("would be published to" if self._task.check_mode else "published to")
        if told.failed and options["fail_on_error"]:
            result["failed"] = True
        return result

    def _believed(self, given: object) -> tuple[dict[str, object], pathlib.Path | None]:
        """The record. One that was edited where it lies is not published: it would say GO in everybody's name."""
        record, beside = _record(given)
        if beside is None or isinstance(as_dict(given).get("record"), dict):
            return record, beside
        fits = verified(record)
        if fits is False:
            raise AnsibleActionFail(
                f"record: {_place(given)} was changed after it was written: its digest does not fit; nothing was published"
            )
        if fits is None:
            self._display.warning(f"record: {_place(given)} has no digest: it was written before there were any, and may have been changed")
        return record, beside

    def _warn(self, told: _Told) -> None:
        for failure in told.failed:
            self._display.warning(fit(f"{failure['target']}: {failure['message']}"))

    def _retire(self, options: dict[str, object], away: Elsewhere, wrong: t.Mapping[str, str]) -> dict[str, object]:
        """Removes the metrics of a service that is no more, wherever they are published."""
        check_mode = bool(self._task.check_mode)
        service, environment = _retired(options)
        asked, told = Asked.of(options), _Told(failed=_failures(wrong))
        for place in published(asked, service, environment, away, check_mode=check_mode):
            kind = "url" if place.name == "pushgateway" else "path"
            try:
                there = place.remove()
            except PublishFailure as exc:
                told.failed.append({"target": place.name, "message": str(exc)})
                continue
            if there:
                told.done.append({"target": place.name, kind: place.where})
            else:
                told.skipped.append({"target": place.name, "message": f"{place.where} is not there"})
        told.skipped += [{"target": name, "message": _EVIDENCE} for name in asked.files]
        self._warn(told)
        said = told.sentence("would be removed from" if check_mode else "removed from")
        return {
            "changed": bool(told.done),
            "written": [],
            "removed": told.done,
            "failed_targets": told.failed,
            "skipped_targets": told.skipped,
            "msg": f"{service} in {environment} is retired: {said}",
            **({"failed": True} if told.failed and options["fail_on_error"] else {}),
        }


def _retired(options: dict[str, object]) -> tuple[str, str]:
    """Which service in which environment has its metrics removed."""
    if options["record"] is not None:
        return metrics.identity(_record(options["record"])[0])
    missing = [name for name in ("service", "environment") if not options[name]]
    if missing:
        raise AnsibleActionFail(f"{' and '.join(missing)}: state=absent needs the record of the service, or its service and environment")
    return metrics.label(options["service"]), metrics.label(options["environment"])


def _options(args: t.Mapping[str, object]) -> tuple[dict[str, object], dict[str, str]]:
    """The options of the task; and those targets of it that cannot be used, with the reason: they cost nobody else anything."""
    given = {name: value for name, value in args.items() if value is not None}
    targets = given.pop("targets", {})
    usable, wrong = _usable({name: given.pop(name) for name in NAMED_SPEC if name in given})
    result = ArgumentSpecValidator(PUBLISH_SPEC).validate({**given, **usable})
    if result.error_messages:
        raise AnsibleActionFail("; ".join(result.error_messages))
    several = ArgumentSpecValidator({"targets": PUBLISH_SPEC["targets"]}).validate({"targets": plain(targets)})
    if several.error_messages:
        wrong["targets"] = "expected a mapping (readiness_publish), for example {html: /srv/report.html}; " + "; ".join(
            several.error_messages
        )
    return {**result.validated_parameters, "targets": {} if several.error_messages else several.validated_parameters["targets"]}, wrong


def _usable(given: t.Mapping[str, object]) -> tuple[dict[str, object], dict[str, str]]:
    """Those of these targets that are as they must be; by name, what is wrong with the others."""
    usable: dict[str, object] = {}
    wrong: dict[str, str] = {}
    for name, value in given.items():
        if name not in NAMED_SPEC:
            wrong[name] = f"there is no such target; known: {', '.join(NAMED_SPEC)}"
            continue
        result = ArgumentSpecValidator({name: NAMED_SPEC[name]}).validate({name: plain(value)})
        if result.error_messages:
            wrong[name] = "; ".join(result.error_messages)
        else:
            usable[name] = result.validated_parameters[name]
    return usable, wrong


def _failures(wrong: t.Mapping[str, str]) -> list[dict[str, str]]:
    return [{"target": name, "message": why} for name, why in wrong.items()]


class _Left(t.NamedTuple):
    record: dict[str, object]
    beside: pathlib.Path | None  # where its like lie
    options: dict[str, object]
    wrong: dict[str, str]  # targets that cannot be used, with the reason


def _left_by_gate(options: dict[str, object], wrong: dict[str, str]) -> _Left | None:
    """What a gate of this run judged, with the targets of the files, of the run and of the task, innermost first."""
    named = [options[name] for name in ("service", "environment", "phase")]
    word = None if all(named) else Word(constants.DEFAULT_LOCAL_TMP).last()
    place = [str(name) for name in named] if all(named) else word.spool if word else None
    kept = Spool(constants.DEFAULT_LOCAL_TMP, *place).kept() if place else None
    if kept is None or not kept.record:
        return None
    of_run, of_task = as_dict(options["targets"]), {name: options[name] for name in NAMED_SPEC if options[name] is not None}
    of_files = {name: value for name, value in kept.publish.items() if name in NAMED_SPEC}
    usable, unusable = _usable({**of_files, **of_run, **of_task})
    set_here = {*of_run, *of_task, *wrong}
    wrong = {**{name: why for name, why in kept.unpublished.items() if name not in set_here}, **unusable, **wrong}
    if kept.verdict["scope"] == "batch" and not kept.verdict["stop"]:
        usable, wrong = {}, {}  # a batch that is good is of no interest to readers of a report
    path = kept.verdict.get("record_path")
    none: dict[str, object] = dict.fromkeys(NAMED_SPEC)
    return _Left(kept.record, pathlib.Path(str(path)).parent if path else None, {**options, **none, **usable, "record": path}, wrong)


def _place(given: object) -> str:
    return str(given if isinstance(given, str) else as_dict(given).get("record_path"))


def _permissions(given: object) -> int:
    """Those of the record (``records_mode``), where it lies here: who may not read it may not read its copy."""
    place = given if isinstance(given, str) else as_dict(given).get("record_path")
    try:
        return stat.S_IMODE(os.stat(pathlib.Path(str(place)).expanduser()).st_mode) & 0o664 if place else 0o600
    except OSError:
        return 0o600


def _record(given: object) -> tuple[dict[str, object], pathlib.Path | None]:
    """A record, a path of one, or the registered result of gate; and where its like lie, when that is known."""
    if isinstance(given, str):
        path = pathlib.Path(given).expanduser()
        try:
            return load(path), path.parent
        except Unreadable as exc:
            raise AnsibleActionFail(f"record: {exc}") from None
    result = as_dict(given)
    if isinstance(result.get("judgement"), dict):
        return _plain(result), None
    place = result.get("record_path")
    if isinstance(result.get("record"), dict):
        return _plain(as_dict(result["record"])), pathlib.Path(str(place)).parent if place else None
    if place:
        return _record(str(place))
    raise AnsibleActionFail("record: expected what gate returned, its record, or the path of a record")


def _plain(value: dict[str, object]) -> dict[str, object]:
    # values that came through Ansible are tagged subclasses
    return as_dict(json.loads(json.dumps(value, default=str)))


def _given_state(given: object) -> dict[str, object]:
    if given is None:
        return {}
    if isinstance(given, str):
        place = given
        try:
            given = load(place)
        except Unreadable as exc:
            raise AnsibleActionFail(f"state: {exc}") from None
        if verified(given) is False:
            raise AnsibleActionFail(f"state: {place} was changed after it was written: its digest does not fit")
    if not isinstance(given, dict):
        raise AnsibleActionFail("state: expected a state, a record that has one, or the path of such a record")
    return _plain(as_dict(given.get("state")) if isinstance(given.get("state"), dict) else given)


def _told(record: dict[str, object], beside: pathlib.Path | None) -> Told:
    """What was told of the service's runs: noted beside their records, where those lie here."""
    own = Records(default_folder(), *metrics.identity(record)).folder
    return Told(pathlib.Path(beside.parent if beside and beside.name == "runs" and beside.is_dir() else own) / "told")


def _earlier_state(record: dict[str, object], folder: pathlib.Path | None) -> dict[str, object]:
    """The state of the newest record beside this one that has one."""
    own = str(as_dict(record.get("run")).get("id") or "")
    for path in sorted(folder.glob("*.json"), reverse=True)[:200] if folder else ():
        try:
            earlier: dict[str, object] = load(path)
        except Unreadable:
            continue
        if verified(earlier) is False:
            continue
        same = metrics.identity(earlier) == metrics.identity(record) and str(as_dict(earlier.get("run")).get("id")) < own
        if same and isinstance(earlier.get("state"), dict):
            return as_dict(earlier["state"])
    return {}


def _with_secrets(name: str, server: dict[str, object], record: dict[str, object]) -> dict[str, object]:
    """The server that ``gate`` named without its secrets, with them."""
    service, environment = metrics.identity(record)
    run = as_dict(record.get("run"))
    spool = Spool(constants.DEFAULT_LOCAL_TMP, service, environment, str(run.get("phase")), str(run.get("scope") or "service"))
    held = as_dict(spool.publish().get(name)) if server else {}
    if held and all(_where(held, key) == server.get(key) for key in ("url", "host")):
        return {**server, **held}
    return server


def _where(server: dict[str, object], key: str) -> object:
    return public_url(str(server[key])) if key == "url" and key in server else server.get(key)
