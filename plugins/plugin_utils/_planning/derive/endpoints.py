# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The endpoints of a service: what they answer, their version, and every certificate that is declared. PRIVATE to the collection. Pure."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from ....module_utils._exchange import public_url
from ....module_utils._phrase import phrase
from ..._described.declarations import Endpoint
from ..._described.document import Refused, dotted
from ..._described.service import CONNECTION, Description, NotDeclared, picked
from .instance import Derivation, Instance, Several, Steps

_PROBE = ("method", "body", "body_pattern", "not_body", "json", "max_latency", "percentile", "samples", "follow_redirects")


def _endpoints(description: Description) -> list[tuple[int, Endpoint]]:
    found = [(index, endpoint) for index, endpoint in enumerate(description.data.get("endpoints") or []) if endpoint.get("url")]
    if not found:
        raise NotDeclared(phrase("no endpoint with a url is declared (endpoints)"))
    return found


def _address(text: str, key: str, description: Description, steps: Steps) -> tuple[str, str, int | None]:
    """Scheme, host and port of a URL or of HOST:PORT. Refused."""
    try:
        parts = urlsplit(text if key == "url" else f"//{text}")
        if parts.hostname:
            return parts.scheme, parts.hostname, parts.port
    except ValueError:
        pass
    wanted = "an address such as https://payments.example/health" if key == "url" else "HOST:PORT"
    raise Refused([f"{description.service.where((*steps, key))}: {dotted((*steps, key))}: '{public_url(text)}' is not {wanted}"])


def _asked_from(description: Description, endpoint: Endpoint) -> tuple[str, ...] | None:
    asker = endpoint.get("from")
    return None if asker in (None, "controller") else tuple(description.part_hosts({}, str(asker)))


def _probes(description: Description) -> list[Instance]:
    several = Several()
    for index, endpoint in _endpoints(description):
        steps: Steps = ("endpoints", index)
        _address(str(endpoint["url"]), "url", description, steps)
        args = picked(endpoint, (*_PROBE, *CONNECTION))
        if endpoint.get("status") is not None:
            args["status"] = endpoint["status"] if isinstance(endpoint["status"], list) else [endpoint["status"]]
        # a name goes into records and reports: no password, no query
        name = public_url(str(endpoint["url"]))
        with several.one("http_probe", name, steps) as out:
            out.append(Instance("http_probe", name, args, _asked_from(description, endpoint), path=steps))
    return several.all()


def _versions(description: Description) -> list[Instance]:
    several, telling = Several(), 0
    for index, endpoint in _endpoints(description):
        version = endpoint.get("version")
        if not version:
            continue
        telling += 1
        wanted = description.version_wanted()
        steps: Steps = ("endpoints", index, "version")
        _address(str(endpoint["url"]), "url", description, ("endpoints", index))
        url = urljoin(str(endpoint["url"]), str(version.get("url", "")))
        name = public_url(url)
        if wanted is None:
            several.gap(
                Instance("http_probe", name, path=steps, gap=phrase("the version that should answer is not given (readiness_version)"))
            )
            continue
        args = picked(endpoint, CONNECTION)
        args["url"] = url
        if "body" in version and "{version}" not in str(version["body"]) and not version.get("json"):
            place = description.service.where((*steps, "body"))
            raise Refused([f"{place}: {dotted((*steps, 'body'))}: it has no {{version}}, so it cannot know which version is wanted"])
        if version.get("json"):
            args["json"] = {version["json"]: wanted}
        else:
            args.update({"body": str(version["body"])} if "body" in version else {}, version=wanted)
        with several.one("http_probe", name, steps) as out:
            out.append(Instance("http_probe", name, args, _asked_from(description, endpoint), path=steps))
    if not telling:
        raise NotDeclared(phrase("no endpoint tells its version (endpoints.N.version)"))
    return several.all()


def _certificates(description: Description) -> list[Instance]:
    several, count = Several(), 0
    for index, endpoint in enumerate(description.data.get("endpoints") or []):
        steps: Steps = ("endpoints", index)
        key = "url" if endpoint.get("url") else "tls"
        if not endpoint.get(key):
            continue
        scheme, host, port = _address(str(endpoint.get(key)), key, description, steps)
        if key == "url" and scheme != "https":
            continue
        port = port or 443
        options = picked(endpoint, ("ca_path", "validate_certs", "min_days", "server_name", "starttls"))
        args = {"host": host, "port": port, **options}
        count += 1
        with several.one("tls_certificate", f"{host}:{port}", steps) as out:
            out.append(Instance("tls_certificate", f"{host}:{port}", args, _asked_from(description, endpoint), path=steps))
    for name, part in description.parts.items():
        for index, file in enumerate(part.get("certificates") or []):
            path: Steps = ("parts", name, "certificates", index)
            count += 1
            with several.one("tls_certificate", file, path) as out:
                hosts = tuple(description.part_hosts(part))
                out.append(Instance("tls_certificate", file, {"path": file}, hosts, part.get("run_as"), path=path))
    if not count:
        raise NotDeclared(phrase("no https endpoint, TLS server or certificate file is declared"))
    seen: dict[tuple[str, tuple[str, ...] | None], Instance] = {}
    for instance in several.all():
        seen.setdefault((instance.instance, instance.hosts), instance)
    return list(seen.values())


DERIVATIONS: dict[str, Derivation] = {
    "http_probe": _probes,
    "http_probe:version": _versions,
    "tls_certificate": _certificates,
}

__all__ = ("DERIVATIONS",)
