# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents that people, or those who mean harm, may write: each is read, or refused in words, and none outlives its deadline.

What is known to hold readers up is tried whole, with the size of the largest document that is read; nothing is timed by the clock.
"""

from __future__ import annotations

import contextlib
import resource
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._clients import document as documents
from ansible_collections.operability.readiness.plugins.module_utils._clients.document import Document, Reading
from ansible_collections.operability.readiness.plugins.module_utils._clients.section_content import is_placeholder, says_nothing
from ansible_collections.operability.readiness.plugins.module_utils._clients.section_names import names_section, sections_of
from ansible_collections.operability.readiness.plugins.module_utils._clients.written_dates import days_meant
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve
from fuzz.odd import contents, fuzz, texts
from hypothesis import given
from hypothesis import strategies as st

SIZE = documents.LIMIT
FORMS = ("markdown", "rst", "html")
REFUSED = ("reading it takes more than", "was not read within", "not a text", "has more levels", "memory that it may take", "office", "PDF")
BOMB = "---\na: &a [x, x]\n" + "".join(f"{n}: &{n} [*{p}, *{p}, *{p}]\n" for p, n in zip("abcdefghij", "bcdefghijk")) + "---\n"
# what is repeated until the document has its size, or the whole of it
HOSTILE: dict[str, dict[str, str]] = {
    "markdown": {
        "aliases of YAML": BOMB,
        "tags without an end": "<a ",
        "comments without an end": "<!-- ",
        "links of spaces": "[x](" + " " * 500,
        "headings of one name": "# same\n",
        "lists in lists": "- ",
        "quotes in quotes": "> ",
        "brackets": "[",
        "closing brackets": "](",
        "emphasis": "*a **b ",
        "rows of a table": "|---|",
        "tables": "|a|b|\n|---|---|\n|c|d|\n\n",
        "breaks in a row": "|a|b|\n|---|---|\n|" + "x<br>" * 60_000,
        "rows that do not end": "<table><tr><td>x\n\n",
        "code": "`a ``b ",
        "pictures in pictures": "![",
        "definitions": "[x]: y\n",
        "levels of YAML": "---\na: " + "[" * 20_000 + "\n---\n",
    },
    "rst": {
        "wide cells": "+--+--+\n|  |  |\n+  +--+\n|  |  |\n",
        "emphasis": "*a ",
        "roles": ":ref:`a ",
        "references": "`a <b>`_ ",
        "substitutions": ".. |a| replace:: |b|\n",
        "headings of one name": "a\n=\n\n",
        "quotes in quotes": "",
        "tables": "=== ===\n",
        "grids": "+--+--+\n|  |  |\n",
        "targets": ".. _a: b\n",
        "directives": ".. note::\n\n   ",
    },
    "html": {
        "tags without an end": "<a ",
        "comments without an end": "<!-- ",
        "attributes without an end": "<a x='",
        "levels": "<div><pre><table><tr><td>",
        "wide cells": "<tr><td colspan=99999 rowspan=99999>x",
        "wide cells of a table": "<table><tr><td colspan=99999 rowspan=99999>" + "x" * 5000 + "<tr><td colspan=99999>y</table>",
        "cells that reach down": "<table>" + "<td rowspan=99999>x" * 6000 + "<tr><td>" * 15_000,
        "cells that reach down to the end": "<td rowspan=0 colspan=0>x<tr><td>",
        "code in cells": "<tr><td><pre>x</pre><td><h2>y",
        "hidden in hidden": "<div hidden>",
        "references": "&#x41;&amp",
        "headings": "<h1 id=a>x",
    },
}


def whole(unit: str) -> bytes:
    if not unit:  # one quote within the other, as far as the size goes
        return "".join(f"{' ' * depth}x\n\n" for depth in range(600)).encode()
    if unit.startswith("---"):
        return unit.encode()
    return (unit * (SIZE // len(unit) + 1)).encode()[:SIZE]


@pytest.mark.parametrize(("form", "name"), [(form, name) for form, found in HOSTILE.items() for name in found])
def test_what_holds_readers_up_is_ended(form: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long it would take, the kernel ends it when it has had its time; usually it is read long before."""
    monkeypatch.setattr(documents, "CPU_SECONDS", 2)
    before = _used()
    with Reading() as reading:
        try:
            look_through(reading.read(whole(HOSTILE[form][name]), form, 120.0))
        except CannotObserve as exc:
            assert any(words in str(exc) for words in REFUSED), str(exc)
    assert _used() - before < 4.0


