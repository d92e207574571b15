# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service as its file and its organisation's file describe it together. PRIVATE to the collection. Pure."""

from __future__ import annotations

import dataclasses
import os.path
import typing as t

from ...module_utils._phrase import Message, phrase, verbatim
from .approvals import Attested, Brought, Place
from .declarations import Commitments, Defaults, Duration, Part, RequirementEntry, Roster, Server, ServiceFile, SharedFile, Tier
from .document import Document, NotResolved, Unresolved, unresolved
from .templates import Beyond

V = t.TypeVar("V")
CONNECTION = (
    "url",
    "url_username",
    "url_password",
    "bearer_token",
    "headers",
    "validate_certs",
    "ca_path",
    "client_cert",
    "client_key",
)
LOG_STORES = ("victorialogs", "opensearch", "elasticsearch", "loki", "graylog")  # the kinds of log store that are asked over HTTP
# what says where in a log store the lines lie
PLACE_OF_LOGS = ("query", "index", "stream", "tenant", "message_field", "time_field", "host_field")
FILES_OF_NAGIOS = ("status_file", "object_cache_file")
PATHS = ("ca_path", "client_cert", "client_key", *FILES_OF_NAGIOS)  # of the controller


class NoChecks(Exception):
    """A requirement has no check in this run: why."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = verbatim(message)


class NotDeclared(NoChecks):
    """The description lacks what a requirement needs; the message names the key."""


class NoHost(NotDeclared):
    """An inventory pattern finds no host: what runs there cannot be looked at, which is not the description's fault."""


class NotApplicable(NoChecks):
    """The description itself says, under this key, that there is nothing to verify."""

    def __init__(self, message: Message, key: str) -> None:
        super().__init__(message)
        self.key = key


class NotDue(NoChecks):
    """It cannot be verified in this run, and need not be."""


@dataclasses.dataclass(frozen=True)
class Started:
    """How a run was started: what it leaves out of the inventory and the play, and what it puts in the place of what these say."""

    limit: str | None = None
    left_out: tuple[str, ...] = ()  # hosts, by the limit
    tags: tuple[str, ...] = ()  # where the gate's own tasks are chosen by them
    serial: bool = True  # whether the play has batches
    records: str | None = None  # the folder that the run names
    publish: t.Mapping[str, object] = dataclasses.field(default_factory=dict)  # the targets that the command line names
    environment: str | None = None  # that of the inventory, where the command line says another
    environment_alone: bool = False  # whether nobody but the command line says the environment
    service_file: bool = False  # whether the command line names it


@dataclasses.dataclass(frozen=True)
class LetPass:
    """A deployment that went on against its gate, or without it, and of which no ``post`` has told whether it is there."""

    version: str | None
    by: str  # the emergency or the decision
    at: str

    @property
    def said(self) -> Message:
        if self.version is None:
            return phrase(
                "{by:path} let a deployment pass on {day:day} that never came to its post: which version should run is not known",
                by=self.by,
                day=self.at[:10],
            )
        return phrase(
            "{by:path} let {version:path} pass on {day:day}, which never came to its post: which version should run is not known",
            by=self.by,
            version=self.version,
            day=self.at[:10],
        )


@dataclasses.dataclass(frozen=True)
class Run:
    """The parameters of one run."""

    phase: str
    environment: str = "production"
    version: str | None = None
    remembered: bool = False  # the version: of the newest deployment, not of this run's parameters
    let_pass: LetPass | None = None  # why none is remembered
    deployment_id: str | None = None
    ticket: str | None = None
    window: t.Mapping[str, str] = dataclasses.field(default_factory=dict)  # start, end: ISO 8601
    first_deployment: bool = False
    mode: str | None = None
    scope: str = "service"
    settle: str | None = None
    emergency: bool = False
    today: str = "1970-01-01"  # a whole day in UTC
    started: Started = Started()


@dataclasses.dataclass(frozen=True)
class Inventory:
    """What the plan asks Ansible and the disk.

    Hosts of a pattern, addresses under which a host is known, why a module cannot be run, whether one has an action on the controller that
    may use files there, where a path leads once symbolic links are followed, and which parameters of the run have something else answer
    for a host than what the inventory names.
    """

    hosts_of: t.Callable[[str], list[str]]
    addresses_of: t.Callable[[str], list[str]]
    module_problem: t.Callable[[str], str | None] = lambda name: None
    acts_here: t.Callable[[str], bool] = lambda name: False
    real_path: t.Callable[[str], str] = os.path.normpath
    led_elsewhere: t.Callable[[str], list[str]] = lambda host: []


