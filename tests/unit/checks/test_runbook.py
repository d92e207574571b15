# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pathlib
import re
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._argspec import parse_arguments
from ansible_collections.operability.readiness.plugins.module_utils._checks import runbook
from ansible_collections.operability.readiness.plugins.module_utils._clients.links import split_fragment
from ansible_collections.operability.readiness.plugins.module_utils._clients.section_names import names_section
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve, Finding
from ansible_collections.operability.readiness.plugins.module_utils._http import HttpFailure, Response
from ansible_collections.operability.readiness.plugins.plugin_utils._publish.translating import told
from fakes import Completed, FakeRunner

FRONT = "---\nowner: team-payments\nauthor: Jane Doe\nlast_reviewed: 2026-11-01\n---\n"
BODY = """\
# Payments

## Symptoms
The queue grows.

## Diagnosis
```sh
# Rollback is not a heading here, [nor](this/a/link.md) https://127.0.0.1/nor-this
curl -s localhost
```

## Mitigation
Restart it.

## Escalation
Call DBA-ONCALL.

## Rollback
Deploy the version before.
"""
GOOD = FRONT + BODY


def look(
    tmp_path: pathlib.Path, text: str | bytes, answers: t.Any = None, *, name: str = "runbook.md", git: t.Any = None, **args: t.Any
) -> Finding:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return runbook.run(parse_arguments(runbook, {"path": str(path), **args}), FakeRunner(answers=answers, commands=git))


def page(text: str, status: int = 200, url: str = "https://wiki/x", kind: str = "text/html; charset=utf-8") -> Response:
    return Response(status, {"content-type": kind}, text.encode(), url, 0.01)


def test_a_good_runbook_passes(tmp_path: pathlib.Path) -> None:
    finding = look(tmp_path, GOOD)
    assert str(finding.status) == "pass"
    assert finding.message.endswith(
        "has 5 sections, an owner (team-payments), a review of 2026-11-01 (limit 365 d), 0 links that lead somewhere"
    )
    assert finding.measurements[0].as_dict() == {
        "name": "runbook_review_age_seconds",
        "value": 24 * 86400 + 6 * 3600,
        "limit": 365 * 86400.0,
        "bound": "upper",
    }


FRENCH = """\
<!-- revu_le: 12/10/2026 -->
<!-- responsable: équipe paiements -->
# Fiche réflexe
## 1. SYMPTÔMES observés
La file grossit.
## 2 – Diagnostic
Faire ainsi.
## Remédiation / contournement
Faire ainsi.
## 3) Escalade et contacts
Faire ainsi.
## Procédure de retour en arrière
Faire ainsi.
"""


def test_french_names_accents_and_numbers(tmp_path: pathlib.Path) -> None:
    finding = look(tmp_path, FRENCH)
    assert str(finding.status) == "pass", finding.details
    assert (finding.observed["owner"], finding.observed["reviewed"]) == ("équipe paiements", "2026-10-12")


def test_a_file_in_latin_1(tmp_path: pathlib.Path) -> None:
    assert str(look(tmp_path, FRENCH.replace("–", "-").encode("latin-1")).status) == "pass"


RST = """\
========
Payments
========

:owner: team-payments
:last_reviewed: 2026-11-01

.. _top-of-it:

Symptoms
--------
The queue grows, see `the other <other.rst>`_ and `below <#roll-back>`__.

Diagnosis
---------
.. code-block:: sh

   curl http://127.0.0.1/not-a-link

Mitigation
----------
Restart it::

   http://127.0.0.1/neither

Escalation
----------
Call, see :doc:`other`.

Roll back
---------
Deploy.

Details
~~~~~~~
More.
"""


def test_restructured_text(tmp_path: pathlib.Path) -> None:
    (tmp_path / "other.rst").write_text("x\n")
    finding = look(tmp_path, RST, name="runbook.rst")
    assert str(finding.status) == "pass", finding.details
    assert finding.observed["links"] == 3
    broken = look(
        tmp_path, RST.replace("other.rst", "gone.rst").replace("Deploy.\n\nDetails\n~~~~~~~\nMore.", ".. TODO"), name="runbook.rst"
    )
    assert len(broken.details) == 2
    assert "line 12: the link gone.rst is dead" in broken.details[0]
    assert "the section rollback ('Roll back') is empty" in broken.details[1]


