# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents as people write them, read in the process that may be ended."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._clients import document as documents
from ansible_collections.operability.readiness.plugins.module_utils._clients import document_building, document_front
from ansible_collections.operability.readiness.plugins.module_utils._clients.document import Document, Reading
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve


@pytest.fixture(name="read", scope="module")
def _read() -> t.Iterator[t.Callable[[str | bytes, str], Document]]:
    with Reading() as reading:

        def read(text: str | bytes, form: str = "markdown") -> Document:
            return reading.read(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"), form, 60.0)

        yield read


Read = t.Callable[..., Document]


def heads(document: Document) -> list[tuple[int, str, int | None]]:
    return [(section.level, section.title, section.line) for section in document.sections]


# -- Markdown


def test_headings_of_markdown(read: Read) -> None:
    text = "# One #\n\nTwo\n---\n\n- item\n---\n\n    # code\n~~~\n# code\n~~~~\n### `Three` [x](y) ###\n#no\n\n| a |\n|---|\n| b |\n---\n"
    assert heads(read(text)) == [(1, "One", 1), (2, "Two", 3), (3, "Three x", 13)]


@pytest.mark.parametrize(
    ("line", "text"),
    [("# One", "One"), ("## One ##  ", "One"), ("#\tOne#", "One#"), ("# C# ", "C#"), ("### a # b #", "a # b"), ("#", ""), ("# #", "")],
)
def test_ends_of_headings(read: Read, line: str, text: str) -> None:
    assert [section.title for section in read(line).sections] == [text]


def test_html_in_markdown_has_headings_anchors_and_links(read: Read) -> None:
    text = (
        '<h2 id="verif">Verification</h2>\nLook.\n\n<a name="x"></a>\n\n<a href="y.md">y</a> <img src="z.png" alt="z">\n\n<h2>Empty</h2>\n'
    )
    document = read(text)
    assert heads(document) == [(2, "Verification", 1), (2, "Empty", 8)]
    assert {"verif", "verification", "x", "empty"} <= document.anchors
    assert [link.target for link in document.links] == ["y.md", "z.png"]
    assert "Look." in document.sections[0].text and not document.sections[1].parts


@pytest.mark.parametrize(
    "hidden",
    [
        "```\n## Rollback\n```\n",
        "~~~~ md\n## Rollback\n~~~\n~~~~\n",
        "    ## Rollback\n",
        "<!--\n\n## Rollback\n\n-->\n",
        "<!-- ## Rollback -->\n",
        "<!-- never closed\n\n## Rollback\n",
        "<script>\n## Rollback\n<h2>Rollback</h2>\n</script>\n",
        "<div hidden><h2>Rollback</h2>run it</div>\n",
        "<div style='color: red; display : none'><h2>Rollback</h2></div>\n",
        "\\## Rollback\n",
        "`## Rollback`\n",
        "[rollback]: # (Rollback)\n",
        "#Rollback\n",
    ],
)
def test_what_is_no_heading(read: Read, hidden: str) -> None:
    assert not read(hidden).sections


def test_links_of_markdown(read: Read) -> None:
    text = (
        '[a](a.md "title") ![i](<my pic.png>) [p](x_(y).md) <https://h/auto> https://h/bare. (https://h/paren)\n'
        "[r][ref] `[c](code.md)` <a href='h.md'>x</a> [f](file:///etc/x) [j](javascript:x)\n"
        "```\n[f](fence.md)\n```\n<!-- [c](comment.md) -->\n[q](https://h/?a=1&amp;b=2) https://h/?a=1&amp;b=2 [é](#été)\n\n"
        "[ref]: https://h/ref 'x'\n[unused]: https://h/unused\n"
    )
    assert [link.target for link in read(text).links] == [
        "a.md", "my pic.png", "x_(y).md", "https://h/auto", "https://h/bare", "https://h/paren", "https://h/ref", "h.md",
        "file:///etc/x", "javascript:x", "https://h/?a=1&b=2", "https://h/?a=1&b=2", "#été",
    ]  # fmt: skip
    assert [(link.line, link.text) for link in read(text).links][6] == (2, "r")


def test_references_without_a_definition(read: Read) -> None:
    text = (
        "See [the page][gone] and [gone too][].\n\n[here][Known one], [known][], a[0][1], `[x][y]`, \\[x\\]\\[y\\], [x], [^1]\n"
        "[spaced](docs/my page.md) f[T](a, b)\n\n[known  ONE]: a.md\n[known]: b.md\n"
    )
    found = {(one.name, one.line, one.why) for one in read(text).undefined}
    assert found == {("gone", 1, "reference"), ("gone too", 1, "reference"), ("docs/my page.md", 4, "space")}


def test_anchors_of_the_sites(read: Read) -> None:
    document = read("## Start & stop\n## Errors\n## Errors\n## Errors-1\n## Réglages `x_y`\n## Own {#mine}\n## 2026\n")
    assert document.anchors == {"start--stop", "errors", "errors-1", "errors-1-1", "réglages-x_y", "own", "mine", "2026"}
    assert document.anchors_at("gitlab") >= {"start-stop", "errors-1", "réglages-x_y", "mine", "anchor-2026"}
    assert document.anchors_at("mkdocs") >= {"start-stop", "errors_1", "reglages-x_y", "mine"}
    assert [document.has_anchor(name) for name in ("", "top", "user-content-errors", "Errors", "start-stop")] == [True] * 3 + [False] * 2


def test_slugs_are_told_apart_in_the_time_that_they_take(read: Read) -> None:
    assert "same-1499" in read("# same\n" * 1500).anchors
    slugs = document_building.Slugs(document_building.slug_of_github, "-")
    assert [slugs.next(text) for text in ("A", "a", "A-1", "a")] == ["a", "a-1", "a-1-1", "a-2"]


def test_parts_of_a_section(read: Read) -> None:
    (section,) = read("# S\nwords\nmore\n\n- item\n\n| h | i |\n|---|---|\n| a | |\n\n![alt](p.png)\n\n```sh\nrun\n```\n").sections
    assert [(part.kind, part.text.strip()) for part in section.parts] == [
        ("words", "words\nmore"),
        ("words", "item"),
        ("head", "h | i |"),
        ("row", "a |  |"),
        ("picture", "alt"),
        ("code", "run"),
    ]


# -- front matter


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("---\nowner: a\nlast_reviewed: 2026-10-01\n---\n# T\n", {"owner": "a", "last reviewed": "2026-10-01"}),
        ("\ufeff---\r\nowner: a\r\n...\r\n# T\r\n", {"owner": "a"}),
        ('+++\nowner = "a"\nlast_reviewed = 2026-10-01\nat = 2026-10-01T10:00:00Z\n[x]\ny = 1\n+++\n# T\n',
         {"owner": "a", "last reviewed": "2026-10-01", "at": "2026-10-01T10:00:00+00:00", "x": {"y": 1}}),
        ('{\n  "owner": {"team": "a"},\n  "n": null\n}\n\n# T\n', {"owner": {"team": "a"}, "n": None}),
        (';;;\n{"owner": "a"}\n;;;\n# T\n', {"owner": "a"}),
        ("<!-- owner: a\n reviewed: 2026-10-01 -->\n# T\n", {"owner": "a", "reviewed": "2026-10-01"}),
        ("Intro.\n\n---\nowner: a\n---\n\n# T\n", {}),
        ("---\n\n# T\n", {}),
        ("---\nversion: 1.10\nb: 0x10\nc: 1:30\nd: [010, true, ~, 2026-02-30]\n---\n# T\n",
         {"version": "1.10", "b": "0x10", "c": "1:30", "d": ["010", True, None, "2026-02-30"]}),
        ("---\nlastReviewed: 2026-10-01\non: 2026\nparams: {owner: a}\n---\n# T\n",
         {"last reviewed": "2026-10-01", "on": "2026", "params": {"owner": "a"}, "owner": "a"}),
        ("+++\nversion = 1.10\n+++\n# T\n", {"version": "1.10"}),
        (';;;\n{"version": 1.10, "n": 1e400}\n;;;\n# T\n', {"version": "1.10", "n": "1e400"}),
        ("---\n- a\n---\n# T\n", {}),
        ("{{ include }}\n# T\n", {}),
        ("{broken\n}\n# T\n", {}),
    ],
)  # fmt: skip
def test_front_matter(read: Read, text: str, fields: dict[str, object]) -> None:
    document = read(text)
    assert (document.front, document.front_problem) == (fields, None)
    assert document.sections[-1].title == "T" and document.sections[-1].line == text.replace("\r", "")[: text.index("# T")].count("\n") + 1


