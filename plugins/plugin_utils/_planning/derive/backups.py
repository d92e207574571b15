# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The backups of a service: their age, integrity, restore, second copy, schedule, and the alert that a failing one raises.

PRIVATE to the collection. Pure.
"""

from __future__ import annotations

import posixpath
import re
import typing as t

from ....module_utils._phrase import phrase
from ....module_utils._registry import CHECKS, load_check
from ....module_utils._units import parse_duration
from ..._described.declarations import Alerts, Backup, Duration, Options, Part, Schedule
from ..._described.document import Refused, dotted, unresolved
from ..._described.service import Description, NotDeclared
from ..backup_tools import WITH_WAL, check_of, known_tools
from ..declared import OF_BACKUP
from .alerts import alert_args
from .instance import Derivation, Instance, Several, Steps

_PLACES = (
    "repository",
    "repo",
    "path",
    "pattern",
    "barman_server",
    "stanza",
    "config",
    "profile",
    "file",
    "url",
    "on",
)  # what tells one place of a backup from another


def _backup_entries(description: Description) -> list[tuple[Part, Backup, Steps]]:
    found: list[tuple[Part, Backup, Steps]] = [
        (part, backup, ("parts", name, "backups", index))
        for name, part in description.parts.items()
        for index, backup in enumerate(part.get("backups") or [])
    ]
    if not found:
        raise NotDeclared(
            phrase("no part declares its backups (parts.NAME.backups); a service without data says so (traits: {{data: false}})")
        )
    return found


def _backup_name(backup: Backup) -> str:
    given = t.cast("t.Mapping[str, object]", backup)
    names = ("name", "paths", "pattern", "path", "repository", "stanza", "barman_server", "file", "url", "config")
    paths = next((given[name] for name in names if given.get(name)), backup["tool"])
    return ", ".join(str(path) for path in paths) if isinstance(paths, list) else str(paths)


def _backups(description: Description) -> list[Instance]:
    several = Several()
    for part, backup, steps in _backup_entries(description):
        name = _backup_name(backup)
        with several.one(check_of(backup["tool"]), name, steps) as out:
            out.append(_backup(description, part, backup, name, steps))
    return several.all()


def _backup(description: Description, part: Part, backup: Backup, name: str, steps: Steps) -> Instance:
    check = check_of(backup["tool"])
    if check not in CHECKS:
        raise NotDeclared(
            phrase(
                "there is no check for backups of '{tool:path}'; known: {known:list}; what another system makes is declared as 'record'",
                tool=backup["tool"],
                known=known_tools(),
            )
        )
    args: dict[str, object] = {key: value for key, value in backup.items() if key not in (*OF_BACKUP, "max_age")}
    if "paths" not in load_check(check).ARGUMENT_SPEC:
        args.pop("paths", None)  # what a database is called in reports; the tool knows by itself what it backs up
    args.update(_limits_of_age(description, backup, check))
    gap = None
    if args.get("max_age") is None:
        gap = phrase("neither the backup nor commitments.rpo says how old it may be")
        if backup["tool"] in WITH_WAL:
            gap = phrase("the backup does not say how old it may be (max_age): the RPO is held against the archive of WAL")
    if isinstance(args.get("pattern"), str):
        args["pattern"] = [args["pattern"]]
    hosts = tuple(description.part_hosts(part, backup.get("on")))
    run_as = backup.get("run_as") or part.get("run_as")
    return Instance(check, name, args, hosts, run_as, path=steps, gap=gap, lacks="max_age" if gap else None)


def _limits_of_age(description: Description, backup: Backup, check: str) -> Options:
    """The limits of the age: what the backup says, and what was promised where the check has an option for it."""
    spec = load_check(check).ARGUMENT_SPEC
    rpo = backup.get("rpo") or description.rpo
    limits: dict[str, object] = {"rpo": rpo, "rpo_margin": _margin(backup.get("scheduled_by") or {})} if rpo and "rpo" in spec else {}
    if backup["tool"] in WITH_WAL:
        limits = {"rpo": rpo} if rpo and backup.get("max_wal_lag") is not None else {"max_wal_lag": rpo} if rpo else {}
        limits["max_age"] = backup.get("max_age")
    else:
        limits["max_age"] = backup.get("max_age") or _until_the_next(rpo, backup.get("scheduled_by") or {})
        if limits["max_age"] == rpo:
            limits = {"max_age": rpo}
    return {name: value for name, value in limits.items() if value is not None}


def _until_the_next(rpo: Duration | None, schedule: Schedule) -> Duration | None:
    """The age at which a backup is too old: the RPO; where the schedule says so, the age at which the next one has ended."""
    if rpo is None or schedule.get("every") is None or unresolved(schedule) or unresolved({"": rpo}):
        return rpo
    promised, longest = parse_duration(rpo), parse_duration(schedule["every"]) + parse_duration(schedule.get("takes") or 0)
    return rpo if longest <= promised else f"{min(longest, 2 * promised):g}s"


def _margin(schedule: Schedule) -> str | None:
    """The time until the next backup has ended, where the schedule says how often it runs."""
    if schedule.get("every") is None or unresolved(schedule):
        return None
    return f"{parse_duration(schedule['every']) + parse_duration(schedule.get('takes') or 0):g}s"


def _second_copies(description: Description) -> list[Instance]:
    entries = _backup_entries(description)
    if not any(backup.get("second_copy") for _part, backup, _steps in entries):
        raise NotDeclared(phrase("no backup says where its second copy is (parts.NAME.backups.N.second_copy)"))
    several = Several()
    for part, backup, steps in entries:
        name = f"second copy of {_backup_name(backup)}"
        second = backup.get("second_copy")
        if not second:
            gap = phrase("nothing says where the second copy of {backup:path} is (second_copy)", backup=_backup_name(backup))
            several.gap(Instance(check_of(backup["tool"]), name, path=steps, gap=gap))
            continue
        # another tool's options are its own; the same tool's are those of the first copy, but for what is said anew
        same = second.get("tool", backup["tool"]) == backup["tool"]
        merged: Backup = {**(backup if same else _age_of(backup)), **second}
        if same and _place(description, part, merged) == _place(description, part, backup):
            place = description.service.where((*steps, "second_copy"))
            raise Refused([f"{place}: {dotted((*steps, 'second_copy'))}: it names no other place; expected another {' or '.join(_PLACES)}"])
        if "apart_from" not in merged and (first := _local_places(description, part, backup, merged)):
            merged = t.cast("Backup", {**merged, "apart_from": first})
        with several.one(check_of(merged["tool"]), name, (*steps, "second_copy")) as out:
            out.append(_backup(description, part, merged, name, (*steps, "second_copy")))
    return several.all()


def _place(description: Description, part: Part, backup: Backup) -> list[object]:
    """What tells one place of a backup from another, however it is written; of files their folder."""
    given = t.cast("t.Mapping[str, object]", backup)
    found: list[object] = [sorted(description.hosts(str(given.get("on") or part.get("hosts") or description.data["service"].get("hosts"))))]
    for key in _PLACES:
        value = given.get(key)
        patterns = value if isinstance(value, list) else [value]
        if key == "pattern":
            found.append(sorted({posixpath.dirname(_written(pattern)) for pattern in patterns if pattern is not None}))
        elif key != "on":
            found.append(_written(value))
    return found


def _local_places(description: Description, part: Part, backup: Backup, second: Backup) -> list[str]:
    """Where on the hosts of the second copy the first one is."""
    hosts = [
        set(description.hosts(str(one.get("on") or part.get("hosts") or description.data["service"].get("hosts"))))
        for one in (backup, second)
    ]
    places = [backup.get("repository"), backup.get("path"), backup.get("pattern")]
    each = [place for given in places for place in (given if isinstance(given, list) else [given])]
    local = [place for place in each if isinstance(place, str) and place.startswith("/")]
    return local if hosts[0] & hosts[1] and "apart_from" in load_check(check_of(second["tool"])).ARGUMENT_SPEC else []


def _written(value: object) -> str:
    """A path in its shortest form, an address without the slashes at its end."""
    text = "" if value is None else str(value)
    return posixpath.normpath(re.sub("^/+", "/", text)) if text.startswith("/") else text.rstrip("/")


def _age_of(backup: Backup) -> Backup:
    """What holds of a copy by another tool too: how old it may be."""
    kept: Backup = {"tool": backup["tool"]}
    if backup.get("rpo"):
        kept["rpo"] = backup["rpo"]
    if backup.get("max_age"):
        kept["max_age"] = backup["max_age"]
    return kept


def _access(backup: Backup, check: str) -> Options:
    """What leads to a backup, as far as another check has the same options."""
    spec = load_check(check).ARGUMENT_SPEC
    args: dict[str, object] = {key: value for key, value in backup.items() if key in spec and key not in (*OF_BACKUP, "max_age")}
    if isinstance(args.get("pattern"), str):
        args["pattern"] = [args["pattern"]]
    return {"tool": backup["tool"], **args}


def _choices(check: str) -> list[str]:
    return list(load_check(check).ARGUMENT_SPEC["tool"]["choices"])


def _proof(description: Description, part: Part, backup: Backup, steps: Steps, check: str, limits: Options | None = None) -> Instance:
    """A check that reads a backup, by the backup's own options and what it says of this proof (``integrity``, ``restore``)."""
    own = check.removeprefix("backup_")
    given = t.cast("t.Mapping[str, t.Any]", backup).get(own) or {}
    args = {**_access(backup, check), **(limits or {}), **{key: value for key, value in given.items() if key not in ("on", "run_as")}}
    hosts = tuple(description.part_hosts(part, given.get("on") or backup.get("on")))
    run_as = given.get("run_as") or backup.get("run_as") or part.get("run_as")
    return Instance(check, _backup_name(backup), args, hosts, run_as, path=(*steps, own) if given else steps)


