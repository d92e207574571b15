# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import datetime as dt
import os
import shutil
import typing as t

import yaml
from ansible import constants
from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ..module_utils._files import NotWritten
from ..module_utils._http import Connection
from ..module_utils._phrase import phrase
from ..module_utils._portfolio_spec import PORTFOLIO_SPEC
from ..module_utils._publish_spec import FILES
from ..plugin_utils._acting.context import Context, context_of, refuse
from ..plugin_utils._acting.given_files import load, locate, text_of
from ..plugin_utils._acting.portfolio import Entry, PlannedService, entries, refuse_twins, work
from ..plugin_utils._acting.portfolio_summary import Summary, render, row, summary
from ..plugin_utils._described.document import Document, FastLoader, NotResolved, Refused, bounded, plain
from ..plugin_utils._described.service import Targets, targets_of
from ..plugin_utils._described.version import collection_version
from ..plugin_utils._model.plain import to_plain
from ..plugin_utils._model.text import as_dict, as_int, as_list, first_line, fit
from ..plugin_utils._promises.mode import mode_for_all
from ..plugin_utils._publish import expected, places, textfile
from ..plugin_utils._publish import portfolio as portfolio_report
from ..plugin_utils._publish.files import PublishFailure, write
from ..plugin_utils._publish.pushgateway import Pushgateway
from ..plugin_utils._publish.words import not_told
from ..plugin_utils._recording.delegated_host import Elsewhere
from ..plugin_utils._recording.record_json import to_json
from ..plugin_utils._recording.run_record import Records, default_folder
from ..plugin_utils._running import core
from ..plugin_utils._running.spool import Spool

# which cost the summary a target, and no service its verdict
_OF_SUMMARY = ("language", "publish", "pushgateway", "report", "show", "textfile_directory")


