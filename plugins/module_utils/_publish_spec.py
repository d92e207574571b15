# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of publish, for its module and its action. PRIVATE to the collection."""

from __future__ import annotations

from ._argspec import PHASES, Option, Spec, http_spec

FILES = ("html", "markdown", "junit", "nagios", "csv", "json")  # one file each, whose path may have placeholders
LANGUAGE_SPEC: Option = {"type": "str", "choices": ["en", "fr"]}

# documented by the fragment _targets
TARGETS_SPEC: Spec = {
    "textfile_directory": {"type": "path"},
    "pushgateway": {"type": "dict", "options": http_spec(url={"required": True})},
}

MAIL_SPEC: Spec = {
    "host": {"type": "str", "required": True},
    "port": {"type": "int", "default": 25},
    "sender": {"type": "str", "required": True},
    "to": {"type": "dict", "required": True},
    "starttls": {"type": "bool", "default": True},
    "username": {"type": "str"},
    "password": {"type": "str", "no_log": True},
    "ca_path": {"type": "path"},
}

# what the files, a run and a task may name
NAMED_SPEC: Spec = {
    **TARGETS_SPEC,
    "grafana": {
        "type": "dict",
        "options": {**http_spec(url={"required": True}), "tags": {"type": "list", "elements": "str", "default": []}},
    },
    "webhook": {"type": "dict", "options": http_spec(url={"required": True})},
    "mail": {"type": "dict", "options": MAIL_SPEC},
    **{name: {"type": "path"} for name in FILES},
    "language": LANGUAGE_SPEC,
}

PUBLISH_SPEC: Spec = {
    "record": {"type": "raw"},
    "state": {"type": "raw"},
    "service": {"type": "str"},
    "environment": {"type": "str"},
    "phase": {"type": "str", "choices": PHASES},
    "targets": {"type": "dict"},
    **NAMED_SPEC,
    "fail_on_error": {"type": "bool", "default": False},
}

__all__ = ("FILES", "LANGUAGE_SPEC", "MAIL_SPEC", "NAMED_SPEC", "PUBLISH_SPEC", "TARGETS_SPEC")
