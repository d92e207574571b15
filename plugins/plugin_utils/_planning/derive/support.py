# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who helps, and with what: the runbook, the other documents, the support chains. PRIVATE to the collection. Pure."""

from __future__ import annotations

import contextlib
import typing as t

from ....module_utils._exchange import public_url
from ....module_utils._phrase import phrase
from ....module_utils._registry import load_check
from ..._described.declarations import Tier
from ..._described.document import unresolved
from ..._described.service import Description, NoHost, NotDeclared
from .alerts import evaluating, servers_of
from .instance import Derivation, Instance, Steps


def _runbook(description: Description) -> list[Instance]:
    declared = (description.data.get("documents") or {}).get("runbook")
    if not declared:
        raise NotDeclared(phrase("documents.runbook is not declared"))
    given: dict[str, object] = dict(declared) if isinstance(declared, dict) else {"url" if "://" in str(declared) else "path": declared}
    args: dict[str, object] = {**description.default_values(lambda given: given.get("runbook")), **given}
    if args.get("path"):
        args["path"] = description.path(str(args["path"]))
    kept = given.get("git")
    if isinstance(kept, dict):
        name = f"{public_url(str(kept.get('url')))} {kept.get('path')}"
    else:
        name = str(given["path"]) if given.get("path") else public_url(str(given.get("url")))
    steps: Steps = ("documents", "runbook")
    if not args.get("verify_references"):
        return [Instance("runbook", name, args, path=steps)]
    return _with_references(description, name, args, steps)


def _with_references(description: Description, name: str, args: dict[str, object], steps: Steps) -> list[Instance]:
    """The hosts look for what the commands name; the controller, which reads the document, judges what they saw."""
    called = phrase("what {runbook:path} names", runbook=name)
    try:
        hosts = _all_hosts(description)
    except NotDeclared as exc:
        whole = Instance("runbook", name, {**args, "verify_references": False}, path=steps)
        return [whole, Instance("runbook", called, path=steps, gap=exc.message, unseen=isinstance(exc, NoHost))]
    args["seen_on"] = list(hosts)
    judging = {**args}
    if description.has_server("prometheus"):
        with contextlib.suppress(NotDeclared):  # which of several is not said: alerts are unknown then
            judging["prometheus"] = [evaluating(description, one) for one in servers_of(description.data.get("alerts") or {})]
    return [
        Instance("runbook", name, args, path=steps),
        Instance("references", called, {}, hosts, call="see", path=steps),
        Instance("runbook", called, judging, call="references", after="see", path=steps),
    ]


def _all_hosts(description: Description) -> tuple[str, ...]:
    """Those of the service and of each of its parts. NotDeclared, NoHost."""
    found = list(description.part_hosts({})) if description.data["service"].get("hosts") else []
    for part in description.parts.values():
        if part.get("hosts"):
            found += description.part_hosts(part)
    return tuple(dict.fromkeys(found or description.part_hosts({})))


_KINDS = {
    "operations_manual": phrase("documents.operations_manual is not declared: where is the operations manual?"),
    "known_errors": phrase("documents.known_errors is not declared: where are the known errors of this version?"),
    "call_script": phrase("documents.call_script is not declared: where is what the call centre says?"),
    "architecture": phrase("documents.architecture is not declared: where is the architecture described?"),
}
_OF_DATA = "backup"  # the section of a manual that a service without data need not have


def _document(kind: str) -> Derivation:
    def derived(description: Description) -> list[Instance]:
        declared = (description.data.get("documents") or {}).get(kind)
        if not declared:
            raise NotDeclared(_KINDS[kind])
        given: dict[str, object] = dict(declared) if isinstance(declared, dict) else {"url" if "://" in str(declared) else "path": declared}
        args: dict[str, object] = {"preset": kind, "service_folder": description.path("."), **given}
        for option in ("path", "service_folder"):
            if args.get(option):
                args[option] = description.path(str(args[option]))
        sources = given.get("codes_from")
        if sources:
            args["codes_from"] = [description.path(str(one)) for one in (sources if isinstance(sources, list) else [sources])]
        if kind == "operations_manual" and "sections" not in given and description.lacks("data"):
            args["sections"] = [name for name in load_check("document").PRESETS[kind] if name != _OF_DATA]
        name = _named(given)
        steps: Steps = ("documents", kind)
        if "version" not in given and given.get("version_required") is not False:
            if description.run.version is not None:
                args["version"] = description.run.version
            elif description.run.phase == "design":
                args["version_required"] = False  # none is chosen yet
            else:
                gap = phrase("the version that the document is to be for is not given (readiness_version)")
                return [Instance("document", name, args, path=steps, gap=gap, lacks="version")]
        return [Instance("document", name, args, path=steps)]

    return derived


def _named(given: t.Mapping[str, object]) -> str:
    git = given.get("git")
    if isinstance(git, dict):
        return f"{git.get('path')} ({public_url(str(git.get('url')))})"
    return str(given["path"]) if given.get("path") else public_url(str(given.get("url")))


def chains_in_use(description: Description) -> dict[str, list[Tier]]:
    """The support chains of the parts that are defined, with their tiers, by their name or by the part that writes one out."""
    return _given(description)[1]


def _given(description: Description) -> tuple[dict[str, str | None], dict[str, list[Tier]]]:
    """The chain of each part, by its name, and those that are defined."""
    chains = dict(description.chains)
    components: dict[str, str | None] = {}
    for name, part in description.parts.items():
        support = part.get("support")
        if isinstance(support, list):
            own = phrase("of part {part:path}", part=name)
            chains[own] = support
            support = own
        components[name] = support
    return components, {name: chains[name] for name in chains if name in components.values()}


def _support(description: Description) -> list[Instance]:
    if not description.parts:
        raise NotDeclared(phrase("no part is declared (parts), so no support chain either"))
    components, chains = _given(description)
    args: dict[str, object] = {"components": components, "chains": chains}
    args.update(description.default_values(lambda given: given.get("support")))
    hours = description.commitments.get("hours")
    if hours:
        args["hours"] = hours
    if "max_response" not in args and description.rto is not None:
        args["max_response"] = description.rto  # whoever answers first when it is over cannot keep it
    found = [Instance("support_chain", "support chains", args, path=("parts",))]
    if description.drafting:  # else the check itself tells it, of what it sees
        for part, chain in components.items():
            if chain is not None and not unresolved({"": chain}) and chain not in chains:
                gap = phrase("{part:path}: the chain {chain} is not declared (chains)", part=part, chain=chain)
                found.append(Instance("support_chain", part, path=("parts", part), gap=gap))
    return found


DERIVATIONS: dict[str, Derivation] = {
    **{f"document:documents.{kind}": _document(kind) for kind in _KINDS},
    "runbook": _runbook,
    "support_chain": _support,
}

__all__ = ("DERIVATIONS",)
