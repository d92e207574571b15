# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a page of HTML is the frame that a wiki or site puts around what people wrote. PRIVATE to the collection.

Runs in the process of ``document_program``.
"""

from __future__ import annotations

import typing as t

AROUND = frozenset(("nav", "header", "footer", "button"))
# classes and ids, whole: of MediaWiki, Confluence, Read the Docs, Docusaurus, Material for MkDocs, and what many call theirs
_FRAMES = frozenset((
    "mw-editsection", "printfooter", "catlinks", "mw-footer", "footer-info", "footer-info-lastmod", "footer-places", "mw-jump-link",
    "comments-section", "like-summary", "likes-section", "labels-section", "likes-and-labels-container", "likes-and-labels",
    "pagesection", "expand-control", "expand-control-text", "page-comments", "comment-thread",
    "rst-footer-buttons", "wy-breadcrumbs", "headerlink", "prev-next-area", "prev-next", "bd-footer", "sphinxsidebar",
    "theme-edit-this-page", "theme-last-updated", "pagination-nav", "theme-doc-footer", "theme-doc-breadcrumbs",
    "md-source-file", "md-feedback", "md-footer", "md-content__button", "md-top",
    "footer", "page-footer", "site-footer", "page__footer", "breadcrumb", "breadcrumbs", "breadcrumb-section", "pagination",
    "edit-page", "edit-this-page", "edit-link", "last-updated", "feedback", "page-feedback", "was-this-helpful", "back-to-top",
    "copy-button", "copybtn", "clipboard-copy",
    "placeholdertext", "text-placeholder",  # of Word and Confluence: where something is to be written
))  # fmt: skip
_SIDES = ("sidebar", "side-bar", "sidenav", "toc", "table-of-contents", "on-this-page", "menu", "navigation", "widget", "related")
# which hold the whole, or are laid out by what is around them
_NEVER = frozenset(("html", "body", "main", "article", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "td", "th", "tbody", "table"))
_MOST = 2000  # characters of a class


def is_frame(name: str, values: t.Mapping[str, str]) -> bool:
    """Whether an element is one of the frame by its class or id."""
    if name in _NEVER or not ("class" in values or "id" in values):
        return False
    return not _FRAMES.isdisjoint(_names(values))


def is_side(values: t.Mapping[str, str]) -> bool:
    """Whether an ``aside`` says that it is a bar at the side of the page."""
    if values.get("role", "").lower() in ("navigation", "complementary", "search", "banner", "contentinfo"):
        return True
    return any(side in name for name in _names(values) for side in _SIDES)


def unfolds(values: t.Mapping[str, str]) -> bool:
    """Whether an element is shown to who clicks: what Confluence exports of a text to expand."""
    return "expand-content" in _names(values)


def _names(values: t.Mapping[str, str]) -> list[str]:
    return f"{values.get('class', '')[:_MOST]} {values.get('id', '')[:_MOST]}".lower().split()


class Boxes:
    """Where an ``aside`` stands: among what people wrote, or beside or behind it."""

    def __init__(self) -> None:
        self._open: list[int] = []  # how many headings there were where each div began
        self._main = 0
        self._ended = False
        self.headings = 0

    def start(self, name: str) -> None:
        if name in ("main", "article"):
            self._main += 1
            self._ended = False
        elif name == "div":
            self._open.append(self.headings)

    def heading(self) -> None:
        self.headings += 1
        self._ended = False

    def end(self, name: str) -> None:
        if name in ("main", "article") and self._main:
            self._main -= 1
            self._ended = not self._main
        elif name == "div" and self._open:
            # one heading alone may be in a box of its own, of two it is the box of the page
            held = self.headings - self._open.pop()
            self._ended = self._ended or (held > 1 and not self._main)

    @property
    def beside(self) -> bool:
        return not self.headings or self._ended


__all__ = ("AROUND", "Boxes", "is_frame", "is_side", "unfolds")