def test_html(tmp_path: pathlib.Path) -> None:
    sections = "".join(
        f"<h2 id='{name}'>{name}</h2><p>do it</p>" for name in ("Symptoms", "Diagnosis", "Mitigation", "Escalation", "Rollback")
    )
    menu = "<nav><a href='/gone'>menu</a></nav>"
    text = f"<html><head><title>x</title><meta name='author' content='Jane'></head><body>{menu}<h1>P</h1>{sections}"
    finding = look(tmp_path, f"{text}<!-- reviewed: 2026-11-02 --><a href='#Rollback'>r</a></body></html>", name="runbook.html")
    assert str(finding.status) == "pass", finding.details
    assert finding.observed["links"] == 1
    assert "section rollback" in look(tmp_path, text.replace("Rollback", "Nothing"), name="runbook.html").details[0]
    empty = look(
        tmp_path, text.replace("<h2 id='Rollback'>Rollback</h2><p>do it</p>", "<h2>Rollback</h2>\n<p>TODO</p>"), name="runbook.html"
    )
    assert any("says only 'TODO'" in line for line in empty.details)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("## Rollback\n", "## Nothing\n", "the section rollback is missing"),
        ("Deploy the version before.\n", "", r"line 23: the section rollback .'Rollback'. is empty"),
        ("Deploy the version before.\n", "TODO: write this\n", "says only 'TODO: write this'"),
        ("Deploy the version before.\n", "- *TBD*\n\n- à compléter\n", "says only"),
        ("Deploy the version before.\n", "<!-- deploy the version before -->\n", "is empty"),
        ("owner: team-payments\nauthor: Jane Doe\n", "", "no owner is named"),
        ("owner: team-payments", "owner: TODO", "its owner is a placeholder"),
        ("last_reviewed: 2026-11-01", "last_reviewed: 2025-11-01", "last review was 389 d 6 h ago .2025-11-01., the limit is 365 d"),
        ("last_reviewed: 2026-11-01", "last_reviewed: 2026-12-24", "lies in the future"),
        ("last_reviewed: 2026-11-01", "last_reviewed: soon", "'soon' is not a date"),
        ("last_reviewed: 2026-11-01\n", "", "no review date"),
        ("author: Jane Doe", "author: 'Jane", "the front matter is not valid YAML"),
        ("last_reviewed: 2026-11-01", "last_reviewed: 2026-02-30", "is not a date"),
    ],
)
def test_defects(tmp_path: pathlib.Path, old: str, new: str, message: str) -> None:
    assert old in GOOD
    finding = look(tmp_path, GOOD.replace(old, new))
    assert str(finding.status) == "fail"
    assert re.search(message, " | ".join(finding.details)), finding.details


@pytest.mark.parametrize(
    ("key", "value"),
    [("reviewed", "2026-11-01"), ("Last-Verified", "2026-11-01T10:00:00Z"), ("revu_le", "01/11/2026"), ("Revu le", "'1.11.2026'")],
)
def test_names_of_the_review_date(tmp_path: pathlib.Path, key: str, value: str) -> None:
    assert look(tmp_path, GOOD.replace("last_reviewed: 2026-11-01", f"{key}: {value}")).observed["reviewed"] == "2026-11-01"


def test_today_somewhere_else_is_not_the_future(tmp_path: pathlib.Path) -> None:
    assert str(look(tmp_path, GOOD.replace("2026-11-01", "2026-11-25")).status) == "pass"


def test_a_custom_section_and_an_owner_that_is_not_required(tmp_path: pathlib.Path) -> None:
    text = "---\nreviewed: 2026-11-01\n---\nPlan de REPRISE d'activité\n----\nFaire ainsi.\n\nAutre\n----\nx\n"
    assert str(look(tmp_path, text, sections=["plan de reprise"], owner_required=False).status) == "pass"
    assert str(look(tmp_path, text, sections=["plan de secours"], owner_required=False).status) == "fail"


def test_the_title_is_no_section(tmp_path: pathlib.Path) -> None:
    finding = look(tmp_path, GOOD.replace("# Payments", "# Recovery of Payments").replace("## Mitigation", "## Other"))
    assert finding.details == ["the section mitigation is missing"]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ("executed_by: Ali Ben\n", None),
        ("executed_by: [Jane Doe, Ali Ben]\n", None),
        ("executed_by: ' jane  DOE '\n", "by its author only"),
        ("", "nobody is named"),
    ],
)
def test_executed_by_another(tmp_path: pathlib.Path, fields: str, message: str | None) -> None:
    finding = look(tmp_path, GOOD.replace("author:", f"{fields}author:"), executed_by_other=True)
    assert (str(finding.status) == "pass") if message is None else (message in finding.message)
    nobody = look(tmp_path, GOOD.replace("author: Jane Doe", "executed_by: Ali"), executed_by_other=True)
    assert "no author is named" in nobody.message


# -- links