BOMB = "a: &a [x, x]\n" + "".join(f"{n}: &{n} [*{p}, *{p}, *{p}, *{p}]\n" for p, n in zip("abcdefghij", "bcdefghijk"))


@pytest.mark.parametrize(
    ("text", "unread", "said"),
    [
        (f"---\n{BOMB}---\n", True, "aliases"),
        ("---\na: {b: 'c}\n---\n", False, "not valid YAML"),
        ("---\na: " + "[" * 2000 + "\n---\n", True, "levels"),
        ("---\na: " + "x" * 40_000 + "\n---\n", True, "too long"),
        ("+++\na = \n+++\n", False, "not valid TOML"),
        ("---\na: !!python/object/apply:os.system [id]\n---\n", False, "not valid YAML"),
    ],
)
def test_a_front_matter_that_is_not_read(read: Read, text: str, unread: bool, said: str) -> None:
    document = read(text + "# T\n")
    assert document.front_unread is unread and said in str(document.front_problem)
    assert [section.title for section in document.sections] == ["T"]


@pytest.mark.parametrize(
    ("library", "text", "kind"), [("yaml", "---\na: b\n---\n", "no_yaml"), ("tomllib", "+++\na = 1\n+++\n", "no_toml")]
)
def test_without_a_library(monkeypatch: pytest.MonkeyPatch, library: str, text: str, kind: str) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    builder = document_building.Builder("markdown")
    assert document_front.take_front_matter(text, builder).strip() == ""
    assert builder.front_problem == (kind, 2)