def _integrity(description: Description) -> list[Instance]:
    several = Several()
    for part, backup, steps in _backup_entries(description):
        with several.one("backup_integrity", _backup_name(backup), steps) as out:
            if backup["tool"] not in _choices("backup_integrity"):
                raise NotDeclared(
                    phrase(
                        "backups of '{tool:path}' can only be verified where they are made: name a check of your own (requirements)",
                        tool=backup["tool"],
                    )
                )
            out.append(_proof(description, part, backup, steps, "backup_integrity"))
    return several.all()


def _restores(description: Description) -> list[Instance]:
    entries = _backup_entries(description)
    if not any(backup.get("restore") for _part, backup, _steps in entries):
        raise NotDeclared(phrase("no backup says how its restore is proven (parts.NAME.backups.N.restore)"))
    several = Several()
    for part, backup, steps in entries:
        name = _backup_name(backup)
        if not backup.get("restore"):
            gap = phrase("nothing says how a restore of {backup:path} is proven (restore)", backup=name)
            several.gap(Instance("backup_restore", name, path=steps, gap=gap))
            continue
        with several.one("backup_restore", name, (*steps, "restore")) as out:
            if backup["tool"] not in _choices("backup_restore"):
                raise NotDeclared(
                    phrase(
                        "backups of '{tool:path}' are not restored here: attest a restore, or name a check of your own (requirements)",
                        tool=backup["tool"],
                    )
                )
            rto = backup.get("rto") or description.rto
            out.append(_proof(description, part, backup, steps, "backup_restore", {"rto": rto} if rto else None))
    return several.all()


