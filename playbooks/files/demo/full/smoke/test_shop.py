# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The smoke suite of the shop: on each host its version is in place and its log is written."""

from __future__ import annotations

import pathlib
import typing as t

FOLDER = pathlib.Path(__file__).resolve().parent.parent


def test_the_version_is_in_place(host: t.Any) -> None:
    name = host.backend.get_hostname()
    assert host.file(str(FOLDER / name / "current" / "version.txt")).content_string.strip()


def test_it_logs(host: t.Any) -> None:
    name = host.backend.get_hostname()
    assert host.file(str(FOLDER / name / "log" / "shop.log")).size > 0