# -- reStructuredText


RST = """\
.. _top-label:

========
Payments
========

:Owner: team
:Last-Reviewed: 2026-10-01

Escalade
--------
Voir `Procédure d'arrêt`_, :ref:`stop-label`, :doc:`other`, `page <https://h/p>`_ et `là <x.rst>`__.

.. _stop-label:

Procédure d'arrêt
-----------------
.. code-block:: sh
   :caption: arrêt
   :emphasize-lines: 1

   systemctl stop payments

.. note:: In a note.

.. unknown-thing:: argument
   :option: x

   Within `unknown <https://h/u>`_.

.. include:: /etc/passwd

.. raw:: html

   <h2>Rollback</h2>

.. Rollback
   --------

.. list-table::
   :header-rows: 1

   * - head
     - head
   * - cell
     - cell

Missing_, :ref:`nowhere`, |subst|, :ref:`Escalade`.
"""


def test_restructured_text(read: Read) -> None:
    document = read(RST, "rst")
    assert heads(document) == [(1, "Payments", 4), (2, "Escalade", 10), (2, "Procédure d'arrêt", 16)]
    assert document.front == {"owner": "team", "last reviewed": "2026-10-01"}
    assert {(one.name, one.why) for one in document.undefined} == {("missing", "reference"), ("nowhere", "label"), ("Escalade", "title")}
    assert [link.target for link in document.links] == [
        "#procedure-d-arret", "other", "https://h/p", "x.rst", "https://h/u", "/etc/passwd",
    ]  # fmt: skip
    assert {"stop-label", "procedure-d-arret", "escalade"} <= document.anchors
    kinds = [part.kind for part in document.sections[2].parts]
    assert kinds.count("code") == 1 and kinds.count("head") == 1 and kinds.count("row") == 1
    assert "root:" not in document.text and "Rollback" not in document.text


def test_a_name_twice_and_a_reference_to_it(read: Read) -> None:
    document = read("A\n=\n\nB\n-\nx\n\nB\n-\nB_\n", "rst")
    assert [(one.name, one.why) for one in document.undefined] == [("b", "ambiguous")]
    assert {"b", "b-1"} & document.anchors


# -- HTML


def test_html(read: Read) -> None:
    document = read(
        "<html><head><title>A &amp; B</title><meta name=author content=Jane><script>var x = '<h2>no</h2>'</script></head>"
        "<body><nav><a href=/menu>menu</a></nav><header><h1 id=T>Title</h1></header><!-- reviewed: 2026-11-02 -->"
        "<h2>One</h2><p>words <a href='#T'>up</a><table><tr><th>h</th></tr><tr><td>c</td></tr></table>"
        "<pre>$ run\n$ it</pre><input type=password name=p><h2>Two</h2></body></html>",
        "html",
    )
    assert (document.title, document.front) == ("A & B", {"author": "Jane", "reviewed": "2026-11-02"})
    assert [(level, title) for level, title, _line in heads(document)] == [(1, "Title"), (2, "One"), (2, "Two")]
    assert [link.target for link in document.links] == ["#T"]
    assert (document.password, document.inputs, document.scripts, document.anchors) == (True, ("p",), 1, {"T"})
    assert [part.kind for part in document.sections[1].parts] == ["words", "head", "row", "code"]
    assert not document.sections[2].parts


