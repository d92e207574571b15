# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Repositories of restic as autorestic and resticprofile have them in their configuration. PRIVATE to the collection.

Only values are read: no hook, no template and no command of theirs is run. A password command is handed to restic, which is what it is for.
"""

from __future__ import annotations

import dataclasses
import glob
import os
import posixpath
import re
import typing as t

from .._finding import CannotObserve
from .._phrase import phrase
from .._runner import Runner
from .settings_files import read_settings

Settings = t.Mapping[str, object]
_TYPES = ("azure", "b2", "gs", "rclone", "s3", "sftp", "swift")
_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|([A-Za-z_]\w*))")
DEEPEST = 10  # profiles that inherit from each other


@dataclasses.dataclass
class Profile:
    """What a wrapper tells restic."""

    repository: str
    password: str | None = None
    password_file: str | None = None
    password_command: str | None = None
    environment: dict[str, object] = dataclasses.field(default_factory=dict)
    paths: list[str] = dataclasses.field(default_factory=list)
    host: str | None = None
    tags: list[str] = dataclasses.field(default_factory=list)
    unclear: list[str] = dataclasses.field(default_factory=list)  # what is backed up besides, which only the wrapper can tell
    matched: list[str] = dataclasses.field(default_factory=list)  # those of the paths that a pattern finds on this host now


def read_profile(runner: Runner, path: str, name: str | None) -> Profile:
    """The repository of that profile, backend or location (LOCATION@BACKEND); without a name of the only one. CannotObserve."""
    data = read_settings(runner, path)
    if "backends" in data or "locations" in data:
        return _autorestic(runner, data, path, name)
    return _resticprofile(runner, data, path, name)


def _map(value: object) -> Settings:
    return value if isinstance(value, dict) else {}


def _texts(value: object) -> list[str]:
    if isinstance(value, (list, tuple)):
        return [str(item) for item in value]
    return [] if value is None else [str(value)]


def _text(value: object) -> str | None:
    return None if value in (None, "") or isinstance(value, (dict, list)) else str(value)


def _beside(path: str, name: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(os.path.abspath(path)), os.path.expanduser(name)))


# -- autorestic


def _autorestic(runner: Runner, data: Settings, path: str, name: str | None) -> Profile:
    backends, locations = _map(data.get("backends")), _map(data.get("locations"))
    chosen, _at, wanted = (name or "").partition("@")
    location = _map(locations.get(chosen))
    if not name:
        if len(backends) != 1:
            raise _choose(path, [*backends, *locations])
        wanted = str(next(iter(backends)))
    elif chosen in locations:
        targets = _texts(location.get("to"))
        if not wanted and len(targets) != 1:
            raise _choose(path, [f"{chosen}@{target}" for target in targets])
        wanted = wanted or targets[0]
    elif chosen in backends:
        wanted = chosen
    if wanted not in backends:
        raise _unknown(path, name or wanted, [*backends, *locations])
    backend = _map(backends[wanted])
    variables = _autorestic_variables(runner, path)
    prefix = f"AUTORESTIC_{re.sub(r'[^A-Za-z0-9]', '_', wanted).upper()}_"
    own = {key[len(prefix) :]: value for key, value in variables.items() if key.startswith(prefix)}
    password = own.pop("RESTIC_PASSWORD", None) or _text(backend.get("key"))
    sources = [location] if location else [_map(one) for one in locations.values() if wanted in _texts(_map(one).get("to"))]
    paths = [_beside(path, source) for one in sources if one.get("type", "local") == "local" for source in _texts(one.get("from"))]
    return Profile(
        _autorestic_repository(path, wanted, backend),
        password,
        environment={**_map(backend.get("env")), **own},
        paths=paths,
        tags=[f"ar:location:{chosen}"] if location else [],
    )


def _autorestic_repository(path: str, name: str, backend: Settings) -> str:
    kind, where = _text(backend.get("type")), _text(backend.get("path"))
    if kind is None or where is None:
        raise CannotObserve(phrase("{file:path}: the backend {name} has no type or no path", file=path, name=name))
    if kind == "local":
        return _beside(path, where)
    if kind == "rest":
        login = _map(backend.get("rest"))
        user, password = _text(login.get("user")), _text(login.get("password"))
        if user is not None:
            scheme, found, rest = where.rpartition("://")
            where = f"{scheme}{found}{user}:{password or ''}@{rest}"
        return f"rest:{where}"
    if kind not in _TYPES:
        raise CannotObserve(phrase("{file:path}: the type {kind} of the backend {name} is not known", file=path, kind=kind, name=name))
    return f"{kind}:{where}"


def _autorestic_variables(runner: Runner, path: str) -> dict[str, str]:
    """What stands in the .autorestic.env beside the configuration."""
    beside = _beside(path, ".autorestic.env")
    if not os.path.exists(beside):
        return {}
    found = re.findall(r"^\s*(?:export\s+)?(AUTORESTIC_\w+)\s*=\s*(.*?)\s*$", runner.read_text(beside, max_bytes=2**20), re.M)
    return {name: value[1:-1] if value[:1] in ("'", '"') and value[-1:] == value[:1] else value for name, value in found}


# -- resticprofile


def _resticprofile(runner: Runner, data: Settings, path: str, name: str | None) -> Profile:
    profiles = _map(data.get("profiles")) if str(data.get("version", "1")) == "2" else data
    name = name or "default"
    groups = _map(data.get("groups"))
    if name in groups:
        members = _texts(_map(groups[name]).get("profiles") if isinstance(groups[name], dict) else groups[name])
        raise CannotObserve(
            phrase(
                "{file:path}: {name} is a group of profiles: give each of them a check of its own ({names:list})",
                file=path,
                name=name,
                names=members[:10],
            )
        )
    if not _map(profiles.get(name)):
        if data.get("includes"):
            said = phrase("{file:path}: no profile {name}; the files that it includes are not read", file=path, name=name)
            raise CannotObserve(said)
        raise _unknown(path, name, [key for key, value in profiles.items() if "repository" in _map(value) or "inherit" in _map(value)])
    profile = _inherited(profiles, name)
    given = {key: _text(profile.get(key)) for key in ("repository", "repository-file", "password-file", "password-command")}
    templates = sorted(key for key, value in given.items() if value and "{{" in value)
    if templates:
        raise CannotObserve(
            phrase(
                "{file:path}: {keys:list} of the profile {name} is a template, which is not evaluated", file=path, keys=templates, name=name
            )
        )
    base = _text(profile.get("base-dir"))
    environment = {key.upper(): value for key, value in _map(profile.get("env")).items()}
    repository = given["repository"] or _text(environment.get("RESTIC_REPOSITORY"))
    if repository is None and given["repository-file"] is not None:
        raise CannotObserve(
            phrase("{file:path}: the profile {name} has its repository in a file: give it as 'repository'", file=path, name=name)
        )
    if repository is None:
        raise CannotObserve(phrase("{file:path}: the profile {name} has no repository", file=path, name=name))
    backup = _map(profile.get("backup"))
    sources = _sources(backup, base, path, {**runner.environ, **{key: str(value) for key, value in environment.items()}})
    return Profile(
        re.sub(r"^local:", "", repository),
        password_file=None if given["password-file"] is None else _beside(path, given["password-file"]),
        password_command=given["password-command"],
        environment=environment,
        paths=sources.paths,
        unclear=sources.unclear,
        matched=sources.matched,
        host=_host(backup.get("host", profile.get("host"))),
        tags=_texts(backup.get("tag", profile.get("tag"))) if not isinstance(backup.get("tag", profile.get("tag")), bool) else [],
    )


class Sources(t.NamedTuple):
    """What a profile backs up; ``unclear`` and ``matched`` as in Profile."""

    paths: list[str]
    unclear: list[str]
    matched: list[str]


def _sources(backup: Settings, base: str | None, config: str, environ: t.Mapping[str, str]) -> Sources:
    found = Sources([], [], [])
    if backup.get("stdin") is True or backup.get("stdin-command"):
        name = _text(backup.get("stdin-filename")) or "stdin"
        (found.unclear if "{{" in name else found.paths).append(name if "{{" in name else posixpath.normpath("/" + name.lstrip("/")))
        return found
    above = _text(backup.get("source-base"))
    for source in _texts(backup.get("source")):
        plain, start = _expanded(source, environ), "" if above is None else _expanded(above, environ)
        if plain is None or start is None:
            found.unclear.append(source if plain is None else str(above))
            continue
        whole = posixpath.join(posixpath.expanduser(start), posixpath.expanduser(plain))
        whole = posixpath.normpath(posixpath.join(base, whole)) if base else _beside(config, whole)
        if not glob.has_magic(whole) or os.path.lexists(whole):
            found.paths.append(whole)
            continue
        there = sorted(glob.glob(whole))
        found.paths.extend(there)
        found.matched.extend(there)
        if not there:
            found.unclear.append(source)
    return found


def _expanded(text: str, environ: t.Mapping[str, str]) -> str | None:
    """With the variables of the environment in it; None where it cannot be told."""
    names = ["".join(pair) for pair in _VARIABLE.findall(text)]
    if "{{" in text or any(name not in environ for name in names):
        return None
    return _VARIABLE.sub(lambda match: environ[match[1] or match[2]], text)


def _host(value: object) -> str | None:
    return None if isinstance(value, bool) else _text(value)


def _inherited(profiles: Settings, name: str) -> Settings:
    """A profile with what it inherits."""
    chain: list[Settings] = []
    following: str | None = name
    while following is not None and len(chain) < DEEPEST:
        chain.append(_map(profiles.get(following)))
        following = _text(chain[-1].get("inherit"))
    merged: dict[str, object] = {}
    for one in reversed(chain):
        for key, value in one.items():
            merged[key] = {**_map(merged.get(key)), **value} if isinstance(value, dict) else value
    return merged


def _choose(path: str, names: t.Sequence[str]) -> CannotObserve:
    return CannotObserve(phrase("{file:path} has several repositories: say in 'profile' which ({names:list})", file=path, names=names[:10]))


def _unknown(path: str, name: str, names: t.Sequence[str]) -> CannotObserve:
    if not names:
        return CannotObserve(phrase("{file:path} is no configuration of autorestic or resticprofile", file=path))
    return CannotObserve(phrase("{file:path} has no {name}; it has {names:list}", file=path, name=name, names=names[:10]))


__all__ = ("Profile", "read_profile")
