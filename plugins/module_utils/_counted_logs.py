# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logs whose lines other programs count, to which nothing is added: access, audit, accounting. PRIVATE to the collection. Pure."""

from __future__ import annotations

import re

from ._phrase import Message, phrase

_DATED = r"(?:[._-]\d[\d._-]*)?"
_ACCESS = re.compile(
    rf"(?:^|.*[^a-z])(?:access|request)s?(?:[._-]?logs?)?{_DATED}(?:\.(?:log|txt|json|jsonl|ndjson|csv|clf))?(?:\.\d+)?", re.IGNORECASE
)
# of programs that answer requests, whatever else is in the name
_SERVERS = re.compile(
    r"/(?:apache2?|httpd|nginx|caddy|traefik|haproxy|varnish|squid|lighttpd|envoy|tomcat\d*|openresty)(?:/|$)", re.IGNORECASE
)
_IN_NAME = re.compile(r"(?:^|[^a-z])(?:access(?:[^a-z]|log|$)|(?:requests?|traffic|clf|combined)(?:[^a-z]|$))", re.IGNORECASE)
# of programs that log nothing but requests and their own troubles: the log of each site has the name of the site
_OF_SITES = re.compile(r"/(?:apache2?|httpd|nginx|openresty|lighttpd|haproxy|varnish|W3SVC\d+)(?:/|$)", re.IGNORECASE)
_TROUBLES = re.compile(
    r"(?:^|[^a-z])(?:errors?|err|debug|warn(?:ings?)?|notice|cache|php|fpm|suexec|stderr|startup)(?:[^a-z]|log|$)", re.IGNORECASE
)
_REQUESTS = re.compile(
    r"haproxy(?:[._-].*)?|varnishncsa.*|.*[._-]ncsa|u_(?:ex|in|nc)\d+.*|(?:ex|in|nc)\d{6,8}.*|httperr\d*.*", re.IGNORECASE
)
_TRANSFERS = re.compile(r"xferlog.*|(?:vs|pro|pure-)ftpd?(?:[._-].*)?|sftp-server.*", re.IGNORECASE)
# what the system keeps of logins and mail in its own folder; elsewhere a service may be called so
_SYSTEM = re.compile(
    r"/var/(?:log|adm)/(?:auth(?:priv)?|authlog|secure|sudo|sulog|loginlog|mail|maillog)(?:\.(?:log|info|warn|err))?[.\d-]*"
)
_CALLS = re.compile(r"(?:^|[^a-z])(?:cdr|radacct)(?:[^a-z]|$)", re.IGNORECASE)
_AUDIT = re.compile(r"(?:^|[^a-z])audit(?:[^a-z]|log|d\b|$)", re.IGNORECASE)
_BINARY = re.compile(r"[uwb]tmpx?|lastlog|faillog|tallylog|pacct|account")


def why_counted(path: str, declared: bool | None) -> Message | None:
    """Why nothing may be added to a log; None where it may. ``declared``: what the service says of it, which wins over its name."""
    if declared is not None:
        return phrase("it is declared that other programs count its lines (counted)") if declared else None
    folder, _slash, name = path.rpartition("/")
    if _BINARY.fullmatch(name):
        return phrase("it is no log of lines, but a record of logins")
    if _SYSTEM.fullmatch(path):
        return phrase("it is the system's own record of logins or of mail by its name, whose lines other programs count")
    if _TRANSFERS.fullmatch(name) or _CALLS.search(path):
        return phrase("it is a record of transfers or of usage by its name, of which each line counts")
    if _AUDIT.search(name) or folder.rstrip("/").endswith("/audit"):
        return phrase("it is an audit log by its name, of which each line counts")
    of_site = _OF_SITES.search(folder) and not _TROUBLES.search(name)
    if _ACCESS.fullmatch(name) or _REQUESTS.fullmatch(name) or of_site or (_SERVERS.search(folder) and _IN_NAME.search(name)):
        return phrase("it is an access log by its name, whose lines other programs count")
    return None


__all__ = ("why_counted",)
