# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the actions have in common: their options, the user's files with templates resolved, the plan. PRIVATE to the collection."""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import datetime as dt
import functools
import hashlib
import json
import os
import pathlib
import typing as t

import yaml
from ansible import constants
from ansible.errors import AnsibleActionFail, AnsibleError
from ansible.module_utils.common.validation import check_type_dict

from ...module_utils._argspec import PHASES
from ...module_utils._files import NotWritten, read_within
from ...module_utils._phrase import Message
from ...module_utils._plan_spec import REGISTER_FILES
from .._described.approvals import FOLDER
from .._described.concern import concerning
from .._described.document import Document, FastLoader, Refused, build, dotted, plain
from .._described.salvage import usable
from .._described.service import Description, Inventory, Run, Started
from .._described.templates import Beyond
from .._model import emergency as _emergency_value
from .._model.masked import without_logins
from .._model.plain import from_plain, to_plain
from .._model.planned import Plan, PlannedCheck
from .._model.service_state import Known
from .._model.text import first_line, fit
from .._planning import batch as _batch
from .._planning import connection_parameters
from .._planning import plan as _plan
from .._planning.other_files import Places
from .._planning.places import refused_writes
from .._planning.remembered import held_against
from .._promises import debt as _debt
from .._promises import ledger as _ledger
from .._promises import reuse as _reuse
from .._promises.versions import Recalled, recalled
from .._recording import memory as _memory
from .._recording.delegated_host import Elsewhere
from .._recording.remote_store import RemoteFolder
from .._recording.run_record import Records, Unreadable, default_folder
from .._running import four_eyes
from .._running.foreign_modules import acts_here, module_problem
from .._running.host_patterns import HostPatterns, NotAPattern, is_more_than_names, refuse_unfit
from .._running.spool import Spool
from . import play_variables, resolving
from .given_files import content, digest_of, load, locate, read_debt, shown
from .parameters import NEEDED, parameters
from .shared_plans import Shared, SharedPlans
from .source import source_of

# whether a task stops its play is not for a variable to say, whoever starts the run can set any; nor where the register of a plan goes
OF_THE_TASK = ("fail", *REGISTER_FILES)


