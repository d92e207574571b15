# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The arguments of each check, from the description of the service. PRIVATE to the collection. Pure.

A derivation yields Instances, or raises NotDeclared where the description has nothing for it. A check that has none here takes
its arguments from the policy alone: ``{check: command, from: delivery.rollback_check, as: command}``, or ``{check: clock}`` for one
on each host.
"""

from __future__ import annotations

import dataclasses
import glob
import typing as t
from urllib.parse import urljoin, urlsplit

from ...module_utils._argspec import ArgumentsRefused
from ...module_utils._destination import destination
from ...module_utils._hours import WEEK, parse_hours
from ...module_utils._http import public_url
from ...module_utils._registry import CHECKS
from .._described import availability as _availability
from .._described.document import Refused, dotted
from .._described.policy import Proof
from .._described.service import CONNECTION, Description, NotApplicable, NotDeclared, NotDue
from .declared import OF_BACKUP

Steps = tuple[t.Union[str, int], ...]
COMMON_SUITE = "common"  # the name of the smoke suite that ships


@dataclasses.dataclass(frozen=True)
class Instance:
    """One check to plan. ``hosts`` is None for one that the controller runs.

    ``gap``: what is missing in the description, instead of a check.
    """

    check: str
    instance: str
    args: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)
    hosts: tuple[str, ...] | None = None
    run_as: str | None = None
    call: str = "run"
    after: str | None = None  # the call whose observations this one needs: the other half of the check
    path: Steps = ()
    gap: str | None = None


Derivation = t.Callable[[Description], list[Instance]]


def derive(proof: Proof, description: Description) -> list[Instance]:
    """The instances of one way to prove a requirement. NotDeclared, NotApplicable."""
    family = "backup" if proof.check.endswith("_backup") else proof.check
    named = DERIVATIONS.get(f"{family}:{proof.source}") if proof.source else DERIVATIONS.get(family)
    instances = named(description) if named else _generic(proof, description)
    return [
        dataclasses.replace(
            instance,
            args={**(description.default("with", instance.check) or {}), **instance.args, **proof.args},
        )
        for instance in instances
    ]


def _generic(proof: Proof, description: Description) -> list[Instance]:
    entries: list[tuple[Steps, t.Any]] = [((), None)]
    if proof.source:
        value: t.Any = description.data
        steps: Steps = tuple(proof.source.split("."))
        for step in steps:
            value = value.get(step) if isinstance(value, dict) else None
        if not value:
            raise NotDeclared(f"{proof.source} is not declared")
        entries = [((*steps, index), item) for index, item in enumerate(value)] if isinstance(value, list) else [(steps, value)]
    hosts = tuple(description.part_hosts({}, proof.on)) if CHECKS[proof.check] in ("host", "action") or proof.on else None
    out = []
    for steps, item in entries:
        args = dict(item) if isinstance(item, dict) else {proof.option: item} if proof.option and item is not None else {}
        out.append(Instance(proof.check, str(item) if isinstance(item, str) else proof.check, args, hosts, path=steps))
    return out


# -- monitoring


def _scrapes(description: Description) -> list[tuple[str, dict[str, t.Any], dict[str, t.Any], Steps]]:
    found: list[tuple[str, dict[str, t.Any], dict[str, t.Any], Steps]] = [
        (name, part, scrape, ("parts", name, "scrape", index))
        for name, part in description.parts.items()
        for index, scrape in enumerate(part.get("scrape") or [])
    ]
    if not found:
        raise NotDeclared("no part says how it is scraped (parts.NAME.scrape)")
    return found


def _targets(description: Description) -> list[Instance]:
    out = []
    for name, part, scrape, steps in _scrapes(description):
        job = {"job": scrape["job"]} if scrape.get("job") else {}
        expect = [
            {**job, "addresses": description.inventory.addresses_of(host), "port": scrape["port"]} for host in description.part_hosts(part)
        ]
        args = {**description.connection("prometheus", scrape.get("using")), "expect": expect, "min_up": len(expect)}
        out.append(Instance("prometheus_targets", scrape.get("job") or f"{name}:{scrape['port']}", args, path=steps))
    return out


def _metrics(description: Description) -> list[Instance]:
    out = []
    for name, part, scrape, steps in _scrapes(description):
        for host in description.part_hosts(part):
            address = description.inventory.addresses_of(host)[0]
            where = f"[{address}]" if ":" in address else address
            url = f"{scrape.get('scheme', 'http')}://{where}:{scrape['port']}/{str(scrape.get('path', 'metrics')).lstrip('/')}"
            args = {"url": url, **{key: scrape[key] for key in ("families", "moving") if scrape.get(key)}}
            out.append(Instance("metrics_endpoint", scrape.get("job") or f"{name}:{scrape['port']}", args, (host,), path=steps))
    return out


def _alerts(description: Description) -> dict[str, t.Any]:
    alerts = description.data.get("alerts") or {}
    if not (alerts.get("match") or alerts.get("must_include")):
        raise NotDeclared("alerts is not declared: neither 'match' nor 'must_include' says which alerts are the service's")
    return dict(alerts)


def _alert_rules(description: Description) -> list[Instance]:
    alerts = _alerts(description)
    args = _alert_args(description, alerts, "match", "must_include")
    return [Instance("prometheus_alerts", description.name, args, path=("alerts",))]


def _alert_args(description: Description, alerts: t.Mapping[str, t.Any], *more: str) -> dict[str, t.Any]:
    args = description.connection("prometheus", alerts.get("using"))
    for key in (*more, "required_labels", "required_annotations", "may_be_absent", "lookback"):
        value = alerts.get(key, description.default("alerts", key))
        if value is not None:
            args[key] = value
    return args


def _label_sets(description: Description) -> list[dict[str, str]]:
    alerts = _alerts(description)
    shared = {**(description.default("alerts", "labels") or {}), **(alerts.get("match") or {}), **(alerts.get("labels") or {})}
    base = {str(key): str(value) for key, value in shared.items()}
    return [{"alertname": str(name), **base} for name in alerts.get("must_include") or []] or [base]


# -- availability


def _availability_of(description: Description) -> tuple[dict[str, t.Any], dict[str, t.Any]]:
    """What the service file says of it, and the options that reach its Prometheus."""
    declared = description.data.get("availability") or {}
    if not declared.get("series"):
        raise NotDeclared("availability.series is not declared: which series says that the service is available?")
    return declared, description.connection("prometheus", declared.get("using"))


def _open_hours(description: Description, declared: t.Mapping[str, t.Any]) -> str | None:
    """The series of the hours of use; None for a service that is used at all times."""
    if declared.get("open_hours"):
        return str(declared["open_hours"])
    if len(parse_hours(str(description.commitment("hours") or "")) or ()) < WEEK:
        raise NotDeclared(
            "availability.open_hours is not declared: which series says when the service is in use? (or commitments.hours: 24x7)"
        )
    return None


def _available_now(description: Description) -> list[Instance]:
    declared, args = _availability_of(description)
    args = {**args, "query": declared["series"], "name": "availability", "pass_when": "== 1"}
    return [Instance("prometheus_query", "availability", args, path=("availability", "series"))]


def _unavailability(description: Description) -> list[Instance]:
    declared, args = _availability_of(description)
    series, window, hours = declared["series"], str(declared.get("window", "30d")), _open_hours(description, declared)
    args.update(
        query=_availability.unavailability(series, hours, window),
        coverage_query=_availability.coverage(series, hours, window),
        name="unavailability",
    )
    return [Instance("prometheus_query", f"unavailability over {window}", args, path=("availability", "series"))]


def _error_budget(description: Description) -> list[Instance]:
    declared, args = _availability_of(description)
    promised = description.commitment("availability")
    if promised is None:
        raise NotDeclared("commitments.availability is not declared: how much may it be unavailable?")
    if promised >= 1:
        raise NotDeclared("commitments.availability is 1: that leaves no error budget to look at")
    series, window, hours = declared["series"], str(declared.get("window", "30d")), _open_hours(description, declared)
    args.update(
        query=_availability.budget_left(series, hours, window, promised),
        coverage_query=_availability.coverage(series, hours, window),
        name="error budget left",
    )
    return [Instance("prometheus_query", f"error budget over {window}", args, path=("availability", "series"))]


def _deployed_version(description: Description) -> list[Instance]:
    delivery = description.data.get("delivery") or {}
    if not delivery.get("version_series"):
        raise NotDeclared("delivery.version_series is not declared: which series has the version in a label?")
    steps: Steps = ("delivery", "version_series")
    wanted = description.run.version
    if wanted is None:
        gap = "the version that should run is not given (readiness_version)"
        return [Instance("prometheus_query", "version", path=steps, gap=gap)]
    query = _availability.share_of_version(str(delivery["version_series"]), str(delivery.get("version_label", "version")), wanted)
    args = {**description.connection("prometheus"), "query": query, "name": f"instances of version {wanted}", "pass_when": ">= 100%"}
    return [Instance("prometheus_query", f"version {wanted}", args, path=steps)]


def _routes(description: Description) -> list[Instance]:
    receivers = (description.data.get("alerts") or {}).get("receivers") or description.default("alerts", "receivers")
    labels = _label_sets(description)
    if not receivers:
        raise NotDeclared("alerts.receivers is not declared: who must be told?")
    args = {**description.connection("alertmanager"), "labels": labels, "receivers": receivers}
    return [Instance("alertmanager_route", description.name, args, path=("alerts",))]


def _silences(description: Description) -> list[Instance]:
    args = {**description.connection("alertmanager"), "labels": _label_sets(description)}
    if description.run.window.get("end"):
        args["window_end"] = description.run.window["end"]
    return [Instance("alertmanager_silences", description.name, args, path=("alerts",))]


# -- endpoints

_PROBE = ("method", "body", "body_pattern", "not_body", "json", "max_latency", "percentile", "samples", "follow_redirects")


def _endpoints(description: Description) -> list[tuple[int, dict[str, t.Any]]]:
    found = [(index, endpoint) for index, endpoint in enumerate(description.data.get("endpoints") or []) if endpoint.get("url")]
    if not found:
        raise NotDeclared("no endpoint with a url is declared (endpoints)")
    return found


def _address(text: str, key: str, description: Description, steps: Steps) -> tuple[str, str, int | None]:
    """Scheme, host and port of a URL or of HOST:PORT. Refused."""
    try:
        parts = urlsplit(text if key == "url" else f"//{text}")
        if parts.hostname:
            return parts.scheme, parts.hostname, parts.port
    except ValueError:
        pass
    wanted = "an address such as https://payments.example/health" if key == "url" else "HOST:PORT"
    raise Refused([f"{description.service.where((*steps, key))}: {dotted((*steps, key))}: '{public_url(text)}' is not {wanted}"])


def _asked_from(description: Description, endpoint: t.Mapping[str, t.Any]) -> tuple[str, ...] | None:
    asker = endpoint.get("from")
    return None if asker in (None, "controller") else tuple(description.part_hosts({}, str(asker)))


def _probes(description: Description) -> list[Instance]:
    out = []
    for index, endpoint in _endpoints(description):
        steps: Steps = ("endpoints", index)
        _address(str(endpoint["url"]), "url", description, steps)
        args = {key: endpoint[key] for key in (*_PROBE, *CONNECTION) if endpoint.get(key) is not None}
        if endpoint.get("status") is not None:
            args["status"] = endpoint["status"] if isinstance(endpoint["status"], list) else [endpoint["status"]]
        # a name goes into records and reports: no password, no query
        out.append(Instance("http_probe", public_url(str(endpoint["url"])), args, _asked_from(description, endpoint), path=steps))
    return out


def _versions(description: Description) -> list[Instance]:
    out = []
    for index, endpoint in _endpoints(description):
        version = endpoint.get("version")
        if not version:
            continue
        wanted = description.run.version
        steps: Steps = ("endpoints", index, "version")
        _address(str(endpoint["url"]), "url", description, ("endpoints", index))
        url = urljoin(str(endpoint["url"]), str(version.get("url", "")))
        name = public_url(url)
        if wanted is None:
            out.append(Instance("http_probe", name, path=steps, gap="the version that should answer is not given (readiness_version)"))
            continue
        args = {key: endpoint[key] for key in CONNECTION if endpoint.get(key) is not None}
        args["url"] = url
        if version.get("json"):
            args["json"] = {version["json"]: wanted}
        else:
            args["body"] = str(version.get("body", "{version}")).replace("{version}", wanted)
        out.append(Instance("http_probe", name, args, _asked_from(description, endpoint), path=steps))
    if not out:
        raise NotDeclared("no endpoint tells its version (endpoints.N.version)")
    return out


def _certificates(description: Description) -> list[Instance]:
    out = []
    for index, endpoint in enumerate(description.data.get("endpoints") or []):
        steps: Steps = ("endpoints", index)
        options = {
            key: endpoint[key]
            for key in ("ca_path", "validate_certs", "min_days", "server_name", "starttls")
            if endpoint.get(key) is not None
        }
        key = "url" if endpoint.get("url") else "tls"
        if not endpoint.get(key):
            continue
        scheme, host, port = _address(str(endpoint[key]), key, description, steps)
        if key == "url" and scheme != "https":
            continue
        args = {"host": host, "port": port or 443, **options}
        out.append(Instance("tls_certificate", f"{host}:{args['port']}", args, _asked_from(description, endpoint), path=steps))
    for name, part in description.parts.items():
        for index, file in enumerate(part.get("certificates") or []):
            hosts = tuple(description.part_hosts(part))
            out.append(
                Instance("tls_certificate", file, {"path": file}, hosts, part.get("run_as"), path=("parts", name, "certificates", index))
            )
    if not out:
        raise NotDeclared("no https endpoint, TLS server or certificate file is declared")
    seen: dict[tuple[str, t.Any], Instance] = {}
    for instance in out:
        seen.setdefault((instance.instance, instance.hosts), instance)
    return list(seen.values())


# -- logs


def _logs(description: Description) -> list[tuple[str, dict[str, t.Any], dict[str, t.Any], Steps]]:
    found: list[tuple[str, dict[str, t.Any], dict[str, t.Any], Steps]] = [
        (name, part, log, ("parts", name, "logs", index))
        for name, part in description.parts.items()
        for index, log in enumerate(part.get("logs") or [])
    ]
    if not found:
        raise NotDeclared("no part declares its logs (parts.NAME.logs)")
    return found


def _log_name(log: t.Mapping[str, t.Any]) -> str:
    return str(log.get("file") or log.get("journald") or log.get("syslog") or "log")


def _canaries(description: Description) -> list[Instance]:
    out = []
    for _name, part, log, steps in _logs(description):
        if log.get("canary") == "never":
            continue
        using = log.get("using") or description.default("logs")
        _server, store = description.server(("file", "journald"), using)
        via = "file" if log.get("file") else "journald" if log.get("journald") else "syslog"
        writes = {
            "via": via,
            "backend": store["kind"],
            **{key: log[key] for key in ("format", "fields", "template", "socket") if log.get(key)},
        }
        if via == "file":
            writes["path"] = log["file"]
        if log.get("syslog") or log.get("journald"):
            writes["tag"] = log.get("syslog") or log["journald"].removesuffix(".service")
        writes.update({"search": store["search"]} if store.get("search") else {})
        writes.update({"deadline": log["deadline"]} if log.get("deadline") else {})
        finds = {key: value for key, value in writes.items() if key in ("backend", "tag", "search", "deadline")}
        hosts = tuple(description.part_hosts(part))
        looking = tuple(description.part_hosts({}, store["on"])) if store.get("on") else None
        run_as = log.get("run_as") or part.get("run_as")
        out.append(Instance("log_canary", _log_name(log), writes, hosts, run_as, call="write", path=steps))
        out.append(Instance("log_canary", _log_name(log), finds, looking, call="find", after="write", path=steps))
    if not out:
        raise NotDeclared("every log refuses its canary line (canary: never), and no weaker proof is declared")
    return out


def _rotations(description: Description) -> list[Instance]:
    out = []
    for _name, part, log, steps in _logs(description):
        if log.get("file"):
            args = {"path": log["file"], "rotated_by": log.get("rotated_by", "logrotate")}
        elif log.get("journald"):
            args = {"journald": True, "rotated_by": "journald"}
        else:
            continue
        args.update({key: log[key] for key in ("max_size", "max_age", "logrotate_config", "logrotate_state") if log.get(key)})
        out.append(Instance("log_rotation", _log_name(log), args, tuple(description.part_hosts(part)), log.get("run_as"), path=steps))
    if not out:
        raise NotDeclared("no part declares a log file or a journal (parts.NAME.logs)")
    return out


# -- backups

_PLACES = ("repository", "path", "pattern", "on")  # what tells one place of a backup from another


def _backup_entries(description: Description) -> list[tuple[dict[str, t.Any], dict[str, t.Any], Steps]]:
    found: list[tuple[dict[str, t.Any], dict[str, t.Any], Steps]] = [
        (part, backup, ("parts", name, "backups", index))
        for name, part in description.parts.items()
        for index, backup in enumerate(part.get("backups") or [])
    ]
    if not found:
        raise NotDeclared("no part declares its backups (parts.NAME.backups); a service without data says so (traits: {data: false})")
    return found


def _backup_name(backup: t.Mapping[str, t.Any]) -> str:
    paths = backup.get("paths") or backup.get("pattern") or backup.get("path") or backup.get("repository") or backup["tool"]
    return ", ".join(str(path) for path in paths) if isinstance(paths, list) else str(paths)


def _backups(description: Description) -> list[Instance]:
    return [_backup(description, part, backup, _backup_name(backup), steps) for part, backup, steps in _backup_entries(description)]


def _backup(description: Description, part: t.Mapping[str, t.Any], backup: t.Mapping[str, t.Any], name: str, steps: Steps) -> Instance:
    check = f"{backup['tool']}_backup"
    if check not in CHECKS:
        tools = sorted(known.removesuffix("_backup") for known in CHECKS if known.endswith("_backup"))
        raise NotDeclared(f"there is no check for backups of '{backup['tool']}'; known: {', '.join(tools)}")
    age = backup.get("max_age") or backup.get("rpo") or description.commitment("rpo", "pdma")
    if age is None:
        return Instance(check, name, path=steps, gap="neither the backup nor commitments.rpo says how old it may be")
    args = {key: value for key, value in backup.items() if key not in OF_BACKUP}
    args["max_age"] = age
    if isinstance(args.get("pattern"), str):
        args["pattern"] = [args["pattern"]]
    hosts = tuple(description.part_hosts(part, backup.get("on")))
    return Instance(check, name, args, hosts, backup.get("run_as") or part.get("run_as"), path=steps)


def _second_copies(description: Description) -> list[Instance]:
    entries = _backup_entries(description)
    if not any(backup.get("second_copy") for _part, backup, _steps in entries):
        raise NotDeclared("no backup says where its second copy is (parts.NAME.backups.N.second_copy)")
    out = []
    for part, backup, steps in entries:
        name = f"second copy of {_backup_name(backup)}"
        second = backup.get("second_copy")
        if not second:
            gap = f"nothing says where the {name} is (second_copy)"
            out.append(Instance(f"{backup['tool']}_backup", name, path=steps, gap=gap))
            continue
        # another tool's options are its own; the same tool's are those of the first copy, but for what is said anew
        same = second.get("tool", backup["tool"]) == backup["tool"]
        merged = {**(backup if same else {key: backup[key] for key in ("rpo", "max_age") if backup.get(key)}), **second}
        if same and all(merged.get(key) == backup.get(key) for key in _PLACES):
            place = description.service.where((*steps, "second_copy"))
            raise Refused([f"{place}: {dotted((*steps, 'second_copy'))}: it names no other place; expected another {' or '.join(_PLACES)}"])
        out.append(_backup(description, part, merged, name, (*steps, "second_copy")))
    return out


def _backup_alerts(description: Description) -> list[Instance]:
    alerts = description.data.get("alerts") or {}
    entries = _backup_entries(description)
    if not any(backup.get("alert") for _part, backup, _steps in entries):
        raise NotDeclared("no backup names the alert that its failure raises (parts.NAME.backups.N.alert)")
    args = _alert_args(description, alerts)
    out = []
    for _part, backup, steps in entries:
        name = _backup_name(backup)
        if not backup.get("alert"):
            gap = f"nothing names the alert that a failing backup of {name} raises (alert)"
            out.append(Instance("prometheus_alerts", name, path=steps, gap=gap))
            continue
        out.append(Instance("prometheus_alerts", str(backup["alert"]), {**args, "must_include": [backup["alert"]]}, path=(*steps, "alert")))
    return out


def _schedules(description: Description) -> list[Instance]:
    out = []
    for part, backup, steps in _backup_entries(description):
        schedule = backup.get("scheduled_by")
        name = _backup_name(backup)
        if not schedule:
            out.append(Instance("scheduled_job", name, path=steps, gap=f"nothing says what runs the backup of {name} (scheduled_by)"))
            continue
        args = {key: value for key, value in schedule.items() if key != "on"}
        hosts = tuple(description.part_hosts(part, schedule.get("on") or backup.get("on")))
        out.append(Instance("scheduled_job", str(schedule.get("timer") or name), args, hosts, path=(*steps, "scheduled_by")))
    return out


# -- documents, support, platform


def _runbook(description: Description) -> list[Instance]:
    declared = (description.data.get("documents") or {}).get("runbook")
    if not declared:
        raise NotDeclared("documents.runbook is not declared")
    given = dict(declared) if isinstance(declared, dict) else {"url" if "://" in str(declared) else "path": declared}
    args = {**(description.default("runbook") or {}), **given}
    if args.get("path"):
        args["path"] = description.path(str(args["path"]))
    name = str(given["path"]) if given.get("path") else public_url(str(given.get("url")))
    return [Instance("runbook", name, args, path=("documents", "runbook"))]


def _support(description: Description) -> list[Instance]:
    if not description.parts:
        raise NotDeclared("no part is declared (parts), so no support chain either")
    chains = dict(description.shared("chains"))
    components: dict[str, t.Any] = {}
    for name, part in description.parts.items():
        support = part.get("support")
        if isinstance(support, list):
            chains[f"of part {name}"] = support
            support = f"of part {name}"
        components[name] = support
    args: dict[str, t.Any] = {"components": components, "chains": {name: chains[name] for name in chains if name in components.values()}}
    args.update(description.default("support") or {})
    hours = description.commitment("hours")
    if hours:
        args["hours"] = hours
    return [Instance("support_chain", "support chains", args, path=("parts",))]


def _units(description: Description) -> list[Instance]:
    out = []
    for name, part in description.parts.items():
        for index, unit in enumerate(part.get("units") or []):
            given = {"name": unit} if isinstance(unit, str) else dict(unit)
            args = {"unit": given.pop("name"), **given}
            hosts = tuple(description.part_hosts(part))
            out.append(Instance("systemd_unit", str(args["unit"]), args, hosts, path=("parts", name, "units", index)))
    if not out:
        raise NotDeclared("no part declares its units (parts.NAME.units)")
    return out


def _capacity(description: Description) -> list[Instance]:
    return [Instance("host_capacity", "capacity", {}, tuple(description.part_hosts({})), path=("service", "hosts"))]


def _flows(description: Description) -> list[Instance]:
    declared = description.data.get("flows")
    if declared is None:
        raise NotDeclared("flows is not declared: what must the service reach? (flows: [] for nothing)")
    if not declared:
        raise NotApplicable("the service declares no flow (flows: [])")
    out = []
    for index, flow in enumerate(declared):
        steps: Steps = ("flows", index)
        to = str(flow["to"])
        try:
            destination(to, str(flow.get("protocol", "tcp")))
        except ArgumentsRefused as exc:
            place = description.service.where((*steps, "to"))
            raise Refused([f"{place}: {dotted(steps)}.{problem}" for problem in exc.problems]) from None
        source = flow.get("from")
        part = description.parts.get(str(source)) if source else None
        hosts = description.part_hosts({}, str(source)) if source and part is None else description.part_hosts(part or {})
        args = {key: value for key, value in flow.items() if key != "from" and value is not None}
        out.append(Instance("flow", to, args, tuple(hosts), path=steps))
    return out


# -- delivery


def _reports(description: Description) -> list[Instance]:
    declared = (description.data.get("delivery") or {}).get("reports")
    if not declared:
        raise NotDeclared("delivery.reports is not declared: which reports tell that the tests of this version passed?")
    version = description.run.version
    out = []
    for index, report in enumerate(declared):
        steps: Steps = ("delivery", "reports", index)
        name = str(report)
        if version is None:
            gap = "the version whose reports are wanted is not given (readiness_version)"
            out.append(Instance("junit", name, path=steps, gap=gap))
            continue
        path = name.replace("{version}", glob.escape(version))
        out.append(Instance("junit", name.replace("{version}", version), {"path": [path], "version": version}, path=steps))
    return out


def _smoke(description: Description) -> list[Instance]:
    delivery = description.data.get("delivery") or {}
    named = delivery.get("smoke") or []
    suites = [str(suite) for suite in (named if isinstance(named, list) else [named])]
    own = [suite for suite in suites if suite != COMMON_SUITE]
    steps: Steps = ("delivery", "smoke" if suites else "expect")
    expect = [_expectation(description, entry) for entry in _as_list(delivery.get("expect"))]
    if not suites and not expect:
        raise NotDeclared("delivery.smoke is not declared: which tests tell that the service works? (a pytest-testinfra suite, or common)")
    if COMMON_SUITE in suites:
        expect += _declared_expectations(description)
        if not expect:
            raise NotDeclared("delivery.expect is not declared, and no part declares units or ports: what is the common suite to look for?")
    name = ", ".join([*own, *(["common"] if expect else [])])
    if description.run.version is None and "{version}" in str(expect):
        gap = "the version that delivery.expect asks for is not given (readiness_version)"
        return [Instance("testinfra", name, path=steps, gap=gap)]
    args: dict[str, t.Any] = {"hosts": description.part_hosts({})}
    args.update({"suite": own} if own else {})
    args.update({"expect": expect} if expect else {})
    return [Instance("testinfra", name, args, path=steps)]


def _as_list(value: t.Any) -> list[t.Any]:
    return value if isinstance(value, list) else [value] if value else []


def _expectation(description: Description, entry: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """What is expected of the hosts of its pattern, with the version that is deployed."""
    version = description.run.version
    out: dict[str, t.Any] = {key: value for key, value in entry.items() if key != "on" and value}
    for key in ("packages", "versions") if version is not None else ():
        if out.get(key):
            out[key] = {name: str(wanted).replace("{version}", str(version)) for name, wanted in out[key].items()}
    return {**out, "hosts": description.part_hosts({}, entry.get("on"))}


def _declared_expectations(description: Description) -> list[dict[str, t.Any]]:
    """What each part says of itself: its units run, and the ports where it is scraped are open."""
    found = []
    for part in description.parts.values():
        units = [unit if isinstance(unit, str) else unit["name"] for unit in part.get("units") or []]
        ports = [str(scrape["port"]) for scrape in part.get("scrape") or [] if scrape.get("port")]
        if units or ports:
            named = {"units": units, "ports": ports}
            found.append({**{key: value for key, value in named.items() if value}, "hosts": description.part_hosts(part)})
    return found


def _before_and_after(description: Description) -> list[Instance]:
    run = description.run
    if run.phase != "post":
        raise NotDue("what was there before the deployment is compared at post")
    if run.first_deployment:
        raise NotDue("before the first deployment there was nothing to compare with")
    if run.scope == "batch":
        raise NotDue("it is compared once for the whole service, not for a batch of it")
    return [Instance("baseline", description.name, call="compare")]


def _command(description: Description, key: str, replace: t.Mapping[str, str]) -> Instance:
    """A command below ``delivery``: a list, or a mapping with more of the check's options and where it runs."""
    declared = (description.data.get("delivery") or {})[key]
    given: dict[str, t.Any] = {"command": declared} if isinstance(declared, list) else dict(declared)
    words = [str(word) for word in given.pop("command")]
    for placeholder, value in replace.items():
        words = [word.replace(placeholder, value) for word in words]
    hosts = tuple(description.part_hosts({}, given.pop("on", None)))
    run_as = given.pop("run_as", None)
    return Instance("command", words[0], {**given, "command": words}, hosts, run_as, path=("delivery", key))


