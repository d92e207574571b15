# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the sentence of a statement says by itself: nothing, or something of another version. PRIVATE to the collection."""

from __future__ import annotations

import re

from ._placeholders import is_unfilled, plain

COPY_LINE = "WHAT IS SO, IN A SENTENCE"
_WORD = re.compile(r"[^\W\d_]{2,}")
_VERSION = re.compile(r"(?<![\w.])(to|vers|a|à|from|de)?\s*(?:\bv(?:ersion)?\.?\s?)?(\d{1,4}(?:\.\d{1,4}){1,3})(?![\w.]*\d)", re.IGNORECASE)
# before the number: documents, and software that a service runs on, which have versions of their own; or a name written so (PostgreSQL)
_OF_ELSE = re.compile(
    r"(?:\b(?i:runbooks?|manuals?|manuel|dex|guide|documents?|documentation|procedure|proc\u00e9dure|plan|scripts?|playbooks?|ansible|postgres(?:ql)?"
    r"|mysql|mariadb|oracle|rhel|red\s?hat|debian|ubuntu|centos|rocky|alma(?:linux)?|sles|suse|windows|linux|kernel|java|jdk|jre|python|php|node(?:js)?"
    r"|nginx|apache|httpd|tomcat|wildfly|jboss|haproxy|kafka|rabbitmq|redis|mongodb|cassandra|kubernetes|k8s|openshift|docker|podman|helm"
    r"|grafana|prometheus|alertmanager|loki|graylog|elasticsearch|opensearch|kibana|icinga|nagios|centreon|zabbix|keycloak|openssl|vault"
    r"|consul|restic|borg|barman|pgbackrest|schema|client|agent|framework|spring(?:\s?boot)?|api|rfc|iso|section|chapter|chapitre|annexe)"
    r"|\b[A-Z]?[a-z]+[A-Z]\w*)\s+(?:v(?:ersion)?\.?\s?)?$"
)


def says_nothing(statement: str) -> bool:
    """A placeholder, the line that is to be filled in, or no sentence: a single word."""
    if is_unfilled(statement) or plain(statement).strip(" .!") == plain(COPY_LINE):
        return True
    words = _WORD.findall(statement)
    return len(words) < 2 and not any(len(word) > 5 and not word.isascii() for word in words)


def other_version(statement: str, wanted: str) -> str | None:
    """A version that it names in the place of the wanted one, written as that one is; not one to which or from which something leads."""
    number = re.search(r"\d+(?:\.\d+)+", wanted)
    if number is None or wanted in statement or number.group(0) in statement:
        return None
    parts = number.group(0).count(".")
    if parts < 2 and not re.search(r"version|\bv\d", statement, re.IGNORECASE):
        return None  # 1.5 may be an amount of anything
    for match in _VERSION.finditer(statement):
        found = match.group(2)
        if _OF_ELSE.search(statement[max(match.start() - 60, 0) : match.start()]):
            continue
        if not match.group(1) and found.count(".") == parts and not re.search(r"\.(?:19|20)\d\d$", found):
            return found
    return None


__all__ = ("COPY_LINE", "other_version", "says_nothing")