def _backup_alerts(description: Description) -> list[Instance]:
    alerts: Alerts = description.data.get("alerts") or {}
    entries = _backup_entries(description)
    if not any(backup.get("alert") for _part, backup, _steps in entries):
        raise NotDeclared(phrase("no backup names the alert that its failure raises (parts.NAME.backups.N.alert)"))
    args = alert_args(description, alerts)
    if alerts.get("match"):
        args["prefer"] = alerts.get("match")
    out = []
    for _part, backup, steps in entries:
        name = _backup_name(backup)
        if not backup.get("alert"):
            gap = phrase("nothing names the alert that a failing backup of {backup:path} raises (alert)", backup=name)
            out.append(Instance("prometheus_alerts", name, path=steps, gap=gap))
            continue
        out.append(Instance("prometheus_alerts", str(backup["alert"]), {**args, "must_include": [backup["alert"]]}, path=(*steps, "alert")))
    return out


def _schedules(description: Description) -> list[Instance]:
    several = Several()
    for part, backup, steps in _backup_entries(description):
        schedule = backup.get("scheduled_by")
        name = _backup_name(backup)
        if not schedule or not (unresolved(schedule) or {"timer", "cron"} & set(schedule)):
            gap = phrase("nothing says what runs the backup of {backup:path} (scheduled_by)", backup=name)
            several.gap(Instance("scheduled_job", name, path=steps, gap=gap))
            continue
        args = {key: value for key, value in schedule.items() if key not in ("on", "every", "takes")}
        job = str(schedule.get("timer") or name)
        with several.one("scheduled_job", job, (*steps, "scheduled_by")) as out:
            hosts = tuple(description.part_hosts(part, schedule.get("on") or backup.get("on")))
            out.append(Instance("scheduled_job", job, args, hosts, path=(*steps, "scheduled_by")))
    return several.all()


DERIVATIONS: dict[str, Derivation] = {
    "backup": _backups,
    "backup:second_copy": _second_copies,
    "backup_integrity": _integrity,
    "backup_restore": _restores,
    "prometheus_alerts:backups.alert": _backup_alerts,
    "scheduled_job": _schedules,
}

__all__ = ("DERIVATIONS",)
