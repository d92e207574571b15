# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses of pages compared: the home page of a site, what stands deep in it, what carries another along. PRIVATE to the collection."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, unquote, urlsplit

# of languages, and of countries where sites are named by these
_LANGUAGE = (
    r"(?:a[rtu]|b[egr]|c[ahnsyz]|d[aek]|e[lnstu]|f[air]|g[ablr]|h[eiruy]|i[dentsw]|j[ap]|k[or]|l[tuv]|m[stx]|n[bln]|p[lt]|r[ou]|s[ekloqrv]"
    r"|t[hr]|u[ks]|v[i]|zh)"
)
_ROOT = re.compile(
    rf"/?(?:(?:{_LANGUAGE}(?:[-_][a-z]{{2,4}})?|index\.\w{{2,5}}|default\.aspx?|home|accueil|welcome|bienvenue|start|main|dashboard|portal|portail)"
    r"(?:/|$))*",
    re.IGNORECASE,
)
_MANNER = re.compile(r"(utm_.*|lang|language|locale|hl|theme|orgid|error|redirected|not_?found|404|msg|ref)", re.IGNORECASE)
_LOGIN_PATH = re.compile(
    r"/(login|log-in|log_in|signin|sign-in|sign_in|sso|saml2?|oauth2?|oidc|openid|openid-connect|adfs|cas|auth|authenticate|authorize|connexion)"
    r"(?![\w-])",
    re.IGNORECASE,
)
_LOGIN_HOST = re.compile(
    r"(login|signin|sso|auth|idp|accounts?|adfs|keycloak|cas|identity|sts)[.-]|.*\b(okta|onelogin|auth0)\.com$", re.IGNORECASE
)


def split_fragment(url: str) -> tuple[str, str]:
    """The address without its fragment, and the fragment where it names a place in a page (not lines of a file, or text), or a route."""
    address, _sharp, fragment = url.partition("#")
    if fragment.startswith(":~:") or re.fullmatch(r"L\d+(-L?\d+)?", fragment) or "=" in fragment:
        return address, ""
    return address, unquote(fragment)


def is_route(fragment: str) -> bool:
    """Whether a script in the page, not the page, makes something of a fragment."""
    return fragment.startswith(("/", "!"))


def origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}".lower()


def same_site(one: str, other: str) -> bool:
    """The same host, whatever its scheme and port, with or without www."""
    return _bare_host(one) == _bare_host(other)


def _bare_host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")


def is_home(url: str) -> bool:
    """Whether an address is a site's home page, by its name."""
    parts = urlsplit(url)
    return bool(_ROOT.fullmatch(parts.path)) and not is_route(parts.fragment) and not _asks_for_something(parts.query)


def _asks_for_something(query: str) -> bool:
    return any(not _MANNER.fullmatch(name) for name, _value in parse_qsl(query[:4000], keep_blank_values=True, max_num_fields=None))


def segments(url: str) -> list[str]:
    return [unquote(part) for part in urlsplit(url).path.split("/") if part]


def same_page(one: str, other: str) -> bool:
    """The same address but for a trailing slash, scheme, port and fragment."""
    first, second = urlsplit(one), urlsplit(other)
    return same_site(one, other) and first.path.rstrip("/") == second.path.rstrip("/") and first.query == second.query


def is_login(url: str) -> bool:
    """Whether an address is a login's, by its name."""
    parts = urlsplit(url)
    return bool(_LOGIN_PATH.search(parts.path) or _LOGIN_HOST.match(parts.hostname or ""))


def is_for_login(url: str) -> bool:
    """Whether it is the page of a login that an address names."""
    return bool(re.fullmatch(r"(login|log-?in|sign-?in|connexion)(\.\w{2,5})?", (segments(url) or [""])[-1], re.IGNORECASE))


def carries(url: str, asked: str) -> bool:
    """Whether an address has the one that was asked for in its query, to go back there afterwards."""
    path = urlsplit(asked).path
    return len(path) > 1 and any(path in value for _name, value in parse_qsl(urlsplit(url).query[:8000]))


__all__ = ("carries", "is_for_login", "is_home", "is_login", "is_route", "origin", "same_page", "same_site", "segments", "split_fragment")