@dataclasses.dataclass(frozen=True)
class Description:
    """Both files, seen as one; what stands in the service file wins."""

    service: Document
    organisation: Document | None
    run: Run
    inventory: Inventory
    using: str | None = None  # the server that a requirement names; it wins over those named elsewhere
    debt: Document | None = None
    approvals: tuple[Document, ...] = ()  # readiness.d beside the organisation's file
    brought: t.Mapping[Place, Brought] | None = None  # what git says of what stands there; None: nobody asks
    attested: t.Mapping[str, Attested] = dataclasses.field(default_factory=dict)  # by requirement; while a plan is made
    beyond: tuple[Beyond, ...] = ()  # templates of the service file that do more than read variables, with an organisation file beside it
    notices: tuple[Message, ...] = ()  # of the files, whatever is planned from them
    drafting: bool = False  # for the register: what is not known yet (values, hosts, the version) is told, and refuses nothing
    bare: bool = False  # without what the service file says of the options of checks (``defaults``): as operations alone have them

    @property
    def data(self) -> ServiceFile:
        """What the service file says."""
        return self.service.of_service

    @property
    def documents(self) -> list[Document]:
        """The files that are there, the service's own first: it wins."""
        return [document for document in (self.service, self.organisation) if document]

    @property
    def of_organisation(self) -> list[Document]:
        """The organisation's files: its own, and those of readiness.d."""
        return [self.organisation, *self.approvals] if self.organisation else []

    @property
    def name(self) -> str:
        return str(self.data["service"]["name"])

    @property
    def owner(self) -> str:
        return str(self.data["service"]["owner"])

    @property
    def kind(self) -> str:
        return str(self.data["service"].get("kind", "daemon"))

    def version_wanted(self) -> str | None:
        """The version that should run; None where this run has to name it. NotDue in service, where nobody has told the gate."""
        if self.run.version is None and self.run.let_pass:
            raise NotDue(self.run.let_pass.said)
        if self.run.version is None and self.run.phase == "recheck":
            raise NotDue(
                phrase("no version is known that should run: none was deployed through the gate, and none is given (readiness_version)")
            )
        return self.run.version

    @property
    def parts(self) -> dict[str, Part]:
        return {name: part or {} for name, part in (self.data.get("parts") or {}).items()}

    @property
    def requirements(self) -> dict[str, RequirementEntry]:
        """What the service says of requirements: its exceptions, and its own ones."""
        return self.data.get("requirements") or {}

    # -- what both files may have: mappings are merged one level deep

    @property
    def servers(self) -> dict[str, Server]:
        return self._merged(lambda file: file.get("servers"))

    @property
    def chains(self) -> dict[str, list[Tier]]:
        return self._merged(lambda file: file.get("chains"))

    @property
    def rosters(self) -> dict[str, str | Roster]:
        return self._merged(lambda file: file.get("rosters"))

    @property
    def publish(self) -> Targets:
        """Where results go: what both files name, the service's first."""
        return targets_of(*reversed(self.documents))

    def _merged(self, part: t.Callable[[SharedFile], t.Mapping[str, V] | None]) -> dict[str, V]:
        merged: dict[str, V] = {}
        for document in reversed(self.documents):
            merged.update(part(document.declared) or {})
        return merged

    @t.overload
    def default(self, choose: t.Callable[[Defaults], str | None]) -> str | None: ...

    @t.overload
    def default(self, choose: t.Callable[[Defaults], Duration | None]) -> Duration | None: ...

    @t.overload
    def default(self, choose: t.Callable[[Defaults], V | None]) -> V | None: ...

    def default(self, choose: t.Callable[[Defaults], object]) -> object:
        """What ``choose`` finds below ``defaults`` of the service file, else of the organisation's; None where there is none."""
        for document in self.documents:
            try:
                value = choose(document.declared.get("defaults") or {})
            except NotResolved:
                continue  # a mapping that nobody knows yet has no default in it
            if value is not None:
                return value
        return None

    def default_values(self, choose: t.Callable[[Defaults], t.Mapping[str, object] | None]) -> dict[str, object]:
        """The mapping that ``choose`` finds below ``defaults``, of both files: what the service file says wins, value by value."""
        merged: dict[str, object] = {}
        for document in reversed(self.documents):
            if self.bare and document is self.service:
                continue
            try:
                found = choose(document.declared.get("defaults") or {})
            except NotResolved:
                continue  # a mapping that nobody knows yet has no default in it
            if found:
                merged.update(found.items())
        return merged

    @property
    def commitments(self) -> Commitments:
        return self.data.get("commitments") or {}

    @property
    def rpo(self) -> Duration | None:
        """How much data may be lost; ``pdma`` is its French name."""
        given = self.commitments.get("rpo")
        return self.commitments.get("pdma") if given is None else given

    @property
    def rto(self) -> Duration | None:
        """How long a restore may take; ``dima`` and ``dmia`` are its French names."""
        names: tuple[t.Literal["rto", "dima", "dmia"], ...] = ("rto", "dima", "dmia")
        return next((given for name in names if (given := self.commitments.get(name)) is not None), None)

    # -- hosts

    def hosts(self, pattern: str | None = None) -> list[str]:
        """The hosts of a pattern; of the service without one."""
        wanted = pattern or self.data["service"].get("hosts")
        return self.inventory.hosts_of(str(wanted)) if wanted else []

    def part_hosts(self, part: Part, on: str | None = None) -> list[str]:
        """The hosts of a pattern, else of the part, else of the service. NotDeclared, NoHost."""
        pattern = on or part.get("hosts") or self.data["service"].get("hosts")
        if not pattern:
            raise NotDeclared(phrase("service.hosts: no inventory pattern says on which hosts the service runs"))
        found = self.hosts(str(pattern))
        if not found and self.drafting:
            return [str(pattern)]  # which hosts these are comes with the inventory
        if not found:
            raise NoHost(phrase("the inventory has no host for the pattern '{pattern:path}'", pattern=str(pattern)))
        return found

    # -- servers

    def server(self, kinds: tuple[str, ...], using: str | None = None) -> tuple[str, Server]:
        """Name and options of a named server, or of the default one of these kinds. NotDeclared."""
        servers = self.servers
        using = self.using or using
        if using:
            if using not in servers:
                raise NotDeclared(_no_server(using, sorted(servers)))
            kind = servers[using]["kind"]
            if kind not in kinds:
                raise NotDeclared(
                    phrase(
                        "the server '{name:path}' is of kind {kind:path}; expected {expected}",
                        name=using,
                        kind=kind,
                        expected=either(kinds),
                    )
                )
            return using, servers[using]
        fitting = {name: server for name, server in servers.items() if _may_be(server, kinds)}
        chosen = [name for name, server in fitting.items() if not isinstance(server, Unresolved) and server.get("default")]
        chosen = chosen or [name for name, server in fitting.items() if server["kind"] in kinds]  # refused where one of them is wrong
        if not chosen:
            none = phrase("no server of kind {kind} is declared (servers, in the organisation's or the service's file)", kind=either(kinds))
            raise NotDeclared(none)
        if len(chosen) > 1:
            several = phrase(
                "several servers of kind {kind} are declared ({names:list}) and none is the default", kind=either(kinds), names=chosen
            )
            raise NotDeclared(several)
        return chosen[0], fitting[chosen[0]]

    def has_server(self, kind: str) -> bool:
        """Whether any server may be of this kind."""
        return any(_may_be(server, (kind,)) for server in self.servers.values())

    def connection(self, kind: str, using: str | None = None) -> dict[str, object]:
        """The options with which a check reaches a server of this kind."""
        return self.reached((kind,), using)[1]

    def reached(self, kinds: tuple[str, ...], using: str | None = None) -> tuple[str, dict[str, object]]:
        """The kind of a server that is of one of these, and the options with which a check reaches it."""
        name, server = self.server(kinds, using)
        kind = server["kind"]
        if kind == "nagios" and not server.get("status_file"):
            raise NotDeclared(phrase("the server '{name:path}' has no status_file", name=name))
        if kind != "nagios" and not server.get("url"):
            raise NotDeclared(phrase("the server '{name:path}' has no url", name=name))
        home = self.service if name in (self.data.get("servers") or {}) else self.organisation
        keys = FILES_OF_NAGIOS if kind == "nagios" else CONNECTION if kind in LOG_STORES else (*CONNECTION, "failover")
        options = picked(server, keys)
        for key in PATHS:
            if isinstance(path := options.get(key), str):
                options[key] = self.path(path, home)
        if kind == "prometheus":
            options.update(picked(server, ("probe_query", "rules_url")))
        if kind in LOG_STORES:
            options.update(picked(server, PLACE_OF_LOGS))
        if server.get("timeout"):
            options["timeout"] = server["timeout"]
        return kind, options

    # -- traits

    def lacks(self, trait: str) -> Message | None:
        """Why a trait does not apply to this service, or None when it does."""
        given = (self.data.get("traits") or {}).get(trait)
        if given is False:
            return phrase("traits.{trait:path} is false", trait=trait)
        if given is None and trait == "tls" and not self._has_tls():
            return phrase("no https endpoint, TLS server or certificate file is declared")
        return None

    def _has_tls(self) -> bool:
        endpoints = self.data.get("endpoints") or []
        if unresolved(endpoints):
            return True
        encrypted = any(endpoint.get("tls") or str(endpoint.get("url", "")).lower().startswith("https:") for endpoint in endpoints)
        undeclared = not endpoints and (self.data.get("traits") or {}).get("http") is not False
        return encrypted or undeclared or any(part.get("certificates") for part in self.parts.values())

    def path(self, text: str, document: Document | None = None) -> str:
        """A path of a file (the service file without one), which is relative to that file."""
        return (document or self.service).path(text)