def linked(target: str) -> str:
    return GOOD.replace("Restart it.", f"Restart it, see [this]({target}).")


@pytest.mark.parametrize(
    ("target", "dead"),
    [
        ("other.md", False),
        ("other.md#a-heading", False),
        ("other.md#a-heading-1", False),
        ("other.md#custom", False),
        ("other.md#anchor", False),
        ("other.md#nowhere", True),
        ("other", False),
        ("folder", False),
        ("folder/", False),
        ("/other.md", False),
        ("gone.md", True),
        ("gone.png", True),
        ("my%20file.txt", False),
        ("#rollback", False),
        ("#Rollback", False),
        ("#top", False),
        ("#nowhere", True),
        ("other.md?plain=1", False),
        ("http://[::1", True),
        ("http://", True),
        ("mailto:team@payments.example", False),
        ("ssh://host", False),
        ("https://{{host}}/x", False),
    ],
)
def test_links_to_files_and_anchors(tmp_path: pathlib.Path, target: str, dead: bool) -> None:
    (tmp_path / "other.md").write_text("# Été\n## A heading\n## A heading\n## Own {#custom}\n<a id='anchor'></a>\n")
    (tmp_path / "my file.txt").write_text("x")
    (tmp_path / "folder").mkdir()
    finding = look(tmp_path, linked(target))
    assert (str(finding.status) == "fail") is dead, finding.details
    assert not dead or finding.details[0].startswith("line 18: ")


def test_links_from_the_root_of_a_work_tree(tmp_path: pathlib.Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "docs").mkdir()
    (tmp_path / "other.md").write_text("x")
    assert str(look(tmp_path, linked("/other.md"), name="docs/runbook.md").status) == "pass"


def test_ignored_links(tmp_path: pathlib.Path) -> None:
    finding = look(tmp_path, linked("https://wiki.internal/x"), ignore_links=["https://wiki.internal/*"])
    assert (str(finding.status), finding.observed["links_ignored"]) == ("pass", 1)
    assert str(look(tmp_path, linked("https://wiki/x"), check_links=False).status) == "pass"


LONG = "<p>" + "plain words " * 200 + "</p>"


@pytest.mark.parametrize(
    ("answer", "status", "message"),
    [
        (page("<html><title>ok</title><p>Restart it.</p></html>"), "pass", ""),
        (page("<html><title>ok</title></html>"), "fail", "an empty page"),
        (page("", 404), "fail", "is dead: https://wiki/x answers with status 404"),
        (page("", 500), "fail", "answers with status 500"),
        (page("", 401), "unknown", "asks for a login"),
        (page("", 403), "unknown", "refuses access"),
        (page("", 429), "unknown", "less often"),
        (page("", 302), "unknown", "leads nowhere"),
        (page("<html><title>404 Not Found</title></html>"), "fail", "says 'not found'"),
        (page(f"<html><body><h1>Page introuvable</h1>{LONG}</body></html>"), "fail", "says 'introuvable'"),
        (page("<html><body><p>Désolé, cette page n\u2019existe plus.</p></body></html>"), "fail", "n'existe plus"),
        (page("Sorry, page not found", kind="text/plain"), "fail", "not found"),
        (page(f"<html><body><h1>Pods</h1><p>when a file is not found</p>{LONG}</body></html>"), "pass", ""),
        (page("<html><title>Wiki</title><form><input type='password' name='p'></form></html>"), "unknown", "a login page"),
        (page("<html><title>Sign in to your account</title></html>"), "unknown", "a login page"),
        (page("<html><title>Connexion - Wiki</title></html>"), "unknown", "a login page"),
        (page(f"<html><title>Login service is down</title><h1>Login service is down</h1>{LONG}</html>"), "pass", ""),
        (page("<html><form><input type='hidden' name='SAMLRequest'></form></html>"), "unknown", "a login page"),
        (page(f"<html><body>{LONG}</body></html>", url="https://sso/auth/realms/x"), "unknown", "leads to a login page"),
        (page("%PDF-1.4", kind="application/pdf"), "pass", ""),
        (
            HttpFailure("refused", "https://wiki/x refused the connection: nothing listens there", "nothing_listens"),
            "fail",
            "is dead: https://wiki/x refused",
        ),
        (HttpFailure("refused", "https://wiki/x gave no usable answer (no route to host)"), "unknown", "no route to host"),
        (HttpFailure("name", "wiki cannot be resolved to an address"), "unknown", "cannot be resolved"),
        (
            HttpFailure("timeout", "https://wiki/x did not answer within 10 s"),
            "unknown",
            "cannot be judged: https://wiki/x did not answer within",
        ),
        (HttpFailure("tls", "https://wiki/x has a certificate that cannot be trusted"), "unknown", "certificate"),
        (ValueError("odd"), "unknown", "cannot be asked"),
    ],
)
def test_http_links(tmp_path: pathlib.Path, answer: t.Any, status: str, message: str) -> None:
    finding = look(tmp_path, linked("https://wiki/x"), {"/x": answer})
    assert str(finding.status) == status, finding.message
    assert message in finding.message
    assert status == "pass" or re.match("line 18: the link (is dead|cannot be judged): https://wiki/x[ :]", finding.details[0])


