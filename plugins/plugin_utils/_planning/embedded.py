# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks that prove less than a requirement asks, and where they count. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from ...module_utils._phrase import Message, phrase
from .._described.document import Unresolved
from .._described.policy import Rule
from .._described.service import Description


class Embedded(t.NamedTuple):
    """``before``: the check that really proves it, ``kinds``: of the servers of which one can be asked."""

    before: str
    kinds: tuple[str, ...]


EMBEDDED = {"metrics_endpoint": Embedded("prometheus_targets", ("prometheus",))}


def no_proof(check: str, rule: Rule, description: Description) -> Message | None:
    """Why a check proves nothing of this requirement: there is a server that knows. None where it counts."""
    embedded = _of(check, rule)
    servers = _to_be_asked(embedded, description) if embedded else []
    if not servers:
        return None
    return phrase(
        "{check:path} shows that a page is there, and not that anybody scrapes it, which {servers:list} can say: declare how each part is "
        "scraped (parts.NAME.scrape: job, port), by which of them where there are several (using), and name no other check",
        check=check,
        servers=servers,
    )


def proves_less(check: str, rule: Rule, together: t.Collection[str] = ()) -> Message | None:
    """What the finding of such a check has to say, where it counts ``together`` with others; None for one that proves all that is asked."""
    asked = {proof.check: proof for proof in rule.proved_by}
    beside = asked.get("attestation")
    if check in asked and beside is not None and beside.besides and check != beside.check and beside.check not in together:
        return phrase("nobody states beside it what no check sees: attest that it was done, and by whom (attestations)")
    if check == "attestation" and beside is not None and beside.besides and not {*together} & {*asked} - {check}:
        return phrase("no check has looked at it beside what is stated")
    if check == "log_flow" and "log_canary" in {proof.check for proof in rule.proved_by}:
        return phrase("no line may be written there (canary: never): that each line which is written arrives was not looked at")
    if _of(check, rule) is None:
        return None
    return phrase("no Prometheus is declared (servers): whether anybody scrapes it was not looked at")


def _of(check: str, rule: Rule) -> Embedded | None:
    embedded = EMBEDDED.get(check)
    return embedded if embedded and embedded.before in {proof.check for proof in rule.proved_by} else None


def _to_be_asked(embedded: Embedded, description: Description) -> list[str]:
    """The names of the servers that can be asked; one of which nobody knows yet what it is may be one."""
    return [
        name
        for name, server in description.servers.items()
        if (_kind(server.given) if isinstance(server, Unresolved) else server["kind"]) in (None, *embedded.kinds)
    ]


def _kind(given: object) -> str | None:
    kind = given.get("kind") if isinstance(given, dict) else None
    return kind if isinstance(kind, str) else None


__all__ = ("no_proof", "proves_less")