def _used() -> float:
    """Seconds on a processor of the processes that have ended."""
    return sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])


def look_through(document: Document) -> None:
    """What the checks do with a document that was read."""
    for section in sections_of(document):
        says_nothing(section)
        names_section(section.title, "rollback")
    for link in document.links[:2000]:
        document.has_anchor(link.target.lstrip("#"))
    for one in document.undefined:
        str(one.said())


SEEDS = {
    "markdown": (
        "---\nowner: a\nlast_reviewed: 2026-10-01\n---\n# T\n\n## Rollback\n[a](#b) [c][d] ![e](f.png) <b>g</b>\n"
        "\n| h | i |\n|---|---|\n| j | |\n",
        '+++\nowner = "a"\n+++\n<h2 id="x">Y</h2>\n\n- [ ] TODO\n\n```sh\nrun\n```\n<!-- reviewed: 2026-10-01 -->\n\n[d]: e "f"\n',
        '{\n  "owner": {"team": "a"}\n}\n\nT\n===\n\n> ## Quoted\n\n1. https://h/x(y). *z* **w** `v` ~~u~~ &amp; \\[n\\]\n',
    ),
    "rst": (
        ".. _top:\n\nT\n=\n\n:Owner: a\n\nU\n-\n`V w`_ :ref:`top` :doc:`x` `y <https://h>`_ |z| ``code`` *em* [1]_\n\n.. [1] note\n",
        "T\n=\n\n.. code-block:: sh\n\n   run\n\n.. note:: x\n\n.. list-table::\n   :header-rows: 1\n\n   * - a\n     - b\n\n.. _V w: https://h\n",
        "==== ====\na    b\n==== ====\nc    d\n==== ====\n\n.. unknown:: a\n   :b: c\n\n   d\n"
        "\n.. image:: e.png\n   :alt: f\n\n.. |z| replace:: y\n",
    ),
    "html": (
        "<html><head><title>T</title><meta name=owner content=a></head><body><h1 id=x>Y</h1><p>z <a href='#x'>up</a></body></html>",
        "<!DOCTYPE html><!-- owner: a --><nav><a href=/b>c</a></nav><div hidden><h2>d</h2></div>"
        "<table><tr><th>e</th></tr></table><pre>f</pre>",
    ),
}


@pytest.fixture(name="reading", scope="module")
def _reading() -> t.Iterator[Reading]:
    with Reading() as reading:
        yield reading


@pytest.mark.parametrize("form", FORMS)
def test_odd_documents_are_read_or_refused(form: str, reading: Reading) -> None:
    odd = texts(*SEEDS[form]).map(lambda text: text.encode("utf-8", "surrogatepass"))
    raw = contents(*(seed.encode() for seed in SEEDS[form]), SEEDS[form][0].encode("utf-16"))

    @fuzz(120)
    @given(st.one_of(odd, odd, raw))
    def read(content: bytes) -> None:
        try:
            look_through(reading.read(content, form, 120.0))
        except CannotObserve as exc:
            assert any(words in str(exc) for words in REFUSED), (str(exc), content)

    read()


def test_odd_dates_and_words_are_read() -> None:
    @fuzz()
    @given(
        texts(
            "1er octobre 2026", "01/06/2026", "2026-10-01T10:00:00Z", "Oct 1, 2026", "to be completed by the team", "N/A", "[Describe it]"
        )
    )
    def read(text: str) -> None:
        assert all(day.year <= 9999 for day in days_meant(text))
        is_placeholder(text)
        with contextlib.suppress(CannotObserve):
            documents.form_of(text)

    read()