def test_anchors_of_pages_and_each_address_once(tmp_path: pathlib.Path) -> None:
    text = GOOD + "".join(f"\n[{name}](https://wiki/x#{name})" for name in ("one", "two", "gone", "L12", "%C3%A9t%C3%A9"))
    path = tmp_path / "runbook.md"
    path.write_text(text)
    runner = FakeRunner(answers={"/x": page("<h1 id=one>x</h1><a name='two'></a><p id='user-content-été'>Restart it.")})
    finding = runbook.run(parse_arguments(runbook, {"path": str(path)}), runner)
    assert finding.details == ["line 28: the link is dead: the page https://wiki/x has no anchor #gone"]
    asked = [exchange[:2] for exchange in runner.http.asked]  # type: ignore[attr-defined] # the fake has it
    assert asked[:2] == [("GET", "https://wiki/x"), ("GET", "https://wiki/")] and len(asked) == 3, "its home page, and one that nobody has"


def test_credentials_go_to_named_hosts_only(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "runbook.md"
    path.write_text(linked("https://wiki/x") + "\n[b](https://elsewhere/y)\n")
    runner = FakeRunner(answers={"/x": page("ok"), "/y": page("ok")})
    given = {
        "path": str(path),
        "bearer_token": "s3cret-token",
        "link_hosts": ["wiki"],
        "headers": {"X-Scope": "p"},
        "validate_certs": False,
    }
    runbook.run(parse_arguments(runbook, given), runner)
    sent = {url: options["connection"] for _method, url, options in runner.http.asked}  # type: ignore[attr-defined] # the fake has it
    assert sent["https://wiki/x"].bearer_token == "s3cret-token"
    assert (sent["https://elsewhere/y"].bearer_token, sent["https://elsewhere/y"].headers) == (None, {})
    assert sent["https://elsewhere/y"].validate_certs is False


def test_it_is_told_in_french(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "runbook.md"
    dead = look(tmp_path, linked("https://wiki/x"), {"/x": page("", 404)})
    assert dead.message.template == "the runbook {where:path}: {defects}" and dead.message.params["where"] == str(path)
    assert told(dead.message, "fr") == (
        f"la consigne {path}\u00a0: ligne 18\u00a0: le lien est mort\u00a0: l\u2019adresse https://wiki/x répond avec le code 404"
    )
    missing = look(tmp_path, GOOD.replace("## Rollback\n", ""))
    assert told(missing.message, "fr") == f"la consigne {path}\u00a0: la section rollback est absente"
    assert told(look(tmp_path, GOOD).message, "fr") == (
        f"la consigne {path} a 5 sections, un responsable (team-payments), "
        "une revue du 1er novembre 2026 (limite\u00a0: 365\u00a0j), 0 lien qui aboutit"
    )


# -- from a URL


def fetch(answers: t.Any, **args: t.Any) -> Finding:
    return runbook.run(parse_arguments(runbook, {"url": "https://wiki/raw/runbook.md", **args}), FakeRunner(answers=answers))


def test_from_a_url() -> None:
    raw = page(linked("../other.md"), kind="text/plain", url="https://wiki/raw/runbook.md")
    assert str(fetch({"/raw/runbook.md": raw, "/other.md": page("fine", kind="text/plain")}).status) == "pass"
    dead = fetch({"/raw/runbook.md": raw})
    assert (str(dead.status), "the link is dead: https://wiki/other.md answers" in dead.message) == ("fail", True)
    undated = fetch({"/raw/runbook.md": page(GOOD.replace("last_reviewed: 2026-11-01\n", ""), kind="text/plain")})
    assert "no review date" in undated.message


def test_no_runbook_at_a_url() -> None:
    assert str(fetch({}).status) == "fail"
    assert (
        "there is no runbook: https://wiki/raw/runbook.md answers" in fetch({"/raw/runbook.md": page("<title>Not Found</title>")}).message
    )
    for answer, message in (
        (page("<title>Sign in</title><input type=password>"), "login page"),
        (page("", 503), "status 503"),
        (page("", 403), "refuses access"),
        (page("\x00\x01\x02", kind="application/octet-stream"), "not a text"),
        (HttpFailure("timeout", "https://wiki did not answer within 10 s"), "did not answer"),
    ):
        with pytest.raises(CannotObserve, match=message):
            fetch({"/raw/runbook.md": answer})


# -- files that are none


def test_missing_empty_and_odd_files(tmp_path: pathlib.Path) -> None:
    def path(name: str) -> Finding:
        return runbook.run(parse_arguments(runbook, {"path": str(tmp_path / name)}), FakeRunner())

    assert (str(path("gone.md").status), "does not exist" in path("gone.md").message) == ("fail", True)
    (tmp_path / "folder").mkdir()
    assert "is a folder" in path("folder").message
    assert "is empty" in look(tmp_path, " \n").message
    for content, name, message in (
        (bytes(range(256)), "a.md", "not a text"),
        (b"%PDF-1.7\n", "a.md", "a PDF file"),
        (b"PK\x03\x04", "a.md", "office document"),
        (b"= Title\n", "a.adoc", "in a format"),
    ):
        with pytest.raises(CannotObserve, match=message):
            look(tmp_path, content, name=name)


# -- git


UNDATED = GOOD.replace("last_reviewed: 2026-11-01\n", "")


def logged(moment: str, parents: str = "0a1b", author: str = "Jane Doe") -> Completed:
    """What git log says of one commit that has made the file."""
    about = f"5e4f\0{moment}\0{parents}\0{author}\0jane@payments.example"
    return Completed(0, f"\x01{about}\0\n:000000 100644 {'0' * 40} {'a' * 40} A\0runbook.md\0", "")


@pytest.mark.parametrize(
    ("log", "shallow", "status", "message"),
    [
        (logged("2026-10-01T10:00:00+02:00"), "false", "pass", "review of 2026-10-01"),
        (logged("2025-10-01T10:00:00+02:00"), "false", "fail", "last change in git was"),
        (Completed(0, "", ""), "false", "fail", "no review date"),
        (Completed(128, "", "fatal: your current branch 'main' does not have any commits yet"), "false", "fail", "no review date"),
        (Completed(128, "", "fatal: detected dubious ownership in repository"), "false", "unknown", "dubious ownership"),
        (logged("2026-11-24T10:00:00+02:00", ""), "true", "unknown", "too shallow"),
        (logged("2026-11-24T10:00:00+02:00", ""), "false", "pass", "2026-11-24"),
        (logged("2026-11-24T10:00:00+02:00", author="dependabot[bot]"), "false", "fail", "changed in git by programs alone"),
    ],
)
def test_the_date_in_git(tmp_path: pathlib.Path, log: Completed, shallow: str, status: str, message: str) -> None:
    (tmp_path / ".git").mkdir()
    finding = look(
        tmp_path, UNDATED, git={"git log": log, "git rev-parse": Completed(0, f"{shallow}\n", ""), "git diff-tree": Completed(0, "", "")}
    )
    assert str(finding.status) == status, finding.message
    assert message in finding.message


def test_no_git(tmp_path: pathlib.Path) -> None:
    (tmp_path / ".git").mkdir()
    assert str(look(tmp_path, UNDATED).status) == "unknown"


def test_a_front_matter_that_cannot_be_read_hides_nothing(tmp_path: pathlib.Path) -> None:
    finding = look(tmp_path, GOOD.replace("author: Jane Doe", "author: &jane Jane Doe\nreviewer: *jane"))
    assert (str(finding.status), finding.details) == (
        "unknown",
        ["line 4: the front matter has aliases of YAML (*name), which are not followed: write the values out"],
    )


# -- names of sections


@pytest.mark.parametrize(
    ("heading", "name", "yes"),
    [
        ("How to roll back", "rollback", True),
        ("Back-out plan", "rollback", True),
        ("Retour arrière", "rollback", True),
        ("ROLLBACK", "rollback", True),
        ("Rollbacks2", "rollback", False),
        ("Symptômes", "symptoms", True),
        ("4.2 Qui appeler ?", "escalation", True),
        ("Démarrage et arrêt", "start_stop", True),
        ("Licences", "licences", True),
        ("", "rollback", False),
    ],
)
def test_names_of_sections(heading: str, name: str, yes: bool) -> None:
    assert names_section(heading, name) is yes


def test_fragments() -> None:
    assert split_fragment("https://h/x#a%20b") == ("https://h/x", "a b")
    assert [split_fragment(f"https://h/x#{end}")[1] for end in (":~:text=a", "L10-L20", "a=b", "")] == [""] * 4