class ActionModule(ActionBase):
    """Before the services are verified: plans each of them. After they were judged: sums up, publishes which are expected, fails once."""

    _requires_connection = False
    BYPASS_HOST_LOOP = True

    @core.on_any_core
    def run(self, tmp: str | None = None, task_vars: dict[str, object] | None = None) -> dict[str, object]:
        variables = task_vars or {}
        result: dict[str, object] = super().run(tmp, variables)
        context = context_of(self, variables, PORTFOLIO_SPEC, aside=_OF_SUMMARY)
        if context.left_out:
            result["warnings"] = [*as_list(result.get("warnings")), *context.left_out]
        try:
            planned = [self._plan(context, entry) for entry in self._entries(context)]
        except Refused as exc:
            raise refuse(exc) from None
        refuse_twins(planned)
        problems = places.shared(self._targets(context, planned))
        if problems:
            raise refuse(Refused(problems))
        if context.options["judged"] is None and not context.options["from_records"]:
            return {**result, "changed": False, **work(planned)}
        return {**result, **self._sum_up(context, planned, variables)}

    # -- which services

    def _entries(self, context: Context) -> list[Entry]:
        given, options = context.options["portfolio"], context.options
        shared = {"organisation_file": options["organisation_file"], "environment": options["environment"]}
        if not isinstance(given, str):
            return entries(given, "portfolio", **shared)
        path = locate(self._loader, given)
        if path is None:
            raise Refused([f"the portfolio file {given} does not exist (looked beside the playbook and in {os.getcwd()})"])
        data = plain(load(self._loader, path, given, templates=False))
        return entries(data, given, **shared, folder=os.path.dirname(path))

    def _plan(self, context: Context, entry: Entry) -> PlannedService:
        """What is to be done for one service."""
        options = {**context.options, **entry.as_dict(), "scope": "service"}
        own = Context(self, context.task_vars, options, anew=True, refused=context.refused)
        try:
            plan = own.service_plan()
            own.service_plan(phase=None)
        except Refused as exc:
            name, there = entry.service or self._name_in(entry.service_file), own.locate_service_file() is not None
            return PlannedService(entry, name, refused="; ".join(exc.problems), on_record=bool(name) and there)
        except AnsibleError as exc:
            return PlannedService(entry, entry.service or self._name_in(entry.service_file), refused=first_line(exc))
        return PlannedService(
            entry,
            plan.service["name"],
            hosts=list(plan.expected_hosts),
            later_hosts=plan.later_hosts,
            records=context.options["records"] or plan.records,
            publish={key: plan.publish[key] for key in FILES if key in plan.publish},
        )

    def _name_in(self, service_file: str) -> str | None:
        """The name in a file that is refused, where it can be read all the same."""
        path = locate(self._loader, service_file)
        try:
            text = text_of(path) if path else ""
            bounded(text, service_file)
            data = yaml.load(text, Loader=FastLoader)
        except (OSError, UnicodeDecodeError, yaml.YAMLError, Refused):
            return None
        service = data.get("service") if isinstance(data, dict) else None
        name = service.get("name") if isinstance(service, dict) else None
        return name if isinstance(name, str) and name else None

    def _targets(self, context: Context, planned: list[PlannedService]) -> t.Iterator[places.Writer]:
        """Of each service, what it is published to in this run."""
        for item in planned:
            if not item.refused:
                about = {"service": item.service, "environment": item.entry.environment, "phase": context.options["phase"]}
                name = f"{item.service} in {item.entry.environment}"
                yield places.Writer(name, about, {**item.publish, **context.options["publish"]})

    # -- what came of them

    def _sum_up(self, context: Context, planned: list[PlannedService], variables: dict[str, object]) -> dict[str, object]:
        options, organisation = context.options, self._organisation(context)
        judged = {
            (result["item"]["service_file"], result["item"]["environment"]): result
            for result in options["judged"] or ()
            if "item" in result
        }
        rows = []
        records: dict[tuple[str, str], dict[str, object]] = {}
        for item in planned:
            result = self._judged(context, item, judged.get(item.key) or {}) if not item.refused else {}
            record = as_dict(result.get("record"))
            last = None
            if not record:
                record = self._last(context, item, organisation) or {}
                seen = as_int(as_dict(record.get("judgement")).get("verified"))
                last = str(as_dict(record.get("run")).get("finished_at")) if seen else None
                if options["from_records"] and not item.refused:
                    result = {"record": _standing(record)} if record else {"msg": phrase("there is no record of it")}
            rows.append(row(item, result, last=last))
            if record:
                records[(str(rows[-1].line["service"]), item.entry.environment)] = record
        stops = not options["from_records"] and self._mode(context, organisation) == "enforce"
        made = summary(rows, dt.datetime.now(dt.timezone.utc), refused_stops=stops)
        if options["show"]:
            width = max(100, min(shutil.get_terminal_size((140, 24)).columns, 200))
            Display().display(render(made, width=width))
        written, failed = self._publish(context, planned, organisation, variables, made, records)
        for failure in failed:
            self._display.warning(fit(f"{failure['target']}: {failure['message']}"))
        return {
            **to_plain(made),
            "changed": bool(written),
            "written": written,
            "failed_targets": failed,
            "failed": made["stop"] and options["fail"],
        }

    def _judged(self, context: Context, item: PlannedService, told: dict[str, object]) -> dict[str, object]:
        """What the gate of a service left in this run. Of the registered result only why there is nothing: a variable wins over it."""
        if context.options["from_records"]:
            return {}
        kept = Spool(constants.DEFAULT_LOCAL_TMP, str(item.service), item.entry.environment, context.options["phase"]).kept()
        return {**kept.verdict, "record": kept.record} if kept and kept.record else {"msg": told.get("msg")}

    def _last(self, context: Context, item: PlannedService, organisation: Document | None) -> dict[str, object] | None:
        """The newest whole record of a service; None where there is none, or where that cannot be told."""
        if not item.service or Elsewhere(self, context.task_vars).host:
            return None
        named = organisation.data.get("records") if organisation else None
        shared = organisation.path(named) if organisation and isinstance(named, str) else default_folder()
        folder = item.records or context.options["records"] or shared
        try:
            return Records(str(folder), item.service, item.entry.environment).newest(whole=True)
        except NotWritten:
            return None

    def _organisation(self, context: Context) -> Document | None:
        """The organisation's file; None where there is none or it cannot be used."""
        try:
            return context.organisation()
        except (Refused, AnsibleError):
            return None

    def _mode(self, context: Context, organisation: Document | None) -> str:
        """The mode for a service whose own files cannot be read."""
        if context.options["mode"] or organisation is None:
            return str(context.options["mode"] or "observe")
        try:
            return mode_for_all(organisation, context.options["environment"])
        except NotResolved:  # every service is refused for it, and says so
            return "observe"

    def _publish(
        self,
        context: Context,
        planned: list[PlannedService],
        organisation: Document | None,
        variables: dict[str, object],
        made: Summary,
        records: dict[tuple[str, str], dict[str, object]],
    ) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
        options = context.options
        named = targets_of(organisation) if organisation else Targets()
        defaults = organisation.data.get("defaults") if organisation else None
        named = named.with_default("language", defaults.get("language") if isinstance(defaults, dict) else None)
        shared = named.usable
        folder = options["textfile_directory"] or options["publish"].get("textfile_directory") or shared.get("textfile_directory")
        gateway = options["pushgateway"] or options["publish"].get("pushgateway") or shared.get("pushgateway")
        language = str(options["language"] or shared.get("language") or "") or None
        names = sorted({(item.service, item.entry.environment) for item in planned if item.service})
        away = Elsewhere(self, variables)

        def to_textfile() -> str:
            return textfile.write_file(str(folder), expected.filename(options["name"]), expected.exposition(names), away.write)

        def to_pushgateway() -> str:
            labels = (("job", expected.JOB), ("portfolio", options["name"]))
            return Pushgateway(Connection.from_args(as_dict(gateway))).replace(expected.exposition(names), *labels)

        def to_report() -> str:
            now = dt.datetime.now(dt.timezone.utc)
            if problem := not_told(language):
                self._display.warning(fit(problem))
            text = portfolio_report.render(
                to_json(made), records, name=options["name"], now=now, version=collection_version(), language=language
            )
            return (away.write or write)(str(options["report"]), text.encode("utf-8", "replace"))

        targets = [("report", options["report"], to_report)]
        if not options["from_records"]:  # which services are expected is what a run says
            targets += [("textfile", folder, to_textfile), ("pushgateway", gateway, to_pushgateway)]
        asked_for = {"textfile_directory": folder, "pushgateway": gateway, "language": language}
        failed = [{"target": name, "message": why} for name, why in named.unusable.items() if name in asked_for and not asked_for[name]]
        written = []
        for target, asked, make_it in targets:
            if not asked or self._task.check_mode:
                continue
            try:
                written.append({"target": target, "place": make_it()})
            except PublishFailure as exc:
                failed.append({"target": target, "message": str(exc)})
        return written, failed


def _standing(record: dict[str, object]) -> dict[str, object]:
    """A record whose judgement is that over all phases, where it has one; it stops nothing."""
    state = record.get("state")
    if not isinstance(state, dict):
        return record
    return {**record, "judgement": {**as_dict(record.get("judgement")), **state}}
