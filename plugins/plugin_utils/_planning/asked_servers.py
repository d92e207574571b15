# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which servers of the files a check asks, and how it reaches them. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from .._described.service import LOG_STORES, Description

CLASSIC = ("centreon", "icinga", "livestatus", "nagios")  # the kinds of server that classic_monitoring asks
_ONE_KIND = ("prometheus", "alertmanager")
OF_LOGS = ("log_flow", "log_retention")  # checks that ask a log store, of whatever kind
ADDRESSES = ("url", "status_file")  # the options that say which server it is


def kinds_asked(check: str) -> tuple[str, ...]:
    """The kinds of server of which a check asks one; none for a check that asks what the service declares."""
    kind = check.partition("_")[0]
    if check in OF_LOGS:
        return LOG_STORES
    return CLASSIC if check == "classic_monitoring" else (kind,) if kind in _ONE_KIND else ()


def kinds_known(check: str) -> tuple[str, ...]:
    """The kinds of server with which a check has something to do; a log store may also be files or journals, which nobody is asked for."""
    return (*LOG_STORES, "file", "journald") if check in OF_LOGS else kinds_asked(check)


def server_options(check: str, description: Description, using: str | None = None) -> dict[str, object]:
    """The options with which a check reaches the server that it asks. NotDeclared."""
    kind, options = description.reached(kinds_asked(check), using)
    named = "system" if check == "classic_monitoring" else "backend" if check in OF_LOGS else None
    return {named: kind, **options} if named else options


def address(args: t.Mapping[str, object]) -> object:
    """What tells the server of these arguments from others."""
    return next((args[name] for name in ADDRESSES if args.get(name)), None)


__all__ = ("ADDRESSES", "CLASSIC", "address", "kinds_asked", "kinds_known", "server_options")
