# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service of level A with everything in place, on real parts: GO before its deployment, after it, and when it is verified again."""

from __future__ import annotations

import pathlib
import typing as t

import full_estate
import pytest
import servers
import shop_estate
import yaml
from integration.playbook import ROLE, Outcome, Site


class Full(Site):
    """The estate of ``DEMO=full make demo`` with its files."""

    def __init__(self, folder: pathlib.Path, estate: full_estate.FullEstate) -> None:
        super().__init__(folder)
        self.estate = estate
        self.hosts = {name: {"ansible_host": address} for name, address in shop_estate.HOSTS.items()}
        self.others = {"log1": {}, "vault1": {}}
        self.service, self.organisation = (
            t.cast("dict[str, t.Any]", yaml.safe_load((estate.folder / name).read_text())) for name in ("readiness.yml", "organisation.yml")
        )

    def gate(self, phase: str, playbook: str = ROLE, **more: t.Any) -> Outcome:
        files = {name: str(self.estate.folder / f"{name.removesuffix('_file')}.yml") for name in ("service_file", "organisation_file")}
        files["service_file"] = str(self.estate.folder / "readiness.yml")
        outcome = self.run(playbook.replace("hosts: web", "hosts: shop"), phase=phase, version="2", **files, **more)
        assert "Traceback" not in outcome.output
        return outcome


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory, binaries: servers.Binaries) -> t.Iterator[Full]:
    folder = tmp_path_factory.mktemp("full")
    estate = full_estate.FullEstate(folder / "estate", binaries)
    try:
        estate.build()
        yield Full(folder / "site", estate)
    finally:
        estate.stop()
