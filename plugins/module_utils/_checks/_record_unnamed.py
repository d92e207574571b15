# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a record says in fields that nobody has named: whose it is, of which level, from when. PRIVATE to the collection."""

from __future__ import annotations

import re
import typing as t

from .._clients.record_times import moment_of
from .._clients.records import Row
from .._message import one_line
from ._json_answers import show

FULL = "full"
PART = "part"
_DEEPEST = 4
_MOST = 200  # fields of a record, and values of a field
_OWNERS = re.compile(
    r"(?:(?:backup|protection)?(?:job|policy|plan|schedule|task|vm|client|machine|volume|dataset|filesystem|database|instance)"
    r"(?:name)?|(?:volume|vm|client|policy|machine|instance)(?:id|identifier)|(?:db|dbinstance|dbcluster)(?:id|identifier|name))"
)
_LEVELS = re.compile(r"(?:backup|job|schedule)?(?:level|type)|(?:backup)?method")
_WORDS = {
    **dict.fromkeys(("f", "full", "fullbackup", "complete", "complet", "complète", "synthetic", "syntheticfull", "activefull"), FULL),
    **dict.fromkeys(("virtualfull", "vf", "vollständig", "voll"), FULL),
    **dict.fromkeys(("i", "inc", "incr", "incremental", "increment", "d", "diff", "differential", "differentialincremental"), PART),
    **dict.fromkeys(("cumulativeincremental", "cinc", "dinc", "l", "log", "logs", "transactionlog", "archivedlog"), PART),
    **dict.fromkeys(("incrémentielle", "incrémentiel", "incrémentale", "différentielle", "différentiel", "inkrementell"), PART),
    **dict.fromkeys(("differentiell", "differenziell"), PART),
}
_SCHEDULE = re.compile(r"schedule[\W_]*(?:name)?$", re.IGNORECASE)
_TIMES = re.compile(r"time|date|stamp|start|begin|creat|end|finish|sched|complet", re.IGNORECASE)
_AHEAD = re.compile(r"expir|next|until|retain|retention|keep|delete", re.IGNORECASE)  # these are no times of the run


def _plain(word: str) -> str:
    return re.sub(r"[\W_]+", "", word.casefold())


def fields_of(row: Row) -> t.Iterator[tuple[str, object]]:
    """The values of a record that are no lists or objects, by the paths of their fields."""
    waiting: list[tuple[str, object, int]] = [(str(name), value, 1) for name, value in row.items()]
    for _number in range(_MOST):
        if not waiting:
            return
        path, value, depth = waiting.pop(0)
        if isinstance(value, dict):
            waiting += [(f"{path}.{name}", inner, depth + 1) for name, inner in value.items()] if depth < _DEEPEST else []
        elif not isinstance(value, list):
            yield path, value


def level_of(word: str) -> str:
    """FULL or PART (incremental, differential, a log); empty where it is none that is known."""
    return _WORDS.get(_plain(word), "")


def level_in(row: Row) -> str:
    """The level that a record has in a field that is called so."""
    said = [level_of(show(value)) for path, value in fields_of(row) if _LEVELS.fullmatch(_plain(path.rpartition(".")[2])) and value]
    return next((one for one in said if one), "")


def moment_in(row: Row) -> float | None:
    """The newest moment in a record, for one that has no time where it should have one."""
    found = []
    for path, value in fields_of(row):
        if _TIMES.search(path) and not _AHEAD.search(path):
            moment = moment_of(value, None, None)
            found += [moment.time] if moment else []
    return max(found) if found else None


class Owners:
    """Tells that records are of several jobs, machines or volumes, although no field was named for them."""

    def __init__(self) -> None:
        self._seen: dict[str, dict[str, int]] = {}

    def note(self, row: Row) -> None:
        for path, value in fields_of(row):
            name = _plain(path.rpartition(".")[2].rpartition("/")[2])
            if value in (None, "") or not (name == "name" or _OWNERS.fullmatch(name)):
                continue
            text = show(value)
            owner = one_line(
                text.partition("@")[0] if "@" in text else re.sub(r"\d[\d_.:TZ-]*\d", "#", text) if _is_dated(text) else text, 80
            )
            values = self._seen.setdefault(path, {})
            if owner in values or len(values) < _MOST:
                values[owner] = values.get(owner, 0) + 1
            if "@" in text and name == "name":  # a snapshot: what stands before is what it is of
                values.setdefault("@", 0)

    def mixed(self) -> tuple[str, list[str]] | None:
        """The first field that has several owners, and these. A mere ``name`` may be that of the run itself: some must come again."""
        others = [path for path in self._seen if not _SCHEDULE.search(path) and path.rpartition(".")[2] != "name"]
        for path, values in self._seen.items():
            if _SCHEDULE.search(path) and others:  # full ones of a job may have another schedule than incremental ones
                continue
            snapshots = values.get("@") == 0
            owners = [owner for owner in values if owner != "@"]
            own = path.rpartition(".")[2] != "name" or snapshots or max(values.values()) > 1
            if len(owners) > 1 and own:
                return path, owners
        return None


def _is_dated(text: str) -> bool:
    """Whether a name has a date or a long number, as those of single runs have."""
    return bool(re.search(r"\d{4}-?\d\d-?\d\d|\d{8,}", text))


__all__ = ("FULL", "PART", "Owners", "level_in", "level_of", "moment_in")
