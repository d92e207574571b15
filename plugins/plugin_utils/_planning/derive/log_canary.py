# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The marked line of each log: whether it may be written, how, and where it must be found. PRIVATE to the collection. Pure."""

from __future__ import annotations

import dataclasses

from ....module_utils._phrase import phrase
from ....module_utils._units import parse_duration
from ..._described.declarations import Log, Part
from ..._described.service import Description, NotDeclared, picked
from ..written_lines import leaves_of
from .consent import PROBE, refuses_line, why_not, word_of
from .described_logs import logs_of, name_of
from .instance import Derivation, Instance, Several, Steps
from .log_flow import place_of

_LINE = ("fields", "template", "socket", "length", "counted")
_NETWORK = ("to", "protocol", "rfc", "framing")
_ACCESS = {
    "url_username": "to_username",
    "url_password": "to_password",
    "bearer_token": "to_bearer_token",
    "headers": "to_headers",
    "validate_certs": "to_validate_certs",
    "ca_path": "to_ca_path",
    "client_cert": "to_client_cert",
    "client_key": "to_client_key",
    "server_name": "to_server_name",
}
_PATIENCE = 30.0  # seconds that the search may take beyond the deadline of the line


def _canaries(description: Description) -> list[Instance]:
    several, written = Several(), 0
    for part, log, steps in logs_of(description):
        if refuses_line(description, log):
            continue
        written += 1
        with several.one("log_canary", name_of(log), steps) as out:
            out += _canary(description, part, log, steps)
    silent = parts_without_logs(description)
    for gap in silent:
        several.gap(gap)
    if not written and not silent:
        raise NotDeclared(phrase("every log refuses its canary line (canary: never), and no weaker proof is declared"))
    return several.all()


def parts_without_logs(description: Description) -> list[Instance]:
    """A gap for each part that runs something and does not say where it logs."""
    found = []
    for name, part in description.parts.items():
        runs = next((key for key in ("units", "scrape") if part.get(key)), None)
        if runs and not part.get("logs"):
            said = phrase(
                "parts.{part:path} runs something ({key:path}) and does not say where it logs (parts.{part:path}.logs)", part=name, key=runs
            )
            found.append(Instance("log_canary", name, path=("parts", name), gap=said))
    return found


def _canary(description: Description, part: Part, log: Log, steps: Steps) -> list[Instance]:
    word, why = word_of(description, log), why_not(log)
    if word == PROBE and not log.get("probe"):
        raise NotDeclared(
            phrase("{log:path} is to have a line that a request causes, and no request is named (probe: an address)", log=name_of(log))
        )
    if why is not None and word != PROBE:
        raise NotDeclared(
            phrase(
                "nothing is written into {log:path}: {why}; name a request of which it has a line (canary: probe, probe: an address), "
                "or say that nothing counts its lines (counted: false)",
                log=name_of(log),
                why=why,
            )
        )
    place, looking = place_of(description, log)
    tag = log.get("syslog") or str(log.get("journald") or "").removesuffix(".service")
    writes: dict[str, object] = {**_way(log, word), "backend": place["backend"], **picked(place, ("search",)), **picked(log, ("deadline",))}
    if tag:
        writes["tag"] = tag
    finds = {**place, **picked(writes, ("tag", "deadline")), **_time_for(log)}
    hosts = tuple(description.part_hosts(part))
    names = {host: said for host in hosts if (said := _names(host, log, description))}
    if names:
        finds["names"] = names
    run_as = log.get("run_as") or part.get("run_as")
    writing = Instance("log_canary", name_of(log), writes, hosts, run_as, call="write", path=steps)
    return [
        dataclasses.replace(writing, leaves=leaves_of(writes), unasked=word is None),
        Instance("log_canary", name_of(log), finds, looking, call="find", after="write", path=steps),
    ]


def _way(log: Log, word: str | None) -> dict[str, object]:
    """How the line is logged."""
    access = {option: value for key, option in _ACCESS.items() if (value := log.get(key)) is not None}
    if word == PROBE:
        return {"via": "probe", "to": log["probe"], **access, **({"path": log["file"]} if log.get("file") else {})}
    line = {**picked(log, _LINE), **({"format": "json"} if log.get("format") == "json" else {})}
    if log.get("file"):
        turned = {"after_rotation": True, **picked(log, ("logrotate_config", "logrotate_state"))} if log.get("after_rotation") else {}
        return {"via": "file", "path": log["file"], **line, **turned}
    if log.get("http"):
        return {"via": "http", "to": log["http"], **picked(log, ("payload", "content_type")), **line, **access}
    if log.get("journald"):
        return {"via": "journald", **line}
    network = picked(log, _NETWORK)
    return {"via": "syslog", **line, **network, **(access if network else {})}


def _time_for(log: Log) -> dict[str, object]:
    """The time that the search has, where the line has more than usual."""
    try:
        deadline = parse_duration(log.get("deadline") or 0)
    except (TypeError, ValueError):  # the check says what is wrong with it
        return {}
    return {"timeout": f"{deadline + _PATIENCE:g}s"} if deadline > 60 else {}


def _names(host: str, log: Log, description: Description) -> list[str]:
    """Under which names the store may have a host, beside that of the inventory and those that it gives itself."""
    said = (log.get("names") or {}).get(host)
    known = [*([said] if said else []), *description.inventory.addresses_of(host)]
    return [name for name in dict.fromkeys(known) if name != host]


DERIVATIONS: dict[str, Derivation] = {"log_canary": _canaries}

__all__ = ("DERIVATIONS", "parts_without_logs")