def _way_back(description: Description) -> list[Instance]:
    if not (description.data.get("delivery") or {}).get("rollback_check"):
        raise NotDeclared("delivery.rollback_check is not declared: which command tells that the way back is there?")
    return [_command(description, "rollback_check", {})]


def _version_command(description: Description) -> list[Instance]:
    declared = (description.data.get("delivery") or {}).get("version_check")
    if not declared:
        raise NotDeclared("delivery.version_check is not declared")
    words = declared if isinstance(declared, list) else declared["command"]
    if not any("{version}" in str(word) for word in words):
        place = description.service.where(("delivery", "version_check"))
        raise Refused([f"{place}: delivery.version_check: none of its words has {{version}}, so it cannot know which version is wanted"])
    version = description.run.version
    if version is None:
        gap = "the version that should run is not given (readiness_version)"
        return [Instance("command", str(words[0]), path=("delivery", "version_check"), gap=gap)]
    return [_command(description, "version_check", {"{version}": version})]


DERIVATIONS: dict[str, Derivation] = {
    "alertmanager_route": _routes,
    "alertmanager_silences": _silences,
    "backup": _backups,
    "backup:second_copy": _second_copies,
    "baseline": _before_and_after,
    "command:delivery.rollback_check": _way_back,
    "command:delivery.version_check": _version_command,
    "flow": _flows,
    "host_capacity": _capacity,
    "http_probe": _probes,
    "http_probe:version": _versions,
    "junit:delivery.reports": _reports,
    "log_canary": _canaries,
    "log_rotation": _rotations,
    "metrics_endpoint": _metrics,
    "prometheus_alerts": _alert_rules,
    "prometheus_alerts:backups.alert": _backup_alerts,
    "prometheus_query": _available_now,
    "prometheus_query:availability.series": _unavailability,
    "prometheus_query:commitments.availability": _error_budget,
    "prometheus_query:delivery.version_series": _deployed_version,
    "prometheus_targets": _targets,
    "runbook": _runbook,
    "scheduled_job": _schedules,
    "support_chain": _support,
    "systemd_unit": _units,
    "testinfra": _smoke,
    "tls_certificate": _certificates,
}

__all__ = ("Instance", "derive")
