# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines of a runbook that an expression may fit in very many ways are read in the end, and ordinary ones as before."""

from __future__ import annotations

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._clients import documents


@pytest.mark.parametrize("kind", ["markdown", "rst"])
@pytest.mark.parametrize(
    "line", ["](" + " " * 50_000 + "x", "# " + " #" * 50_000 + "x", "# " + "\t" * 50_000 + "x", "[a](x (" * 10_000, "x" + "`" * 50_000]
)
def test_long_lines_end(kind: str, line: str) -> None:
    found = documents.parse(f"{line}\n\nafter\n=====\n", kind)
    assert [heading.text for heading in found.headings][-1:] == ["after"]


@pytest.mark.parametrize(
    ("line", "text"),
    [("# One", "One"), ("## One ##  ", "One"), ("#\tOne#", "One#"), ("# C# ", "C#"), ("### a # b #", "a # b"), ("#", ""), ("# #", "")],
)
def test_headings(line: str, text: str) -> None:
    (heading,) = documents.parse(line, "markdown").headings
    assert heading.text == text


def test_links() -> None:
    text = "[a]( b.md ) [c](<d e.md> 'title') [f](g_(h).md \"t\") [i]()"
    assert [link.target for link in documents.parse(text, "markdown").links] == ["b.md", "d e.md", "g_(h).md"]
