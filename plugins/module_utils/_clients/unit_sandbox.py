# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a systemd unit is kept from by its sandbox: systemd.exec(5). PRIVATE to the collection."""

from __future__ import annotations

import os
import typing as t

from .._paths import is_within

PROPERTIES = (
    "ProtectSystem,ProtectHome,PrivateTmp,ReadWritePaths,ReadOnlyPaths,InaccessiblePaths,BindPaths,BindReadOnlyPaths,"
    "LogsDirectory,StateDirectory,CacheDirectory,RuntimeDirectory"
)
_YES = ("yes", "true", "1", "on")
_SYSTEM = {
    **dict.fromkeys(_YES, ("/usr", "/boot", "/efi")),
    "full": ("/usr", "/boot", "/efi", "/etc"),
    "strict": ("/",),
}
_OWN = {"LogsDirectory": "/var/log", "StateDirectory": "/var/lib", "CacheDirectory": "/var/cache", "RuntimeDirectory": "/run"}


class Kept(t.NamedTuple):
    """Why a unit may not write at a path."""

    setting: str
    hidden: bool  # whether it does not even see it


def kept_from(path: str, properties: t.Mapping[str, str]) -> Kept | None:
    """What keeps a unit with these properties (of ``systemctl show``) from writing below a path; None where nothing does."""
    real = os.path.realpath(path)
    writable, read_only, hidden = _places(properties)
    bound = max(
        (len(place) for place, setting in (*writable, *read_only) if setting.startswith("Bind") and is_within(real, place)), default=-1
    )
    for place, setting in hidden:
        if is_within(real, place) and len(place) > bound:
            return Kept(setting, hidden=True)
    most, by = max(((len(place), setting) for place, setting in read_only if is_within(real, place)), default=(-1, ""))
    if most < 0 or any(is_within(real, place) and len(place) >= most for place, _setting in writable):
        return None
    return Kept(by, hidden=False)


_Places = list[tuple[str, str]]


def _places(properties: t.Mapping[str, str]) -> tuple[_Places, _Places, _Places]:
    """Which folders are writable, read-only and hidden by which setting."""
    system, home, own_tmp = (properties.get(name, "") for name in ("ProtectSystem", "ProtectHome", "PrivateTmp"))
    writable = [(place, "ReadWritePaths") for place in _paths(properties, "ReadWritePaths")]
    writable += [(place, "BindPaths") for place in _bound(properties, "BindPaths")]
    for name, folder in _OWN.items():
        writable += [(os.path.join(folder, below.split(":")[0]), name) for below in properties.get(name, "").split()]
    read_only = [(place, f"ProtectSystem={system}") for place in _SYSTEM.get(system, ())]
    read_only += [(place, "ReadOnlyPaths") for place in _paths(properties, "ReadOnlyPaths")]
    read_only += [(place, "BindReadOnlyPaths") for place in _bound(properties, "BindReadOnlyPaths")]
    if system == "strict":
        writable += [(place, "") for place in ("/dev", "/proc", "/sys")]
    hidden = [(place, "InaccessiblePaths") for place in _paths(properties, "InaccessiblePaths")]
    homes = [(os.path.realpath(place), f"ProtectHome={home}") for place in ("/home", "/root", "/run/user")]
    if home == "read-only":
        read_only += homes
    elif home == "tmpfs" or home in _YES:
        hidden += homes
    if own_tmp == "disconnected" or own_tmp in _YES:
        hidden += [(os.path.realpath(place), f"PrivateTmp={own_tmp}") for place in ("/tmp", "/var/tmp")]
    return writable, read_only, hidden


def _paths(properties: t.Mapping[str, str], name: str) -> list[str]:
    return [os.path.realpath(word.lstrip("-+")) for word in properties.get(name, "").split() if word.lstrip("-+").startswith("/")]


def _bound(properties: t.Mapping[str, str], name: str) -> list[str]:
    """Where each of ``source:place:options`` is seen."""
    words = [word.lstrip("-+").split(":") for word in properties.get(name, "").split()]
    return [(parts[1:2] or parts)[0] for parts in words if parts[0].startswith("/")]


__all__ = ("PROPERTIES", "Kept", "kept_from")
