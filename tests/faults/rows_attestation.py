# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""attestation. Real files with real digests, real links, pipes and devices, and a real web server.

Ways in which it could pass by a statement that nobody made, or that does not hold:
 1. by somebody who may not: another team, a name with a space at its end, with a letter that looks the same, in capitals, nobody at all
 2. before it was made: dated tomorrow's week, or next year; dated in a form that reads as another day
 3. after it ended; or for ever: until 9999, until beyond what the policy allows; ending before it was made
 4. for another version: of the release before, of none, of one that begins alike (1.5 for 1.5.0), with a space; nobody knows which this is
 5. by saying no: a negative one, also an old one, one without evidence, one of somebody who may not
 6. with no evidence; with a digest of another form; with that of an empty file, or of a file of nothing but spaces
 7. with evidence that was replaced or is gone since, of one piece among several
 8. with a file outside of its folder, by ``..``, by a link on the file, on a folder above it, by a pipe, a device, a folder
 9. with a page that is gone, that says so with status 200, that is a login, that leads to a login, that fails, that nobody can reach, whose
    content is another now; with credentials for somebody who is not to have them, or for a host that is led to
10. with a page of the machine's own network: link-local, by its number, by a redirect, the name of a cloud's metadata
11. with a sentence that says nothing (the line to fill in, TBD), the contrary ("was NOT held", "refused"),
    the future ("reste à planifier"), a part ("half of the team was trained"), or something of another version; by NAME
In whose file it stands, who brought it, and for which service: that is planned, see tests/unit/core/test_attesting.py.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import http.server
import os
import pathlib
import threading
import typing as t

from table import Row, World

MINUTES = b"Handover of payments 1.5.0: nothing is open. Signed: head of operations.\n"
LOGIN = b"<html><title>Sign in</title><h1>Sign in</h1><p>With your name.</p><form><input name=u><input type=password name=p></form></html>"
Arrange = t.Callable[[World], dict[str, t.Any]]


