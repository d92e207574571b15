# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""support_chain. What is judged is a declaration, so the declaration is what is broken."""

from __future__ import annotations

import datetime as dt
import typing as t

from table import Row, World

N1 = {"tier": "N1", "contact": "+33 1 55 55 01 02", "hours": "24x7", "response": "15m"}
N2 = {"tier": "N2", "contact": "payments-team@payments.example", "hours": "Mon-Fri 08:00-18:00", "response": "1h"}


def declared(components: dict[str, t.Any] | None = None, tiers: t.Any = None, **args: t.Any) -> t.Callable[[World], dict[str, t.Any]]:
    def arrange(_world: World) -> dict[str, t.Any]:
        chains = {"payments": [N1, N2] if tiers is None else tiers, "sgbd": [N1]}
        return {"components": {"web": "payments", "database": "sgbd"} if components is None else components, "chains": chains, **args}

    return arrange


def contract(days: int) -> dict[str, t.Any]:
    return {**N1, "contract_until": dt.datetime.now(dt.timezone.utc).date() + dt.timedelta(days=days)}


def without(key: str) -> dict[str, t.Any]:
    return {name: value for name, value in N1.items() if name != key}


ROWS = [
    Row(
        "support_chain",
        "each part has one complete chain",
        declared(hours="24x7"),
        "pass",
        "web is supported by the chain payments: 2 tier",
    ),
    Row(
        "support_chain",
        "a part without a chain",
        declared({"web": "payments", "database": None}),
        "fail",
        "database has no chain of support",
    ),
    Row("support_chain", "a part with two chains", declared({"web": ["payments", "sgbd"]}), "fail", "web has 2 chains of support"),
    Row(
        "support_chain", "a chain that is not defined", declared({"web": "paiements"}), "fail", "the chain paiements, which is not defined"
    ),
    Row("support_chain", "a chain without tiers", declared(tiers=[]), "fail", "has 0 tier"),
    Row("support_chain", "a tier without a contact", declared(tiers=[without("contact")]), "fail", "has no contact"),
    Row("support_chain", "a tier without a response target", declared(tiers=[without("response")]), "fail", "has no response"),
    Row(
        "support_chain",
        "a contact still to be filled in",
        declared(tiers=[{**N1, "contact": "TODO"}]),
        "fail",
        "placeholder for its contact",
    ),
    Row(
        "support_chain",
        "nobody@ as a contact",
        declared(tiers=[{**N1, "contact": "nobody@payments.example"}]),
        "fail",
        "placeholder for its contact",
    ),
    Row("support_chain", "a contract that has ended", declared(tiers=[contract(-3)]), "fail", "ended on .*, 3 days ago"),
    Row(
        "support_chain", "a contract that ends within the horizon", declared(tiers=[contract(30)]), "warn", "in 30 days; it must last 90 d"
    ),
    Row(
        "support_chain",
        "hours that do not cover the commitment",
        declared(tiers=[N2], hours="24x7"),
        "warn",
        "do not cover the committed 24x7",
    ),
    Row("support_chain", "no part is declared", declared({}), "unknown", "no component is declared"),
    Row("support_chain", "a chain of the wrong shape", declared(tiers="N1"), "unknown", "is not a list of tiers"),
    Row(
        "support_chain",
        "hours that cannot be read",
        declared(tiers=[{**N1, "hours": "office"}], hours="24x7"),
        "unknown",
        "which cannot be read",
    ),
]
