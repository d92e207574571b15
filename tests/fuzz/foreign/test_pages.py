# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages that links lead to, of any text: each is read."""

from __future__ import annotations

from ansible_collections.operability.readiness.plugins.module_utils._clients.page_scan import scan
from fuzz.odd import fuzz, texts
from hypothesis import given
from hypothesis import strategies as st

PARTS = ("<", "a", " ", '"', "'", ">", "/", "!--", "-->", "=", "&#9", "<h1>", "<script>", "</script>", "<title", "\x00", "é")
PAGE = "<title>Payments</title><nav>menu</nav><h1 id=top>Queue deep</h1><p>words <a href='/next'>next</a></p><img src=data:x>"


@fuzz()
@given(st.lists(st.sampled_from(PARTS)).map("".join) | texts(PAGE))
def test_any_page_is_read(text: str) -> None:
    shown = scan(text)
    assert isinstance(shown.words, str) and isinstance(shown.title, str)