def day(ahead: float) -> str:
    return (dt.datetime.now(dt.timezone.utc) + dt.timedelta(days=ahead)).date().isoformat()


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class Pages(http.server.BaseHTTPRequestHandler):
    ANSWERS: t.ClassVar[dict[str, tuple[int, bytes]]] = {
        "/minutes.txt": (200, MINUTES),
        "/minutes.html": (200, b"<html><title>Handover</title><h1>Handover</h1><p>" + b"words of the handover " * 60 + b"</p></html>"),
        "/empty": (200, b""),
        "/handover": (200, LOGIN),
        "/form": (200, b"<html><form><input name=user></form></html>"),
        "/soft": (200, b"<html><title>Page not found</title><h1>Page not found</h1></html>"),
        "/broken": (503, b"later"),
        "/private": (401, b"who are you?"),
        "/often": (429, b"slow down"),
        "/to-login": (302, b"/auth/login"),
        "/auth/login": (200, LOGIN),
        "/to-minutes": (302, b"/minutes.txt"),
        "/to-metadata": (302, b"http://169.254.169.254/latest/meta-data/"),
        "/to-file": (302, b"file:///etc/passwd"),
        "/round": (302, b"/round"),
    }

    def do_GET(self) -> None:
        secret = self.headers.get("Authorization") == "Basic " + base64.b64encode(b"gate:s3cret").decode()
        status, body = self.ANSWERS.get(self.path, (404, b"gone"))
        if self.path == "/secret.txt":
            status, body = (200, MINUTES) if secret else (401, b"who are you?")
        if self.path == "/open.txt":
            status, body = (400, b"no credentials here") if self.headers.get("Authorization") else (200, MINUTES)
        self.send_response(status)
        if status == 302:
            self.send_header("Location", body.decode())
            body = b""
        self.send_header("Content-Type", "text/html" if body.startswith(b"<html") else "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: t.Any) -> None:
        pass


class Wiki:
    """The web server, as a kind of server that ``running.start`` starts and stops."""

    def __init__(self, _folder: t.Any) -> None:
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def start(self) -> Wiki:
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def given(**changes: t.Any) -> dict[str, t.Any]:
    """A statement as it should be, but for its evidence."""
    return {
        "statement": "the handover of 1.5.0 was held",
        "result": "positive",
        "attested_by": "head-of-operations",
        "attesters": ["head-of-operations", "deputy"],
        "date": day(-10),
        "until": day(60),
        "max_validity": "90d",
        "version": "1.5.0",
        "for_version": "1.5.0",
        "of_version": True,
        **changes,
    }


def evidence(folder: pathlib.Path, content: bytes = MINUTES, name: str = "evidence/minutes.txt") -> dict[str, t.Any]:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return {"path": str(path), "sha256": digest(content)}


def stated(**changes: t.Any) -> Arrange:
    return lambda world: {**given(), "evidence": [evidence(world.folder)], "folder": str(world.folder), **changes}


def shown(change: t.Callable[[pathlib.Path, dict[str, t.Any]], object], **changes: t.Any) -> Arrange:
    """With evidence to which something is done."""

    def arrange(world: World) -> dict[str, t.Any]:
        one = evidence(world.folder)
        change(pathlib.Path(one["path"]), one)
        return {**given(), "evidence": [one], "folder": str(world.folder), **changes}

    return arrange


def page(path: str, content: bytes = MINUTES, **changes: t.Any) -> Arrange:
    def arrange(world: World) -> dict[str, t.Any]:
        url = world.running.start(Wiki).url
        more = {name: value.replace("HERE", url.removeprefix("http://")) for name, value in changes.items() if isinstance(value, str)}
        hosts = {"link_hosts": [url.removeprefix("http://")]} if changes.get("link_hosts") else {}
        return {**given(), "evidence": [{"url": url + path, "sha256": digest(content)}], **changes, **more, **hosts}

    return arrange


def elsewhere(url: str) -> Arrange:
    return lambda _world: given(evidence=[{"url": url, "sha256": digest(MINUTES)}], link_timeout="2s")


def replaced(path: pathlib.Path, _one: t.Any) -> None:
    path.write_bytes(MINUTES.replace(b"nothing", b"all"))


def linked(path: pathlib.Path, _one: t.Any) -> None:
    real = path.with_name("other.txt")
    path.rename(real)
    path.symlink_to(real.name)


def linked_folder(path: pathlib.Path, _one: t.Any) -> None:
    real = path.parent.with_name("elsewhere")
    path.parent.rename(real)
    path.parent.symlink_to(real.name)


def pipe(path: pathlib.Path, _one: t.Any) -> None:
    path.unlink()
    os.mkfifo(path)


def folder_in_its_place(path: pathlib.Path, _one: t.Any) -> None:
    path.unlink()
    path.mkdir()


def device(path: pathlib.Path, one: dict[str, t.Any]) -> None:
    one["path"] = "/dev/zero"


def huge(path: pathlib.Path, one: dict[str, t.Any]) -> None:
    with path.open("wb") as stream:
        stream.truncate(64 * 2**20 + 1)


def loop(path: pathlib.Path, _one: t.Any) -> None:
    path.unlink()
    path.symlink_to(path.name)


def upper(_path: pathlib.Path, one: dict[str, t.Any]) -> None:
    one["sha256"] = one["sha256"].upper()


def climbing(path: pathlib.Path, one: dict[str, t.Any]) -> None:
    one["path"] = str(path.parent / ".." / ".." / "outside.txt")
    (path.parents[2] / "outside.txt").write_bytes(MINUTES)


def within(path: pathlib.Path, one: dict[str, t.Any]) -> None:
    one["path"] = str(path.parent / ".." / "evidence" / path.name)


def no_such_length(path: pathlib.Path, one: dict[str, t.Any]) -> None:
    one["path"] = str(path.parent / ("x" * 300))


def of_spaces(path: pathlib.Path, one: dict[str, t.Any]) -> None:
    path.write_bytes(b" \n\t\n")
    one["sha256"] = digest(b" \n\t\n")


def two(second: bytes) -> Arrange:
    """Two pieces of evidence, the second of which is now something else."""

    def arrange(world: World) -> dict[str, t.Any]:
        both = [evidence(world.folder), evidence(world.folder, name="evidence/list.csv")]
        pathlib.Path(both[1]["path"]).write_bytes(second)
        return {**given(), "evidence": both, "folder": str(world.folder)}

    return arrange


def linked_home(world: World) -> dict[str, t.Any]:
    """The folder itself is reached by a link, which whoever owns the organisation's file has made."""
    one = evidence(world.folder / "real")
    (world.folder / "home").symlink_to("real")
    one["path"] = one["path"].replace("/real/", "/home/")
    return {**given(), "evidence": [one], "folder": str(world.folder / "home")}


NEGATIVE: dict[str, t.Any] = {"result": "negative", "statement": "the way back was tried and failed"}
NOT_SO = r"states on 20.* that it is not so: the way back was tried and failed"
EMPTY = (
    "WHAT IS SO, IN A SENTENCE",
    "what is so, in a sentence.",
    "TBD",
    "...",
    "???",
    "ok",
    "à compléter",
    "<statement>",
    "to be confirmed",
    "N/A",
)
CONTRARY = (
    "the handover of 1.5.0 was NOT held",
    "the handover of 1.5.0 was not held",
    "The handover of 1.5.0 (planned last week) hasn't been held",
    "the call centre could not be trained",
    "la passation de la 1.5.0 n'a pas eu lieu",
    "Le retour arrière n\N{RIGHT SINGLE QUOTATION MARK}a jamais été répété",
    "refusé : trois alertes sans fiche",
    "passation refusée par l'exploitation",
    "the handover was rejected",
    "handover failed, two alerts missing",
    "the rollback was attempted and did not work",
    "retour arrière impossible",
    "restore KO",
    "non conforme",
    "réserves majeures non levées",
    "passation reportée au 15 décembre",
    "la formation reste à planifier",
    "formation prévue le 12 décembre",
    "will be trained next week",
    "has yet to be held",
    "en attente de validation",
    "partiellement fait",
    "half of the team was trained",
    "je n'atteste rien",
    "no handover was held",
    "aucune formation n'a eu lieu",
    "the handover must still be held",
)
SENTENCES = (
    "handover held",
    "PASSATION 1.5.0 FAITE",
    "the handover of 1.5.0 was held, and nothing is open; what was not clear has been written down",
    "None of the points is open: the handover of v1.5.0 was held",
    "Pending items: none. The desk is trained",
    "nobody objected when the handover was held",
    "rolled back from 1.5.0 to 1.4.0 within 12.5 minutes on 20.11.2026",
    "the way back to 1.4.0 was rehearsed",
    "the desk was trained by 192.168.10.12 in 1.4 h",
    "La passation a eu lieu, il n'y a pas de point ouvert",
    "引き継ぎは完了しました",
    "runbook 2.0.1 was read by all operators",
    "held with runbook 2.0.1 on RHEL 9.4",
    "sans réserve",
    "la réserve 3 est levée",
    "the failed backup of 12 November was repaired",
    "les anomalies refusées ont été corrigées",
    "on call is not interrupted during the holidays",
    "there was no incident that could not be solved",
    "nothing was not accepted",
    "The handover, planned last week, was held",
    "acceptée avec réserves non bloquantes",
    "personne n'a refusé la passation",
    "rien n'est en attente",
    "la passation refusée en octobre a été acceptée le 12 novembre",
)

ROWS = [
    # as it should be, in its usual forms
    Row(
        "attestation",
        "stated by one who may, for this version, with evidence",
        stated(),
        "pass",
        r"head-of-operations states on 20.*, until 20.*: the handover of 1.5.0 was held \(1 piece of evidence, as it was then\)",
    ),
    Row("attestation", "stated today", stated(date=day(0)), "pass", r"states on"),
    Row("attestation", "it counts on its last day", stated(until=day(0)), "pass", r"states on"),
    Row("attestation", "by another of those who may", stated(attested_by="deputy"), "pass", r"deputy states"),
    Row("attestation", "nobody has said who may", stated(attesters=None, attested_by="the team"), "pass", r"the team states"),
    Row("attestation", "of no version, where none is asked for", stated(version=None, of_version=False), "pass", r"states on"),
    Row(
        "attestation",
        "of no version, and nobody knows which this is",
        stated(version=None, of_version=False, for_version=None),
        "pass",
        r"states on",
    ),
    Row("attestation", "exactly as long as it may", stated(date=day(-30), until=day(60)), "pass", r"states on"),
    Row("attestation", "two pieces of evidence", two(MINUTES), "pass", r"2 pieces of evidence, as they were then"),
    Row("attestation", "a digest in capitals", shown(upper), "pass", r"1 piece"),
    Row("attestation", "a path with dots that stays in its folder", shown(within), "pass", r"1 piece"),
    Row("attestation", "the folder itself is a link of its owner", linked_home, "pass", r"1 piece"),
    Row("attestation", "a page", page("/minutes.txt"), "pass", r"1 piece"),
    Row("attestation", "an HTML page", page("/minutes.html", Pages.ANSWERS["/minutes.html"][1]), "pass", r"1 piece"),
    Row("attestation", "a page to which another address leads", page("/to-minutes"), "pass", r"1 piece"),
    Row(
        "attestation",
        "a page that wants the credentials of its host",
        page("/secret.txt", link_hosts=["it"], url_username="gate", url_password="s3cret"),
        "pass",
        r"1 piece",
    ),
    Row(
        "attestation",
        "a page of another host gets no credentials",
        page("/open.txt", url_username="gate", url_password="s3cret"),
        "pass",
        r"1 piece",
    ),
    # who
    Row(
        "attestation",
        "by another team",
        stated(attested_by="head-of-call-centre"),
        "fail",
        r"does not count: head-of-call-centre may not attest it; these may: head-of-operations, deputy",
    ),
    Row(
        "attestation",
        "a name with a space at its end",
        stated(attested_by="deputy "),
        "unknown",
        r"attested_by: it begins or ends with a space",
    ),
    Row(
        "attestation",
        "a name with a space of another kind",
        stated(attested_by="head-of-operations\u00a0"),
        "unknown",
        r"begins or ends with a space",
    ),
    Row("attestation", "a letter that looks the same (Cyrillic e)", stated(attested_by="d\u0435puty"), "fail", r"may not attest it"),
    Row("attestation", "a letter of no width", stated(attested_by="dep\u200buty"), "fail", r"may not attest it"),
    Row("attestation", "a name in capitals", stated(attested_by="Deputy"), "fail", r"may not attest it"),
    Row("attestation", "several names in one", stated(attested_by="head-of-operations, deputy"), "fail", r"may not attest it"),
    Row("attestation", "nobody may", stated(attesters=[]), "fail", r"may not attest it; nobody may"),
    Row("attestation", "nobody", stated(attested_by="  "), "unknown", r"attested_by: expected a text, found an empty one"),
    Row("attestation", "nothing is stated", stated(statement=" "), "unknown", r"statement: expected a text, found an empty one"),
    # when
    Row("attestation", "dated next week", stated(date=day(7)), "fail", r"it is dated 20.*, which is still to come"),
    Row("attestation", "dated next year", stated(date=day(365), until=day(400)), "fail", r"still to come"),
    Row("attestation", "it has ended", stated(date=day(-40), until=day(-1)), "fail", r"does not count: it ended on 20"),
    Row(
        "attestation",
        "for ever",
        stated(until="9999-12-31"),
        "fail",
        r"it is to hold for \d+ days, at most 90 d are allowed: have it stated anew",
    ),
    Row(
        "attestation", "a day longer than it may", stated(date=day(-30), until=day(61)), "fail", r"it is to hold for 91 days, at most 90 d"
    ),
    Row("attestation", "it ends before it was made", stated(until=day(-20)), "unknown", r"until: it would end \(20.*\) before it was made"),
    Row(
        "attestation",
        "a date as elsewhere",
        stated(date="20/11/2026"),
        "unknown",
        r"date: '20/11/2026' is not a day; expected for example 2026-11-20",
    ),
    Row("attestation", "a date with an hour", stated(date=day(-10) + "T10:00:00"), "unknown", r"is not a day"),
    Row("attestation", "a date of another calendar week", stated(date="2026-W47-5"), "unknown", r"is not a day"),
    Row("attestation", "a date without dashes", stated(until="20991231"), "unknown", r"is not a day"),
    Row("attestation", "a date in other digits", stated(until="\u0662\u0660\u0662\u0667-01-01"), "unknown", r"is not a day"),
    Row("attestation", "a day that is none", stated(until="2027-02-30"), "unknown", r"is not a day"),
    # for which version
    Row("attestation", "for the version before", stated(version="1.4.0"), "fail", r"it is for version 1.4.0, this is 1.5.0"),
    Row("attestation", "for a version that begins alike", stated(version="1.5"), "fail", r"it is for version 1.5, this is 1.5.0"),
    Row("attestation", "for a version with a space", stated(version="1.5.0 "), "unknown", r"version: it begins or ends with a space"),
    Row("attestation", "for all versions, by a star", stated(version="*"), "fail", r"it is for version \*"),
    Row(
        "attestation",
        "for no version, where one is asked for",
        stated(version=None),
        "fail",
        r"it names no version; it has to be for 1.5.0",
    ),
    Row(
        "attestation",
        "nobody knows which version this is",
        stated(for_version=None),
        "unknown",
        r"which version it has to be for is not known",
    ),
    Row(
        "attestation",
        "of a version, where none is asked for, and another is here",
        stated(of_version=False, version="1.4.0"),
        "fail",
        r"is for version 1.4.0",
    ),
    # what its sentence says
    *(
        Row("attestation", f"it says nothing: {said}", stated(statement=said), "unknown", r"says nothing: write in a sentence")
        for said in EMPTY
    ),
    *(
        Row("attestation", f"it is nobody's: {name}", stated(attested_by=name, attesters=None), "unknown", r"is nobody: name who states it")
        for name in ("NAME", "???", "TBD", "WHO", "à compléter", "<name>", "personne")
    ),
    *(
        Row(
            "attestation", f"it says the contrary: {said}", stated(statement=said), "warn", r"says that something is not so, and its result"
        )
        for said in CONTRARY
    ),
    *(
        Row(
            "attestation",
            f"it speaks of another version: {said}",
            stated(statement=said),
            "warn",
            r"speaks of version 1.4.[09], and is for",
        )
        for said in ("the handover of 1.4.0 was held", "handover of version 1.4.9 held", "passation de la v1.4.0 faite")
    ),
    *(Row("attestation", f"in words: {said}", stated(statement=said), "pass", r"states on") for said in SENTENCES),
    # that it is not so
    Row("attestation", "it is not so", stated(**NEGATIVE), "fail", r"head-of-operations " + NOT_SO),
    Row(
        "attestation",
        "it was not so, and nobody has said otherwise since",
        stated(**NEGATIVE, date=day(-400), until=day(-390)),
        "fail",
        NOT_SO,
    ),
    Row(
        "attestation", "somebody else says that it is not so", stated(**NEGATIVE, attested_by="eve", evidence=[]), "fail", r"eve " + NOT_SO
    ),
    Row("attestation", "neither yes nor no", stated(result="maybe"), "unknown", r"value of result must be one of"),
    # the evidence
    Row("attestation", "no evidence", stated(evidence=[]), "unknown", r"a positive statement needs evidence"),
    Row(
        "attestation",
        "a digest that is none",
        shown(lambda _path, one: one.update(sha256="abc")),
        "unknown",
        r"expected the 64 hexadecimal digits",
    ),
    Row(
        "attestation",
        "the digest of an empty file",
        shown(lambda path, one: (path.write_bytes(b""), one.update(sha256=digest(b"")))),
        "unknown",
        r"this is the digest of an empty file",
    ),
    Row("attestation", "it is empty now", shown(lambda path, _one: path.write_bytes(b"")), "fail", r"its evidence /.*minutes.txt is empty"),
    Row("attestation", "a file of spaces", shown(of_spaces), "fail", r"minutes.txt is empty"),
    Row(
        "attestation",
        "it was replaced since",
        shown(replaced),
        "fail",
        r"is not what it was: its sha256 is [0-9a-f]{12}..., [0-9a-f]{12}... was stated",
    ),
    Row("attestation", "one of two was replaced since", two(b"other"), "fail", r"list.csv is not what it was"),
    Row(
        "attestation", "it is gone", shown(lambda path, _one: path.unlink()), "fail", r"there is no evidence: /.*minutes.txt does not exist"
    ),
    Row("attestation", "its folder is gone", shown(lambda path, _one: (path.unlink(), path.parent.rmdir())), "fail", r"does not exist"),
    Row("attestation", "it leaves its folder by dots", shown(climbing), "fail", r"does not lie in /"),
    Row(
        "attestation",
        "it lies elsewhere",
        shown(lambda _path, one: one.update(path="/etc/hostname")),
        "fail",
        r"/etc/hostname does not lie in",
    ),
    Row(
        "attestation",
        "it is a link",
        shown(linked),
        "fail",
        r"is reached through a link \(minutes.txt\), which may lead elsewhere tomorrow",
    ),
    Row("attestation", "its folder is a link", shown(linked_folder), "fail", r"is reached through a link \(evidence\)"),
    Row("attestation", "it is a link to itself", shown(loop), "fail", r"is reached through a link"),
    Row("attestation", "it is a pipe", shown(pipe), "fail", r"is not a regular file"),
    Row("attestation", "it is a folder", shown(folder_in_its_place), "fail", r"is not a regular file"),
    Row("attestation", "it is a device", shown(device, folder="/dev"), "fail", r"/dev/zero is not a regular file"),
    Row(
        "attestation",
        "it is larger than anything that people write",
        shown(huge),
        "unknown",
        r"its evidence cannot be seen: .* is larger than 64.0 MiB",
    ),
    Row("attestation", "its name cannot be looked for", shown(no_such_length), "unknown", r"cannot be read: File name too long"),
    # a page
    Row("attestation", "the page says something else now", page("/minutes.txt", b"other"), "fail", r"is not what it was: its sha256 is"),
    Row("attestation", "the page is gone", page("/gone"), "fail", r"there is no evidence: http://127.*/gone answers with status 404"),
    Row(
        "attestation",
        "the page says with 200 that there is none",
        page("/soft", Pages.ANSWERS["/soft"][1]),
        "fail",
        r"answers with status 200 and a page that says 'not found'",
    ),
    Row("attestation", "the page is empty", page("/empty"), "fail", r"/empty (is empty|answers with status 200 and an empty page)"),
    Row(
        "attestation",
        "the page is a login",
        page("/handover", LOGIN),
        "unknown",
        r"its evidence cannot be seen: .* answers with a login page",
    ),
    Row("attestation", "a form without a word", page("/form"), "unknown", r"asks who it is that reads it"),
    Row("attestation", "the page leads to a login", page("/to-login", LOGIN), "unknown", r"login page"),
    Row("attestation", "the page wants a login", page("/private"), "unknown", r"asks for a login \(status 401\)"),
    Row(
        "attestation",
        "the page wants the credentials of another host",
        page("/secret.txt", url_username="gate", url_password="s3cret"),
        "unknown",
        r"asks for a login",
    ),
    Row("attestation", "the server fails", page("/broken"), "unknown", r"answers with status 503"),
    Row("attestation", "the server is asked too often", page("/often"), "unknown", r"asks to be asked less often"),
    Row("attestation", "the page leads in a circle", page("/round"), "unknown", r"redirected more than 10 times"),
    Row("attestation", "the page leads to a file", page("/to-file"), "unknown", r"is not an http:// or https:// address"),
    Row(
        "attestation",
        "the page leads to the metadata of the machine",
        page("/to-metadata"),
        "unknown",
        r"is not asked: it leads to an address of this machine or its network alone",
    ),
    Row(
        "attestation",
        "the metadata of the machine",
        elsewhere("http://169.254.169.254/latest/meta-data/"),
        "unknown",
        r"is not asked: it leads to an address",
    ),
    Row("attestation", "the same as a number", elsewhere("http://2852039166/latest/"), "unknown", r"is not asked: it leads to an address"),
    Row(
        "attestation",
        "the same in IPv6",
        elsewhere("http://[::ffff:169.254.169.254]/latest/"),
        "unknown",
        r"is not asked: it leads to an address",
    ),
    Row("attestation", "a link-local address", elsewhere("http://[fe80::1]/"), "unknown", r"is not asked: it leads to an address"),
    Row(
        "attestation",
        "the name of a cloud's metadata",
        elsewhere("http://metadata.google.internal/computeMetadata/v1/"),
        "unknown",
        r"is not asked: it leads to an address|metadata.google.internal cannot be resolved",
    ),
    Row(
        "attestation",
        "nothing listens there",
        elsewhere("http://127.0.0.1:9/minutes.txt"),
        "unknown",
        r"its evidence cannot be seen: .*refused the connection",
    ),
    Row(
        "attestation",
        "its name cannot be resolved",
        elsewhere("http://wiki.invalid/minutes.txt"),
        "unknown",
        r"its evidence cannot be seen",
    ),
    Row(
        "attestation",
        "an address with a password in it",
        elsewhere("http://gate:s3cret@127.0.0.1:9/x"),
        "unknown",
        r"has no user and no password in it",
    ),
    Row("attestation", "a file as an address", elsewhere("file:///etc/passwd"), "unknown", r"expected an http:// or https:// address"),
]