# -- the process


def test_a_deadline_ends_the_process_and_the_next_document_gets_another() -> None:
    with Reading() as reading:
        assert reading.read(b"# a\n", "markdown", 60.0).sections
        process = reading._process
        assert process is not None
        stopped = threading.Thread(target=process.send_signal, args=(19,))  # it stands still, as one that never ends
        stopped.start()
        stopped.join()
        with pytest.raises(CannotObserve, match="was not read within 1 s"):
            reading.read(b"# a\n", "markdown", 0.5)
        assert process.poll() is not None
        assert reading.read(b"# b\n", "markdown", 60.0).sections


def test_a_text_that_takes_too_long_is_not_read() -> None:
    with pytest.raises(CannotObserve, match="was not read within|reading it takes"):
        documents.read(b"[" * 250_000 + b"](x" * 2000, "markdown", 30.0)


def test_what_is_too_large_or_no_text() -> None:
    with Reading() as reading:
        for content, limit, said in (
            (b"x" * 300_000, documents.LIMIT, "more than 256.0 KiB"),
            (b"%PDF-1.7", documents.LIMIT, "a PDF file"),
            (b"PK\x03\x04", documents.LIMIT, "office document"),
        ):
            with pytest.raises(CannotObserve, match=said):
                reading.read(content, "markdown", 60.0, limit)
        assert reading._process is None  # nobody was asked
        with pytest.raises(CannotObserve, match="not a text"):
            reading.read(b"a\x00b", "markdown", 60.0)
        assert reading.read(b"x" * 300_000, "markdown", 60.0, 400_000).text


def test_a_process_is_used_again_and_never_by_two() -> None:
    with documents.borrowed() as first, documents.borrowed() as second:
        assert first is not second
        assert [one.read(b"# a\n", "markdown", 60.0).sections[0].title for one in (first, second)] == ["a", "a"]
        process = second._process
    with documents.borrowed() as third:
        assert third._process is not None and third in (first, second)
        third.read(b".. role:: ref(raw)\n\n.. default-role:: ref\n", "rst", 60.0)
        document = third.read(b"T\n=\n\n:ref:`gone` `x`\n", "rst", 60.0)
        assert [one.name for one in document.undefined] == ["gone"]
    assert process is not None and process.poll() is None


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # other tests of this process have threads
def test_after_a_fork_the_process_is_the_parents() -> None:
    with documents.borrowed() as reading:
        reading.read(b"# a\n", "markdown", 60.0)
        process = reading._process
    child = os.fork()
    if not child:
        with documents.borrowed() as other:
            os._exit(0 if other._process is None else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert process is not None and process.poll() is None
    with documents.borrowed() as reading:
        assert reading.read(b"# b\n", "markdown", 60.0).sections[0].title == "b"


def test_threads_share_a_process() -> None:
    found: list[str] = []
    with Reading() as reading:
        threads = [
            threading.Thread(target=lambda n=n: found.append(reading.read(b"# %d\n" % n, "markdown", 60.0).sections[0].title))
            for n in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(found) == [str(number) for number in range(8)]


def test_a_library_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [path for path in sys.path if "site-packages" not in path])
    with pytest.raises(CannotObserve, match=r"required Python library \(markdown-it-py\) on the controller"):
        documents.read(b"# a\n", "markdown", 60.0)


def test_the_process_knows_nothing_of_this_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    monkeypatch.setenv("SECRET", "s3cret")
    asked: list[t.Mapping[str, t.Any]] = []
    popen = subprocess.Popen

    def noted(*args: t.Any, **options: t.Any) -> t.Any:
        asked.append(options)
        return popen(*args, **options)

    monkeypatch.setattr(subprocess, "Popen", noted)
    with Reading() as reading:
        assert reading.read(b"# a\n", "markdown", 60.0).sections
    assert [options["env"] for options in asked if "env" in options] == [{"LC_ALL": "C.UTF-8"}]


def test_forms() -> None:
    names = ("a.md", "a.rst", "https://h/a.html?x=1", "a.RST", "README", "https://h/a")
    assert [documents.form_of(name) for name in names] == ["markdown", "rst", "html", "rst", "markdown", "markdown"]
    assert documents.form_of("https://h/a.md", "text/html; charset=utf-8") == "html"
    with pytest.raises(CannotObserve, match="in a format"):
        documents.form_of("a.adoc")
    assert json.dumps(documents.normalize("  Réglages_réseau – 2 ")) == '"reglages reseau 2"'
