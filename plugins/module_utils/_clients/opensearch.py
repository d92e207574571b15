# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""OpenSearch as a log store; how long it keeps lines is said by the policies of Index State Management. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._message import one_line
from .._phrase import phrase
from .log_store import Kept
from .log_values import duration_of
from .search_index import Json, SearchIndex, newest_of_each

_EXPLAIN = ("/_plugins/_ism/explain/", "/_opendistro/_ism/explain/")  # the second one before OpenSearch 1.0


class OpenSearch(SearchIndex):
    BRAND = "OpenSearch"

    def kept(self) -> Kept | None:
        """The shortest time that a policy of the newest index of each series gives; without end where none of them is managed."""
        explained = self._explained()
        if explained is None:
            return None
        settings = self._settings()
        names = newest_of_each(settings) if settings else sorted(explained)
        managed = [one for name in names if (one := self._kept(name, explained.get(name)))]
        if managed:
            return min(managed, key=lambda one: float("inf") if one.seconds is None else one.seconds)
        return Kept(None, phrase("no policy of Index State Management manages {index:path}", index=self.index)) if names else None

    def _explained(self) -> dict[str, object] | None:
        """What manages each index, by its name; None where that may not be asked, or the store has no Index State Management."""
        for path in _EXPLAIN:
            response = self.server.get(f"{path}{self._quoted()}", {"show_policy": "true"}, missing=(400, 401, 403, 404, 405))
            if response.status == 200:
                return {name: one for name, one in self.server.mapping(response).items() if isinstance(one, dict)}
        return None

    def _kept(self, index: str, about: object) -> Kept | None:
        if not isinstance(about, dict) or not about.get("policy_id"):
            return None
        name, policy = one_line(about["policy_id"], 80), about.get("policy")
        if not isinstance(policy, dict):
            raise self.server.trouble(phrase("{server} does not show the policy {policy:path}", server=self.name, policy=name))
        if not any(state.get("name") == policy.get("default_state") for state in _dicts(policy.get("states"))):
            raise self.server.nonsense()
        age, size = _until_deleted(policy)
        sooner = phrase("the policy {policy:path} deletes by size or count too", policy=name) if size else None
        if about.get("enabled") is False:
            return Kept(None, phrase("the policy {policy:path} of {index:path} is switched off", policy=name, index=index))
        if age is None:
            return Kept(None, phrase("the policy {policy:path} of {index:path} deletes nothing by age", policy=name, index=index), sooner)
        return Kept(age, phrase("the policy {policy:path} of {index:path} deletes by age", policy=name, index=index), sooner)


def _until_deleted(policy: t.Mapping[str, object]) -> tuple[float | None, bool]:
    """The age at which an index is deleted at the earliest, in seconds, and whether a size or a count may delete it before."""
    given = policy.get("states")
    states: dict[str, Json] = (
        {str(state.get("name")): state for state in given if isinstance(state, dict)} if isinstance(given, list) else {}
    )
    todo: list[tuple[str, float, bool]] = [(str(policy.get("default_state")), 0.0, False)]
    seen: set[tuple[str, bool]] = set()
    ages: list[float] = []
    by_size = False
    while todo:
        todo.sort(key=lambda one: one[1])
        name, age, size = todo.pop(0)
        if (name, size) in seen or name not in states:
            continue
        seen.add((name, size))
        state = states[name]
        if any("delete" in action for action in _dicts(state.get("actions"))):
            if size:
                by_size = True
            else:
                ages.append(age)
            continue
        for transition in _dicts(state.get("transitions")):
            asked = transition.get("conditions")
            conditions = asked if isinstance(asked, dict) else {}
            # each age counts from the index's birth or its rollover, so the later ones do not add up
            waits = [found for key in ("min_index_age", "min_rollover_age") if (found := duration_of(conditions.get(key))) is not None]
            more = size or bool(conditions) and not waits
            todo.append((str(transition.get("state_name")), max([age, *waits]), more))
    return (min(ages) if ages else None), by_size


def _dicts(value: object) -> list[Json]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


__all__ = ("OpenSearch",)
