# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The backups of a service: their age, second copy, schedule, and the alert that a failing one raises. PRIVATE to the collection. Pure."""

from __future__ import annotations

from ....module_utils._phrase import phrase
from ....module_utils._registry import CHECKS
from ..._described.declarations import Alerts, Backup, Part
from ..._described.document import Refused, dotted
from ..._described.service import Description, NotDeclared
from ..declared import OF_BACKUP
from .alerts import alert_args
from .instance import Derivation, Instance, Several, Steps

_PLACES = ("repository", "path", "pattern", "on")  # what tells one place of a backup from another


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
    paths = backup.get("paths") or backup.get("pattern") or backup.get("path") or backup.get("repository") or backup["tool"]
    return ", ".join(str(path) for path in paths) if isinstance(paths, list) else str(paths)


def _backups(description: Description) -> list[Instance]:
    several = Several()
    for part, backup, steps in _backup_entries(description):
        name = _backup_name(backup)
        with several.one(f"{backup['tool']}_backup", name, steps) as out:
            out.append(_backup(description, part, backup, name, steps))
    return several.all()


def _backup(description: Description, part: Part, backup: Backup, name: str, steps: Steps) -> Instance:
    check = f"{backup['tool']}_backup"
    if check not in CHECKS:
        tools = sorted(known.removesuffix("_backup") for known in CHECKS if known.endswith("_backup"))
        raise NotDeclared(phrase("there is no check for backups of '{tool:path}'; known: {known:list}", tool=backup["tool"], known=tools))
    age = backup.get("max_age") or backup.get("rpo") or description.rpo
    gap = phrase("neither the backup nor commitments.rpo says how old it may be") if age is None else None
    args = {key: value for key, value in backup.items() if key not in (*OF_BACKUP, "max_age")}
    args.update({} if age is None else {"max_age": age})
    if isinstance(args.get("pattern"), str):
        args["pattern"] = [args["pattern"]]
    hosts = tuple(description.part_hosts(part, backup.get("on")))
    run_as = backup.get("run_as") or part.get("run_as")
    return Instance(check, name, args, hosts, run_as, path=steps, gap=gap, lacks="max_age" if gap else None)


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
            several.gap(Instance(f"{backup['tool']}_backup", name, path=steps, gap=gap))
            continue
        # another tool's options are its own; the same tool's are those of the first copy, but for what is said anew
        same = second.get("tool", backup["tool"]) == backup["tool"]
        merged: Backup = {**(backup if same else _age_of(backup)), **second}
        if same and all(merged.get(key) == backup.get(key) for key in _PLACES):
            place = description.service.where((*steps, "second_copy"))
            raise Refused([f"{place}: {dotted((*steps, 'second_copy'))}: it names no other place; expected another {' or '.join(_PLACES)}"])
        with several.one(f"{merged['tool']}_backup", name, (*steps, "second_copy")) as out:
            out.append(_backup(description, part, merged, name, (*steps, "second_copy")))
    return several.all()


def _age_of(backup: Backup) -> Backup:
    """What holds of a copy by another tool too: how old it may be."""
    kept: Backup = {"tool": backup["tool"]}
    if backup.get("rpo"):
        kept["rpo"] = backup["rpo"]
    if backup.get("max_age"):
        kept["max_age"] = backup["max_age"]
    return kept


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
        if not schedule:
            gap = phrase("nothing says what runs the backup of {backup:path} (scheduled_by)", backup=name)
            several.gap(Instance("scheduled_job", name, path=steps, gap=gap))
            continue
        args = {key: value for key, value in schedule.items() if key != "on"}
        job = str(schedule.get("timer") or name)
        with several.one("scheduled_job", job, (*steps, "scheduled_by")) as out:
            hosts = tuple(description.part_hosts(part, schedule.get("on") or backup.get("on")))
            out.append(Instance("scheduled_job", job, args, hosts, path=(*steps, "scheduled_by")))
    return several.all()


DERIVATIONS: dict[str, Derivation] = {
    "backup": _backups,
    "backup:second_copy": _second_copies,
    "prometheus_alerts:backups.alert": _backup_alerts,
    "scheduled_job": _schedules,
}

__all__ = ("DERIVATIONS",)