@dataclasses.dataclass
class Context:
    """One action's view of one service.

    Documents with templates are resolved anew for each host whose variables are asked for; those without are the same for all. What is
    planned from the same documents in the same run of Ansible is planned once.
    """

    action: t.Any  # ActionBase
    task_vars: dict[str, t.Any]
    options: dict[str, t.Any]
    anew: bool = False  # what is remembered of the service is read, whatever others of this run have read
    refused: t.Mapping[str, str] = dataclasses.field(default_factory=dict)  # parameters of the run that cannot be used, with the reason
    left_out: t.Sequence[str] = ()  # those of them that have no part in a verdict, for a warning
    _versions: dict[str, Recalled] = dataclasses.field(default_factory=dict)
    _plans: dict[str, Plan] = dataclasses.field(default_factory=dict)
    _descriptions: dict[str, Description] = dataclasses.field(default_factory=dict)
    _texts: dict[str, str] = dataclasses.field(default_factory=dict)
    _parsed: dict[str, t.Any] = dataclasses.field(default_factory=dict)
    _fixed: dict[str, Document] = dataclasses.field(default_factory=dict)
    _resolutions: dict[tuple[str, str], t.Any] = dataclasses.field(default_factory=dict)
    _beyond: dict[str, tuple[Beyond, ...]] = dataclasses.field(default_factory=dict)
    _addresses: dict[str, list[str]] = dataclasses.field(default_factory=dict)
    _debts: dict[str, Document | None] = dataclasses.field(default_factory=dict)
    _memories: dict[str, _memory.Remembered] = dataclasses.field(default_factory=dict)

    # -- the service, the run

    def description(self, host: str | None = None) -> Description:
        """The service as its files describe it with the variables of ``host`` (the task's own without one). Refused."""
        host = self._other(host)
        if host not in self._descriptions:
            self._descriptions[host] = self._description(host)
        return self._descriptions[host]

    def _description(self, host: str) -> Description:
        service = self._document(self.options["service_file"], "service", host)
        self._refuse_patterns(service)
        organisation, told = self._concerning(service, host)
        inventory = Inventory(self._hosts_of, self._addresses_of, module_problem, acts_here, os.path.realpath, self._led_elsewhere)
        beyond = self._beyond.get(self._text(self.options["service_file"], "service")[0], ())
        approvals = tuple(self._document(name, schema, host) for name, schema in self._sources() if schema == "approvals")
        described = Description(service, organisation, self.run(), inventory, approvals=approvals, beyond=beyond, notices=tuple(told))
        if problems := refused_writes(described):  # nor is anything read there
            raise Refused(problems)
        seconds = four_eyes.IN_A_HURRY if self.emergency else four_eyes.SECONDS
        brought = four_eyes.look(organisation, approvals, described.name, seconds=seconds) if organisation else None
        return dataclasses.replace(described, debt=self._debt(service, organisation), brought=brought)

    def _concerning(self, service: Document, host: str) -> tuple[Document | None, list[Message]]:
        """The organisation file as it concerns the service, and what is told of what is wrong in it and does not. Refused."""
        organisation = self.organisation(host)
        if organisation is None:
            return None, []
        return concerning(organisation, str(service.of_service["service"]["name"]), self.options["environment"])

    def _sources(self) -> list[tuple[str, str]]:
        """The files that a plan is made of, each with its schema, but for the debt. Refused."""
        named = [(str(self.options[f"{schema}_file"]), schema) for schema in ("service", "organisation") if self.options[f"{schema}_file"]]
        organisation = self.options["organisation_file"]
        folder = pathlib.Path(self._text(organisation, "organisation")[0]).parent / FOLDER if organisation else None
        return [*named, *((path, "approvals") for path in (_yaml_files(folder) if folder else ()))]

    def organisation(self, host: str = "") -> Document | None:
        """The organisation file, where one is named, with the variables of a host. Refused."""
        name = self.options["organisation_file"]
        return self._document(name, "organisation", host) if name else None

    def usable(self, schema: str) -> Document | None:
        """A file that is refused, as far as it can be read. Refused, where it is not there at all."""
        name = self.options[f"{schema}_file"]
        if not name:
            return None
        path = locate(self.action._loader, name)
        if path is None:
            raise Refused([f"the {schema} file {name} does not exist"])
        text = read_within(path).decode("utf-8", "replace")
        # nobody has judged the templates of a service file that is refused: beside an organisation file they stay texts
        trusted = schema == "organisation" or not self.options["organisation_file"]
        resolve = resolving.by_ansible(self.templar(None)) if trusted else None
        return usable(text, shown(path), schema, resolve=resolve, folder=pathlib.Path(path).parent)

    @functools.cached_property
    def emergency(self) -> _emergency_value.Emergency | None:
        return without_logins(_emergency_value.of(self.options, self.task_vars))

    def locate_service_file(self) -> str | None:
        return locate(self.action._loader, self.options["service_file"])

    def _debt_path(self, service: Document, organisation: Document | None) -> pathlib.Path:
        return pathlib.Path(self.options.get("debt_file") or _debt.file_of(service, organisation)[0])

    def _debt(self, service: Document, organisation: Document | None) -> Document | None:
        """The debt file of the service, where there is one. It is data: no template is resolved in it."""
        path = self._debt_path(service, organisation)
        if str(path) not in self._debts:
            self._debts[str(path)] = read_debt(path)
        return self._debts[str(path)]

    def run(self) -> Run:
        """The parameters of this run. Refused."""
        problem = _ledger.refusal(self.options)
        if problem:
            raise Refused([problem])
        names = ("phase", "environment", "version", "deployment_id", "ticket", "window", "first_deployment", "mode", "scope", "settle")
        given = {name: self.options[name] for name in names if self.options[name] is not None}
        return Run(
            **given,
            emergency=self.emergency is not None,
            today=dt.datetime.now(dt.timezone.utc).date().isoformat(),
            started=self._started,
        )

    @functools.cached_property
    def _started(self) -> Started:
        return play_variables.started(self.action._task, self.task_vars, self.options.get("records"), self._targets())

    def _targets(self) -> dict[str, object]:
        """Where the command line says that results go."""
        given = play_variables.extra(self.task_vars).get("readiness_publish")
        try:
            said = check_type_dict(plain(self.action._templar.template(given))) if given else {}
        except (AnsibleError, TypeError):  # whoever publishes says what is wrong with it
            return {}
        return {str(name): value for name, value in said.items()}

    def remembered(self, *plans: Plan) -> tuple[Plan, ...]:
        """Plans of the service, held against what its records remember; as they are where nothing can be read. Refused."""
        run = self.run()
        if run.emergency:
            return plans
        try:
            state = self._known_in(self.records(plans[0])).state
        except NotWritten:  # the gate says what is wrong with it
            return plans
        organisation, groups = self.description().organisation, self.task_vars.get("groups", {})
        shared = self.options["organisation_file"]
        lie = Places(source_of(locate(self.action._loader, shared)) if shared else "", source_of(self.locate_service_file()))
        return tuple(held_against(plan, organisation, run, state, groups, lie) for plan in plans)

    def plan(self, host: str | None = None, *, phase: str | None = "") -> Plan:
        """The plan of this run's phase (of all phases: None). Refused."""
        if self.refused:
            raise Refused(list(self.refused.values()))
        wanted = self.options["phase"] if phase == "" else phase
        key = self._plan_key(host, wanted)
        if key not in self._plans:
            shared = SharedPlans(constants.DEFAULT_LOCAL_TMP)
            self._plans[key] = shared.get(key, self._holds, lambda: self._make_plan(host, wanted))
        return self._plans[key]

    def _make_plan(self, host: str | None, phase: str | None) -> Shared:
        description = self.description(host)
        known = self._remembered(description.name, _plan.records_of(description))
        if known:
            version, run = known.version, description.run
            run = dataclasses.replace(run, version=version, remembered=version is not None, let_pass=known.let_pass)
            description = dataclasses.replace(description, run=run)
        made = _plan.make(description, _plan.make_policy(description.service, description.organisation), phase=phase)
        if self.options["scope"] == "batch" and phase is not None:
            hosts = self._batch()
            made = _batch.narrowed(made, hosts, lambda: {address for one in hosts for address in self._addresses_of(one)})
        debt = self._debt_path(description.service, description.organisation)
        return Shared(made, dict(self._addresses), (str(debt), digest_of(debt)), self._task_id(), known)

    def _remembered(self, name: str, folder: str | None) -> Recalled | None:
        """The version that the service's deployments tell, where a run in service names none; the same for all of a run of Ansible."""
        if self.options["version"] or self.options["phase"] != "recheck" or self.emergency:
            return None
        if name not in self._versions:
            spool = self._spool(name, self.options["scope"])
            kept = None if self.anew else spool.remembered()
            if kept is None:
                kept = to_plain(self._recalled(name, folder))
                spool.keep_remembered(kept)
            self._versions[name] = from_plain(Recalled, kept)
        return self._versions[name]

    def _recalled(self, name: str, folder: str | None) -> Recalled:
        try:
            records = self._records_in(name, folder)
            known = self._known_in(records)
            ledger, _trouble = _memory.ledger(records, known.head, known.state.deployments)
            return recalled(ledger, known.state)
        except (Refused, Unreadable, NotWritten, ValueError, TypeError):  # the gate says what is wrong with them
            return Recalled()

    def _plan_key(self, host: str | None, phase: str | None) -> str:
        """Of all that a plan depends on, but for what ``_holds`` looks at. Refused."""
        documents: list[t.Any] = []
        for name, schema in self._sources():
            path, text = self._text(name, schema)
            documents.append([path, hashlib.sha256(text.encode()).hexdigest()])
            if not self._is_fixed(path):
                documents[-1].append(self._resolved(path, name, schema, host))
        run = self.run()
        inventory = sorted((str(group), [str(one) for one in hosts]) for group, hosts in self.task_vars.get("groups", {}).items())
        batch = self._batch() if run.scope == "batch" and phase is not None else None
        everything = [phase, dataclasses.asdict(run), documents, self.options.get("debt_file"), inventory, batch]
        return hashlib.sha256(json.dumps(everything, sort_keys=True, default=repr).encode()).hexdigest()

    def _holds(self, shared: Shared) -> Shared | None:
        """The shared plan, where the debt file and the hosts' addresses are still those with which it was made."""
        if shared.remembered != self._remembered(shared.plan.name, shared.plan.records):
            return None
        if shared.debt[1] != digest_of(pathlib.Path(shared.debt[0])):
            return None
        if shared.task == self._task_id():  # nothing can set a variable in the middle of a task
            return shared
        if any(self._addresses_of(host) != list(known) for host, known in shared.addresses.items()):
            return None
        return dataclasses.replace(shared, task=self._task_id())

    def _task_id(self) -> str:
        batch = [str(host) for host in self.task_vars.get("ansible_play_batch", [])]
        return hashlib.sha256(json.dumps([str(getattr(self.action._task, "_uuid", id(self))), batch]).encode()).hexdigest()

    def _batch(self) -> list[str]:
        """The hosts of the play's batch of this task's host."""
        variables, play = self.task_vars, self.action._task.get_play()
        there, everyone = ([str(host) for host in variables[name]] for name in ("ansible_play_batch", "ansible_play_hosts_all"))
        return _batch.batch_of(str(variables["inventory_hostname"]), everyone, play.serial, play.order, there)

    def service_plan(self, *, phase: str | None = "") -> Plan:
        """The plan with the variables of the first host of the service: the one that all agree on. Refused."""
        return self.plan(self._first_host(), phase=phase)

    def _first_host(self) -> str | None:
        """The first host of the service, where the files are not the same for all of them. Refused."""
        if self._is_same_for_all_hosts():
            return None
        path, _content = self._text(self.options["service_file"], "service")
        said = self._resolved(path, self.options["service_file"], "service", None)
        service = said.get("service") if isinstance(said, dict) else None
        pattern = service.get("hosts") if isinstance(service, dict) else None
        if not isinstance(pattern, str):  # none, or it is wrong: the description says so
            pattern = self.description().data["service"].get("hosts")
        try:
            hosts = self._hosts_of(str(pattern)) if pattern else []
        except Refused:
            self.description()  # says where it stands
            raise
        return hosts[0] if hosts else None

    def _other(self, host: str | None) -> str:
        """Empty for the task's own host, whose variables need no preparation."""
        return "" if host in (None, self.task_vars.get("inventory_hostname")) else str(host)

    # -- places

    def spool(self, plan: Plan) -> Spool:
        return self._spool(plan.name, plan.scope)

    def _spool(self, name: str, scope: str) -> Spool:
        return Spool(constants.DEFAULT_LOCAL_TMP, name, self.options["environment"], self.options["phase"], scope)

    def records(self, plan: Plan) -> Records:
        """The records of the service: on this machine, or on the host that the task is delegated to."""
        return self._records_in(plan.name, plan.records, plan.records_mode)

    def _records_in(self, name: str, named: str | None, mode: str = "0600") -> Records:
        folder = self.options["records"] or named
        away = Elsewhere(self.action, self.task_vars)
        permissions = int(mode, 8)

        def waiting(sentence: str) -> None:
            self.action._display.display(sentence)

        if not away.host:
            return Records(folder or default_folder(), name, self.options["environment"], mode=permissions, waiting=waiting)
        if not folder:
            raise Refused([f"records: expected the folder of {away.host} where records live (the task is delegated to that host)"])

        def opened(path: str) -> RemoteFolder:
            return RemoteFolder(path, away.call, mode=permissions, below=str(folder), waiting=waiting)

        return Records(folder, name, self.options["environment"], opened)

    def _known_in(self, records: Records) -> _memory.Remembered:
        """What is known of the service, read once in an action; the gate reads anew what it changes. NotWritten."""
        place = str(records.folder)
        if place not in self._memories:
            self._memories[place] = _memory.remembered(records)
        return self._memories[place]

    def still_proven(self, plan: Plan, spool: Spool, *, recall: bool = False) -> dict[str, Known]:
        """What of the service's state stands for a new look in this run: the first who asks decides for all (``recall``: anew).

        What no run record says stands for nothing; the gate says what is wrong with it.
        """
        if self.emergency or plan.phase != "recheck" or not any(item.rule.repeat == _reuse.WHEN_DUE for item in plan.requirements):
            return {}
        known = None if recall else spool.proven()
        if known is not None:
            return {name: from_plain(Known, entry) for name, entry in known.items()}
        try:
            records = self.records(plan)
            state = self._known_in(records).state
            found = _reuse.still_proven(plan, state, dt.datetime.now(dt.timezone.utc))
            return self._keep(_memory.proven(records, found), spool)
        except NotWritten:
            return self._keep({}, spool)

    def _keep(self, proven: dict[str, Known], spool: Spool) -> dict[str, Known]:
        spool.keep_proven({name: to_plain(known) for name, known in proven.items()})
        return proven

    # -- reading

    def _document(self, name: str, schema: str, host: str) -> Document:
        path, text = self._text(name, schema)
        if path in self._fixed:
            return self._fixed[path]
        found = build(
            text,
            shown(path),
            self._data(path, name),
            schema,
            resolve=self._resolver(path, name, schema, host),
            resolved=self._resolutions.get((path, host)),
            folder=pathlib.Path(path).parent,
        )
        if self._is_fixed(path):
            self._fixed[path] = found
        return found

    def _resolver(self, path: str, name: str, schema: str, host: str) -> resolving.Resolve:
        """What resolves the templates of a file with the variables of a host. Refused for what a service's may not do."""
        templar, organisation = self.templar(host or None), self.organisation(host) if schema == "service" else None
        if organisation is None:
            return resolving.by_ansible(templar)
        found, data = self._beyond_of(path, name), self._data(path, name)
        service, environment = resolving.service_name(data), self.options["environment"]
        if found:
            resolving.refuse_without_leave(found, concerning(organisation, service, environment)[0], service, environment)
        return resolving.by_ansible(templar) if found else resolving.in_sandbox(templar)

    def _beyond_of(self, path: str, name: str) -> tuple[Beyond, ...]:
        if path not in self._beyond:
            self._beyond[path] = resolving.beyond(self._data(path, name), self._texts[path], shown(path))
        return self._beyond[path]

    def _resolved(self, path: str, name: str, schema: str, host: str | None) -> t.Any:
        """What stands in a file with the variables of a host; whether it is right, only who plans from it asks. Refused."""
        key = (path, self._other(host))
        if key not in self._resolutions:
            try:
                self._resolutions[key] = plain(self._data(path, name), self._resolver(path, name, schema, key[1]))
            except RecursionError:  # an alias that refers to what it stands in
                self._resolutions[key] = self.description(host).data
        return self._resolutions[key]

    def _text(self, name: str, schema: str) -> tuple[str, str]:
        """The path of a file, and what stands in it. Refused."""
        loader = self.action._loader
        path = locate(loader, name)
        if path is None:
            raise Refused([f"the {schema} file {name} does not exist (looked beside the playbook and in {os.getcwd()})"])
        if path not in self._texts:
            self._texts[path] = content(loader, path, shown(path))
        return path, self._texts[path]

    def _is_fixed(self, path: str) -> bool:
        """Whether what stands in a file is the same for all hosts: it has no template, and no value that only Ansible can read."""
        return resolving.ANSIBLES.search(self._texts[path]) is None

    def _is_same_for_all_hosts(self) -> bool:
        return all(self._is_fixed(self._text(name, schema)[0]) for name, schema in self._sources())

    def _data(self, path: str, name: str) -> t.Any:
        if path not in self._parsed and self._is_fixed(path):
            with contextlib.suppress(Exception):  # it is told below
                self._parsed[path] = yaml.load(self._texts[path].encode(), Loader=FastLoader)
        if path not in self._parsed:
            self._parsed[path] = load(self.action._loader, path, shown(path))
        return self._parsed[path]

    def templar(self, host: str | None) -> t.Any:
        """One with the variables of a host; of the task's own without one."""
        if host is None or host == self.task_vars.get("inventory_hostname"):
            return self.action._templar
        own = self.task_vars["hostvars"].raw_get(host)
        variables = {**self.task_vars, **own, "inventory_hostname": host}
        return self.action._templar.copy_with_new_env(available_variables=variables)

    def hosts_to_visit(self, check: PlannedCheck, plan: Plan) -> list[str]:
        """The hosts to which a check of the controller goes: those of its own patterns, else those of the service."""
        patterns = check.args.get("hosts")
        found = [[text] if "://" in text else self._hosts_of(text) or [text] for text in map(str, patterns or [])]
        return list(dict.fromkeys(host for hosts in found for host in hosts)) if patterns else list(plan.expected_hosts)

    @functools.cached_property
    def _patterns(self) -> HostPatterns:
        return HostPatterns(self.action._loader, self.task_vars.get("groups", {}), constants.DEFAULT_LOCAL_TMP)

    def _hosts_of(self, pattern: str) -> list[str]:
        try:
            return self._patterns.hosts(pattern)
        except NotAPattern as exc:
            raise Refused([str(exc)]) from None

    def _refuse_patterns(self, service: Document) -> None:
        """Refused, with their places, for the patterns of hosts of a service file that nobody may give to Ansible, or that do not end."""
        problems = []
        for path, pattern in service.host_patterns():
            try:
                refuse_unfit(pattern)
                if is_more_than_names(pattern):
                    self._hosts_of(pattern)
            except NotAPattern as exc:
                problems.append(f"{service.where(path)}: {dotted(path)}: {exc}")
            except Refused as exc:
                problems += [f"{service.where(path)}: {dotted(path)}: {problem}" for problem in exc.problems]
        if problems:
            raise Refused(problems)

    @functools.cached_property
    def _connecting(self) -> dict[str, object]:
        return play_variables.connecting(self.action._task, self.task_vars)

    def _led_elsewhere(self, host: str) -> list[str]:
        """The parameters of this run by which something else may answer for a host than what the inventory and the play name."""
        if not self._connecting:
            return []
        above = play_variables.said_of_connection(self.action._task, self.task_vars, host)
        templar = self.templar(host)

        def text(value: object) -> str:
            try:
                return str(templar.template(value))
            except AnsibleError:  # it is no value of a connection
                return str(value)

        return connection_parameters.that_lead(
            {name: text(value) for name, value in self._connecting.items()},
            {name: text(value) for name, value in above.items() if name in self._connecting or name == "ansible_connection"},
            python=str(self.task_vars.get("ansible_playbook_python") or ""),
        )

    def _addresses_of(self, host: str) -> list[str]:
        """The names under which a monitoring server may know a host: the address that Ansible uses, its name, the short one."""
        if host not in self._addresses:
            try:
                own = self.task_vars["hostvars"].raw_get(host)
                address = str(self.templar(host).template(own.get("ansible_host", host)))
            except (AnsibleError, KeyError):
                address = host
            self._addresses[host] = list(dict.fromkeys([address, host, host.partition(".")[0]]))
        return self._addresses[host]


