# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A PromQL expression written otherwise, so that evaluating it tells more. PRIVATE to the collection."""

from __future__ import annotations

import re

# comments and strings first: what looks like an operator in them is none; ">/" and "</" trim histograms and filter nothing
_TOKEN = re.compile(r"#[^\n]*|'(?:[^'\\\n]|\\.)*'|`[^`]*`|" + r'"(?:[^"\\\n]|\\.)*"' + r"|[{}]|[<>]/|[<>=!]=|[<>]")
_COMPARISONS = ("==", "!=", ">=", "<=", ">", "<")
_BOOL_FOLLOWS = re.compile(r"(?:\s|#[^\n]*\n)*bool(?![\w:])", re.IGNORECASE)


def without_filters(expression: str) -> str:
    """The same expression with ``bool`` behind each comparison, which then filters nothing.

    What it comes to has the label sets (but for the name) that the expression has when every comparison holds; where it is empty, no
    pair of series meets. Between two scalars PromQL asks for ``bool`` anyway, so it is legal behind every comparison.
    """
    parts: list[str] = []
    copied = 0
    braces = False
    for token in _TOKEN.finditer(expression):
        text = token.group()
        if text in "{}":
            braces = text == "{"
        elif not braces and text in _COMPARISONS and not _BOOL_FOLLOWS.match(expression, token.end()):
            parts += expression[copied : token.end()], " bool "
            copied = token.end()
    return "".join(parts) + expression[copied:]


__all__ = ("without_filters",)