@dataclasses.dataclass(frozen=True)
class Targets:
    """Where results go. What stands in a file and cannot be resolved costs its target, and never the verdict or the other targets."""

    usable: t.Mapping[str, object] = dataclasses.field(default_factory=dict)
    unusable: t.Mapping[str, str] = dataclasses.field(default_factory=dict)  # by target: file, line, key and why

    def with_default(self, name: str, value: object) -> Targets:
        """With what holds where no file names this target."""
        if value is None or name in self.usable or name in self.unusable:
            return self
        return self._with(name, value)

    def _with(self, name: str, value: object) -> Targets:
        """With this target in the place of one of its name. A part that nobody knows is not left out: a server is not asked without it."""
        later = unresolved(value)
        usable = {key: item for key, item in self.usable.items() if key != name}
        unusable = {key: why for key, why in self.unusable.items() if key != name}
        if later:
            return Targets(usable, {**unusable, name: "; ".join(dict.fromkeys(map(_why, later)))})
        return Targets({**usable, name: value}, unusable)


def targets_of(*documents: Document) -> Targets:
    """What files say under ``publish``, each over those before it."""
    found = Targets()
    for document in documents:
        given: object = document.data.get("publish")
        if isinstance(given, Unresolved):
            found = Targets(found.usable, {**found.unusable, "publish": _why(given)})
        for name, value in given.items() if isinstance(given, dict) else ():
            found = found._with(str(name), value)
    return found


