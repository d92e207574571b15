# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lets Python keep the compiled form of this collection's files, as it does for every library. PRIVATE to the collection.

Ansible's importer of collections compiles each file anew in each run: of what an action costs, that was the largest part. From here on the
files of this collection are found by Python's own importer, in the same places and under the same names. Where nothing may be written
beside them (a folder that is read-only, ``PYTHONDONTWRITEBYTECODE``) they are compiled anew, as before.
"""

from __future__ import annotations

import importlib.machinery
import sys
import typing as t

from ansible.utils.collection_loader._collection_config import AnsibleCollectionConfig


class _Finder:
    """Below ``plugins`` of this collection only; whatever it does not find is left to Ansible's own."""

    def __init__(self, package: str) -> None:
        self.prefix = f"{package}."
        self.folders: dict[str, importlib.machinery.FileFinder] = {}

    def find_spec(self, name: str, path: t.Sequence[str] | None = None, target: t.Any = None) -> importlib.machinery.ModuleSpec | None:
        if not name.startswith(self.prefix):
            return None
        for folder in path or ():
            if folder not in self.folders:
                python = (importlib.machinery.SourceFileLoader, importlib.machinery.SOURCE_SUFFIXES)
                self.folders[folder] = importlib.machinery.FileFinder(folder, python)
            spec = self.folders[folder].find_spec(name, target)
            # a folder is Ansible's to make a package of: it finds plugins by what it writes there
            if spec is not None and spec.submodule_search_locations is None:
                return spec
        return None


if AnsibleCollectionConfig.collection_finder is not None:  # else Python's own importer is at work already
    sys.meta_path.insert(0, t.cast("t.Any", _Finder(__name__.rpartition(".")[0])))
