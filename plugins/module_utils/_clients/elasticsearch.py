# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Elasticsearch as a log store; how long it keeps lines is said by ILM, or by the lifecycle of a data stream. PRIVATE to the collection."""

from __future__ import annotations

import typing as t
from urllib.parse import quote

from .._message import one_line
from .._phrase import phrase
from .log_store import Kept
from .log_values import duration_of
from .search_index import SearchIndex, newest_of_each

_MAY_NOT = (400, 401, 403, 404, 405)


class Elasticsearch(SearchIndex):
    BRAND = "Elasticsearch"

    def kept(self) -> Kept | None:
        """The shortest time of those that hold for the newest indices and the data streams of the place."""
        settings, of_streams = self._settings(), self._of_streams()
        if not settings or of_streams is None:
            return None
        found, streams = of_streams
        for name in newest_of_each(settings):
            policy = settings[name].get("index.lifecycle.name")
            if policy and not any(name.startswith(f".ds-{stream}-") for stream in streams):
                kept = self._of_policy(policy, name)
                if kept is None:
                    return None
                found.append(kept)
        return _shortest(found) if found else Kept(None, phrase("no lifecycle manages {index:path}", index=self.index))

    def _of_streams(self) -> tuple[list[Kept], list[str]] | None:
        """What holds for data streams that have a lifecycle of their own, and their names; None where that may not be asked."""
        response = self.server.get(f"/_data_stream/{self._quoted()}", {"expand_wildcards": "open"}, missing=_MAY_NOT)
        if response.status in (401, 403):
            return None
        if response.status != 200:  # before there were data streams
            return [], []
        given = self.server.mapping(response).get("data_streams")
        kept, names = [], []
        for stream in given if isinstance(given, list) else []:
            lifecycle = stream.get("lifecycle") if isinstance(stream, dict) else None
            if not isinstance(lifecycle, dict) or lifecycle.get("enabled") is False:
                continue
            if stream.get("ilm_policy") and stream.get("prefer_ilm", True):
                continue
            name = one_line(stream.get("name"), 120)
            age = lifecycle.get("effective_retention", lifecycle.get("data_retention"))
            seconds = None if age is None else duration_of(age)
            if age is not None and seconds is None:
                raise self.server.trouble(
                    phrase("{server} has a retention that cannot be read: {given}", server=self.name, given=one_line(age, 80))
                )
            names.append(name)
            kept.append(Kept(seconds, phrase("the lifecycle of the data stream {stream:path}", stream=name)))
        return kept, names

    def _of_policy(self, policy: str, index: str) -> Kept | None:
        response = self.server.get(f"/_ilm/policy/{quote(policy, safe='')}", missing=_MAY_NOT)
        if response.status != 200:
            return None
        about = self.server.mapping(response).get(policy)
        inside = about.get("policy") if isinstance(about, dict) else None
        phases = inside.get("phases") if isinstance(inside, dict) else None
        if not isinstance(phases, dict):
            raise self.server.nonsense()
        delete = phases.get("delete")
        actions = delete.get("actions") if isinstance(delete, dict) else None
        if not isinstance(delete, dict) or (isinstance(actions, dict) and "delete" not in actions):
            return Kept(None, phrase("the policy {policy:path} of {index:path} deletes nothing by age", policy=policy, index=index))
        seconds = duration_of(delete.get("min_age", "0"))
        if seconds is None:
            raise self.server.trouble(
                phrase("{server} has a retention that cannot be read: {given}", server=self.name, given=one_line(delete.get("min_age"), 80))
            )
        return Kept(seconds, phrase("the policy {policy:path} of {index:path} deletes by age", policy=policy, index=index))


def _shortest(found: t.Sequence[Kept]) -> Kept:
    return min(found, key=lambda one: float("inf") if one.seconds is None else one.seconds)


__all__ = ("Elasticsearch",)
