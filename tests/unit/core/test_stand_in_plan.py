# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan that stands in for one that is refused: its records go where a service may write, and nowhere else."""

from __future__ import annotations

import pathlib
import types
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.plugin_utils._acting.refused import stand_in
from unit.core.described import ORGANISATION, document


def records_of(folder: pathlib.Path, named: str, organisation: str | None) -> str | None:
    """Where the records of a service go whose file cannot be read, and names this folder for them."""
    path = folder / "readiness.yml"
    path.write_text(f"service: {{name: payments}}\nrecords: {named}\nservces: {{}}\n")
    shared = document(organisation, "organisation", folder="/etc/org") if organisation else None
    context = types.SimpleNamespace(
        options={
            "service_file": str(path),
            "organisation_file": "/etc/org/organisation.yml" if organisation else None,
            "environment": "production",
            "phase": "pre",
            "scope": "service",
        },
        emergency=True,
        locate_service_file=lambda: str(path),
        usable=lambda schema: shared if schema == "organisation" else None,
    )
    return stand_in(t.cast("t.Any", context), ["servces: unknown key"]).records


@pytest.mark.parametrize("named", ["/var/lib/others", "../others", "~/others"])
def test_a_refused_file_writes_nowhere_else(tmp_path: pathlib.Path, named: str) -> None:
    assert records_of(tmp_path, named, ORGANISATION) is None
    assert records_of(tmp_path, named, ORGANISATION + "records: /var/lib/all\n") == "/var/lib/all"
    assert records_of(tmp_path, named, None) is not None, "without an organisation file the team is its own operations"


def test_a_refused_file_still_says_where_records_lie_in_its_own_folder(tmp_path: pathlib.Path) -> None:
    assert records_of(tmp_path, "records", ORGANISATION) == str(tmp_path / "records")
    assert records_of(tmp_path, "/var/lib/others", ORGANISATION + "service_paths: [/var/lib]\nservices_may: []\n") == "/var/lib/others"
    assert records_of(tmp_path, "/var/lib/others", ORGANISATION + "services_may: [places]\n") == "/var/lib/others"