def _yaml_files(folder: pathlib.Path) -> list[str]:
    """The files of readiness.d; none where there is no such folder. Refused."""
    found: list[str] = []
    deeper: list[str] = []
    try:
        for name in sorted(os.listdir(folder)):
            if name.startswith("."):
                continue
            path = folder / name
            if path.is_dir():
                deeper += _below(path)
            elif _is_yaml(name):
                found.append(str(path))
    except FileNotFoundError:
        return []
    except OSError as exc:
        raise Refused([f"the folder {shown(str(folder))} cannot be read: {exc.strerror}"]) from None
    if deeper:
        # what is not read may be what somebody states against a service
        raise Refused([f"{shown(one)}: files of {folder.name} lie in the folder itself: move it there" for one in deeper])
    return found


def _below(folder: pathlib.Path) -> list[str]:
    """The YAML files at any depth. OSError."""

    def refused(exc: OSError) -> None:
        raise exc

    return sorted(os.path.join(root, name) for root, _dirs, names in os.walk(folder, onerror=refused) for name in names if _is_yaml(name))


def _is_yaml(name: str) -> bool:
    return name.lower().endswith((".yml", ".yaml")) and not name.startswith(".")


def context_of(action: t.Any, task_vars: dict[str, t.Any], spec: t.Mapping[str, t.Any], aside: t.Collection[str] = ()) -> Context:
    """The context of an action: an option that the task does not set is taken from the variable ``readiness_OPTION``.

    One that cannot be used is a refusal of the input; of those in ``aside``, which have no part in a verdict, it is left out.
    """
    args = copy.copy(action._task.args)
    unresolved: dict[str, str] = {}
    # the emergency first: it tells what to do about the others
    for name in sorted(spec, key=lambda name: name != "emergency"):
        variable = f"readiness_{name}"
        if args.get(name) is None and variable in task_vars and name not in OF_THE_TASK:
            try:
                value = plain(action._templar.template(task_vars[variable]))
            except AnsibleError as exc:
                if not args.get("emergency"):
                    if name in NEEDED:
                        raise
                    unresolved[name] = f"{name} ({variable}): {first_line(exc)}"
                    continue
                action._display.warning(fit(f"{variable} is left out, this is an emergency: {first_line(exc)}"))
                continue
            if value not in (None, ""):
                args[name] = value
    taken = parameters(spec, args)
    if (taken.errors or taken.refused) and args.get("emergency"):
        said = "; ".join([*taken.refused.values(), *taken.errors])
        action._display.warning(fit(f"other options are left out, this is an emergency: {said}"))
        taken = parameters(spec, {key: value for key, value in args.items() if key in _emergency_value.ESSENTIAL})
    if taken.errors:
        raise AnsibleActionFail("; ".join(taken.errors))
    refused = {**unresolved, **taken.refused}
    left_out = [f"left out: {refused.pop(name)}" for name in aside if name in refused]
    options = {**taken.options, **_asked_by_play(action, task_vars, taken.options)}
    context = Context(action, task_vars, options, refused={} if args.get("emergency") else refused, left_out=left_out)
    if context.emergency:
        context.options["settle"] = None
    return context


def _asked_by_play(action: t.Any, task_vars: t.Mapping[str, object], options: t.Mapping[str, object]) -> dict[str, str]:
    """The phase that the play asks for, where the command line says another: a gate before a deployment is not made one of a design."""
    name = "readiness_phase"
    given = play_variables.extra(task_vars).get(name)
    if given is None or options.get("phase") != str(given):
        return {}
    written = play_variables.of_play(action._task).get(name)
    asked = str(given if written is None else action._templar.copy_with_new_env(available_variables={}).template(written))
    if asked == options["phase"] or asked not in PHASES:
        return {}
    action._display.warning(f"{name}={given} of the command line has no effect: the play asks for {asked}")
    return {"phase": asked}


def refuse(exc: Refused, nothing: str = "was verified") -> AnsibleActionFail:
    """The failure of an action for input that was refused: nothing has run."""
    count = len(exc.problems)
    head = f"The input is refused{'' if count == 1 else f' for {count} reasons'}, nothing {nothing}:"
    return AnsibleActionFail("\n".join([head, *(f"  {problem}" for problem in exc.problems)]))


__all__ = ("OF_THE_TASK", "Context", "context_of", "locate", "refuse", "shown")