def _why(later: Unresolved) -> str:
    # the key last: what follows url_password: in quotes is taken for a password, and the name of the variable would not be seen
    return f"{later.place}{': ' if later.place else ''}{later.reason} ({later.path})"


def picked(given: t.Mapping[str, object], keys: t.Iterable[str]) -> dict[str, object]:
    """Those of the keys that are there, with their values."""
    return {key: value for key in keys if (value := given.get(key)) is not None}


def either(names: t.Sequence[str]) -> Message:
    """Names as alternatives."""
    *others, last = names
    return phrase("{others:list} or {last:path}", others=others, last=last) if others else verbatim(last)


def every(names: t.Sequence[str]) -> Message:
    """Names of which all are meant."""
    *others, last = names
    return phrase("{others:list} and {last:path}", others=others, last=last) if others else verbatim(last)


def _may_be(server: Server | Unresolved, kinds: tuple[str, ...]) -> bool:
    """Whether a server is of one of these kinds; of one that cannot be read, what stands there of its kind counts."""
    if not isinstance(server, Unresolved) or server.given is None:
        return server["kind"] in kinds
    kind = server.given.get("kind") if isinstance(server.given, dict) else None
    return not isinstance(kind, str) or kind in kinds


def _no_server(name: str, known: list[str]) -> Message:
    if known:
        return phrase("there is no server '{name:path}'; known: {known:list}", name=name, known=known)
    return phrase("there is no server '{name:path}'; none is declared", name=name)


__all__ = (
    "CONNECTION",
    "LOG_STORES",
    "PLACE_OF_LOGS",
    "Description",
    "Inventory",
    "LetPass",
    "NoChecks",
    "NoHost",
    "NotApplicable",
    "NotDeclared",
    "NotDue",
    "Run",
    "Started",
    "Targets",
    "either",
    "every",
    "picked",
    "targets_of",
)
