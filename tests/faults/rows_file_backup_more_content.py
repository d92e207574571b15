# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults of what is in backups that are files: side files, answers of failure, messages in dumps, envelopes of nothing, and secrets."""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import subprocess
import typing as t

from dumps_of_payments import args, dump, put
from rows_file_backup_content import (
    FILES,
    LDIF,
    Arrange,
    Source,
    bytes_of,
    file,
    flipped,
    folder,
    lose,
    mariadb,
    no_tool,
    other,
    packed,
    postgres,
    row,
    tar,
)
from table import World

STATUS = b'{"jobs": [' + b", ".join(b'{"name": "job %d", "status": "failed"}' % number for number in range(30)) + b"]}"
INDEX = b"<html><head><title>Index of /backup</title></head><body>" + b"<a href=x>x</a>\n" * 40 + b"</body></html>\n"
JUNIT = b'<?xml version="1.0"?>\n<testsuites>' + b"<testcase name='x'/>\n" * 40 + b"</testsuites>\n"
PROSE = b"Sicherung von heute\nAlle Server wurden gesichert\nEs gab nichts zu tun\nBis morgen\nDer Admin und sein Team\n" * 3
SETTINGS = b"[client]\nuser = backup\nhost = db1\nport = 3306\n[mysqldump]\nquick = 1\n" * 5
LOGIN = b"<html><head><title>Sign in</title></head><form><input type='password' name=p></form></html>\n"
FAULT = (
    b"<?xml version='1.0'?><soap:Envelope xmlns:soap='x'><soap:Body><soap:Fault><faultstring>Not allowed</faultstring></soap:Fault>"
    b"</soap:Body></soap:Envelope>"
)
ORACLE = b"ORA-01017: expdp: invalid username/password; logon denied\n"
PGP = ("gpg", "--batch", "--yes", "--passphrase", "x", "--pinentry-mode", "loopback")


def alone(name: str, content: bytes) -> Arrange:
    """It is the only file of its folder."""

    def arrange(world: World) -> dict[str, t.Any]:
        put(world.folder / name, content, 3)
        return {"path": str(world.folder), "max_age": "26h"}

    return arrange


def beside(name: str, content: bytes) -> Arrange:
    """It was changed three days ago, beside the dumps of each night."""

    def arrange(world: World) -> dict[str, t.Any]:
        for night in range(4):
            put(world.folder / f"shop-2026-01-0{night + 1}.sql.gz", dump(night), 3 + 24 * night)
        for night in range(4):
            (world.folder / f"shop-2026-01-0{night + 1}.sql.gz").rename(world.folder / f"shop-{night}.sql.gz")
        put(world.folder / name, content, 84)
        return {"path": str(world.folder), "max_age": "26h"}

    return arrange


def with_line(source: Source, line: bytes, after: bytes | None) -> Source:
    """A dump in which a line stands before its last mark, or after its end."""

    def content() -> bytes:
        whole = source()
        if after is None:
            return whole + line
        start = whole.rindex(after)
        return whole[:start] + line + whole[start:]

    return content


def zeroed_tar() -> bytes:
    whole = tar({f"file-{number}": os.urandom(1500) for number in range(300)}, "w")
    return whole[: len(whole) // 2] + bytes(len(whole) - len(whole) // 2)


def blocked_tar() -> bytes:
    """As tar -b 512 writes it."""
    whole = tar(FILES, "w").rstrip(b"\0")
    return whole + bytes(-len(whole) % (256 << 10))


def gpg(source: Source) -> Arrange:
    def arrange(world: World) -> dict[str, t.Any]:
        home = world.folder / "home"
        home.mkdir(mode=0o700)
        done = subprocess.run([*PGP, "--homedir", str(home), "-c"], input=source(), capture_output=True, check=True)
        subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "all"], check=False, capture_output=True)
        shutil.rmtree(home, ignore_errors=True)
        put(world.folder / "p.sql.gz.gpg", done.stdout, 3)
        return args(world, "p.sql.gz.gpg")

    return arrange


def openssl(*words: str) -> Source:
    def content() -> bytes:
        command = ["openssl", "enc", "-aes-256-cbc", "-pbkdf2", "-k", "x", *words]
        return subprocess.run(command, input=tar(FILES), capture_output=True, check=True).stdout

    return content


def cms(source: Source) -> Source:
    """The envelope of openssl smime -encrypt -outform DER, as far as it tells its kind."""

    def content() -> bytes:
        body = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03" + source()
        return b"\x30\x83" + len(body).to_bytes(3, "big") + body

    return content


def sparse(world: World) -> dict[str, t.Any]:
    path = put(world.folder / "vm.img", b"", 3)
    os.truncate(path, 50 << 30)
    put(path, None, 3)
    return args(world, "vm.img")


def rubbish(world: World) -> dict[str, t.Any]:
    message = gzip.compress(b"mysqldump: Got error: 1045: Access denied\n")
    for night in range(9):
        put(world.folder / f"db-{night}.sql.gz", dump(night) if night < 2 else message, 3 + 24 * night)
    return args(world, "db-*.sql.gz", min_count=7, size_deviation="100%")


def mydumper_new(rows: int, *, data: bool) -> Arrange:
    """As mydumper 0.14 writes its metadata."""

    def arrange(world: World) -> dict[str, t.Any]:
        place = world.folder / "dump"
        text = "# Started dump at: 2026-11-25 02:00:00\n[config]\nquote_character = BACKTICK\n\n"
        text += f"[`shop`.`payments`]\nreal_table_name=payments\nrows = {rows}\n# Finished dump at: 2026-11-25 02:00:09\n"
        put(place / "shop-schema-create.sql", b"CREATE DATABASE `shop`;\n", 3)
        put(place / "shop.payments-schema.sql", b"CREATE TABLE `payments` (`id` int);\n", 3)
        if data:
            put(place / "shop.payments.00000.sql", b"INSERT INTO `payments` VALUES(1),(2);\n", 3)
        put(place / "metadata", text.encode(), 3)
        return args(world, "dump")

    return arrange


def summed(beside_it: str, algorithm: str, *, right: bool) -> Arrange:
    def arrange(world: World) -> dict[str, t.Any]:
        body = dump()
        put(world.folder / "shop-1.sql.gz", body, 3)
        digest = hashlib.new(algorithm, body if right else b"other").hexdigest()
        put(world.folder / beside_it, f"{digest}  shop-1.sql.gz\n".encode(), 3)
        return args(world, "shop-1.sql.gz", checksum=True)

    return arrange


def parts(world: World) -> dict[str, t.Any]:
    body = os.urandom(3000)
    for number, ending in enumerate(("aa", "ab", "ac")):
        put(world.folder / f"etc.tar.gz.{ending}", tar(FILES)[:30] + body if not number else body, 3)
    return args(world, "etc.tar.gz.aa")


def dangling(world: World) -> dict[str, t.Any]:
    (world.folder / "latest.sql.gz").symlink_to("gone.sql.gz")
    return args(world, "latest.sql.gz")


def empty_beside(world: World) -> dict[str, t.Any]:
    put(world.folder / "shop.sql", postgres("plain.sql")(), 3)
    put(world.folder / "template1.sql", postgres("nothing.sql")(), 3)
    return args(world, "*.sql")


def globals_first() -> bytes:
    text = postgres("all.sql")()
    end = text.index(b"-- Databases") if b"-- Databases" in text else text.index(b"-- PostgreSQL database dump")
    head = text[: text.rindex(b"\n", 0, end)] + b"\n--\n-- PostgreSQL database cluster dump complete\n--\n\n"
    return head + postgres("plain.sql")()


def users_alone() -> bytes:
    whole = mariadb("nothing.sql")()
    start = (
        whole.index(b"/*!40103 SET TIME_ZONE=@OLD_TIME_ZONE")
        if b"/*!40103 SET TIME_ZONE=@OLD" in whole
        else whole.rindex(b"/*!40101 SET SQL_MODE")
    )
    return whole[:start] + b"CREATE USER `app`@`%` IDENTIFIED VIA x;\nGRANT SELECT ON `shop`.* TO `app`@`%`;\n" + whole[start:]


PAYMENTS = b"".join(b"2026-11-%02d;%d;payment of a customer;%d.50\n" % (1 + number % 28, number, number) for number in range(500))
MAIL = b"From root Mon Nov 30 02:00:00 2026\nSubject: backup\n\nerror: failed\n"
ZONE = b"$TTL 3600\n@ IN SOA ns1 root 1 2 3 4 5\n"
SECRET = "Zebra7Quark"


def secret(text: str) -> Arrange:
    return file("a.sql", bytes_of(text.encode()))


WITHOUT_SECRET = rf"\A(?!.*{SECRET})"

ROWS = [
    # what lies beside backups
    *[
        row(f"only {what}", alone(name, content), "fail", rf"nothing that matches .* is a backup: {name} \({said}")
        for what, name, content, said in (
            ("the index of a web server", "index.html", INDEX, "a page of HTML"),
            ("the status of jobs", "status.json", STATUS, "JSON"),
            ("a report of tests", "junit.xml", JUNIT, "XML"),
            ("a report in prose", "Backup-Bericht.txt", PROSE, "a text"),
            ("settings", "my.cnf", SETTINGS, "settings"),
            ("a key", "client.pem", b"-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n" * 9, "a key or a certificate"),
            ("a picture", "plan.png", b"\x89PNG\r\n\x1a\n" + os.urandom(900), "a picture"),
        )
    ],
    *[
        row(f"{name} beside nightly dumps", beside(name, content), "pass", "newest backup .*shop-0.sql.gz is 3 h old")
        for name, content in (
            ("index.html", INDEX),
            ("config.json", STATUS),
            ("my.cnf", SETTINGS),
            ("docker-compose.yml", b"services:\n  db:\n    image: postgres:15\n    restart: always\n" * 9),
            ("backup.env", b"USER=backup\nHOST=db1\n" * 20),
            ("RESTORE.txt", PROSE),
            ("howto-restore", PROSE),
            ("known_hosts", b"|1|abc=|def= ssh-ed25519 AAAA\n" * 9),
            ("report.pdf", b"%PDF-1.7\n" + os.urandom(900)),
            ("mysql-bin.000123", b"\xfebin" + os.urandom(900)),
        )
    ],
    row(
        "a page that is asked for by its ending",
        file("wiki.html", bytes_of(INDEX)),
        "pass",
        "HTML",
    ),
    # answers and messages of failure in the place of a backup
    row(
        "an answer of failure in one word",
        file("p.json", bytes_of(b'{"message": "Unauthorized"}')),
        "fail",
        "answer of failure: Unauthorized",
    ),
    row("an export with a message in it", file("p.json", bytes_of(b'{"message": "welcome", "payments": [1, 2]}')), "pass", "as JSON"),
    row("a fault of SOAP", file("p.xml", bytes_of(FAULT)), "fail", "but a message: Not allowed"),
    row("a login form named .html", file("p.html", bytes_of(LOGIN)), "fail", "a page of HTML: Sign in"),
    row("a message of Oracle", file("exp.dmp", bytes_of(ORACLE)), "fail", "but a message: ORA-01017"),
    row("a text named .dmp", file("exp.dmp", bytes_of(PROSE)), "fail", "named like dmp, but is something else: a text of"),
    row(
        "a search of LDAP that hit its limit",
        file("a.ldif", bytes_of(LDIF + b"# search result\nsearch: 2\nresult: 4 Size limit exceeded\n")),
        "fail",
        "result 4 Size limit exceeded",
    ),
    row(
        "a search of LDAP that ended well",
        file("a.ldif", bytes_of(LDIF + b"# search result\nsearch: 2\nresult: 0 Success\n\n# numEntries: 300\n")),
        "pass",
        "as LDIF",
    ),
    # messages in dumps
    row(
        "a failure in the middle of a dump",
        file(
            "a.sql.gz",
            packed(
                with_line(
                    mariadb("two.sql"), b"mariadb-dump: Got error: 1356: \"View 'x' references invalid table(s)\"\n", b"-- Table structure"
                )
            ),
        ),
        "fail",
        "a message of failure of the tool stands in it: mariadb-dump: Got error: 1356",
    ),
    row(
        "a failure before the end of a dump",
        file("a.sql", with_line(mariadb("plain.sql"), b"mysqldump: Couldn't execute 'SHOW x'\n", b"-- Dump completed")),
        "fail",
        "stands in it: mysqldump: Couldn't execute",
    ),
    row(
        "a failure after the end of a dump",
        file("a.sql", with_line(postgres("plain.sql"), b"pg_dump: error: query failed: server closed\n", None)),
        "fail",
        "stands in it: pg_dump: error: query failed",
    ),
    row(
        "a warning without its tool",
        file("a.sql", lambda: b"Warning: Using a password on the command line interface can be insecure.\n" + mariadb("plain.sql")()),
        "warn",
        "a message of the tool stands in it",
    ),
    # tar and custom format
    row("tar whose second half is zero", file("a.tar", zeroed_tar), "fail", "of zero bytes are at its end, where members were"),
    row("tar in large records", file("a.tar", blocked_tar), "pass", "read to its end as tar"),
    row(
        "a message behind a tar",
        file("a.tar", lambda: tar(FILES, "w") + b"tar: etc: file changed as we read it\n"),
        "fail",
        "something else follows its end: tar: etc: file changed",
    ),
    row(
        "custom format, a byte of its data changed",
        file("a.dump", flipped(postgres("custom.dump"), 0.6)),
        "fail",
        "cannot be unpacked|damaged",
    ),
    # encrypted
    row("gpg of nothing", gpg(bytes_of(b"")), "fail", "there is nothing in it"),
    row("gpg of gzip of nothing", gpg(packed(bytes_of(b""))), "fail", "there is nothing in it"),
    row("gpg of a dump in gzip", gpg(packed(postgres("plain.sql"))), "pass", "OpenPGP: encrypted"),
    *[
        row(f"a plain dump named {name}", file(name, source), "fail", "it is not encrypted")
        for name, source in (
            ("p.sql.gpg", packed(mariadb("plain.sql"))),
            ("p.sql.gz.age", dump),
            ("p.sql.gz.enc", dump),
            ("p.sql.pgp", mariadb("plain.sql")),
        )
    ],
    row("openssl in base64", file("p.tar.enc", openssl("-a"), encrypted=True), "pass", "openssl: encrypted"),
    row("openssl without a mark", file("p.tar.enc", openssl("-nosalt")), "unknown", "of no kind that is known"),
    row("an envelope of CMS", file("p.tar.cms", cms(lambda: os.urandom(5000)), encrypted=True), "pass", "CMS: encrypted"),
    row("an envelope of CMS, cut", file("p.tar.p7m", lambda: cms(lambda: bytes(range(250)) * 20)()[:-9]), "fail", "not a whole CMS file"),
    row(
        "encrypted 7z, no 7z on the host",
        no_tool("a.7z", other("hidden.7z"), "7zz", "7z", "7za", "7zr", encrypted=True),
        "unknown",
        "nobody can tell whether it is encrypted",
    ),
    row("lzip", file("a.tar.lz", lambda: b"LZIP\x01" + os.urandom(3000)), "unknown", "lzip cannot be looked into here"),
    row("the first part of several", parts, "unknown", "a part of a backup that is split"),
    # size, count, parts, sums
    row("50 GiB of zero bytes", sparse, "fail", "nothing but zero bytes in it"),
    row("messages of failure are not counted", rubbish, "fail", "2 complete backups are there|at least 7"),
    row("pg_basebackup without its WAL", folder("base-1", "base_tar", lose("pg_wal.tar*")), "warn", "no WAL is in it"),
    row("mydumper, its rows missing", mydumper_new(2, data=False), "fail", "rows of shop.payments are missing"),
    row("mydumper, an empty table", mydumper_new(0, data=False), "pass", "folder of mydumper"),
    row("mydumper with its rows", mydumper_new(2, data=True), "pass", "folder of mydumper"),
    *[
        row(
            f"a {'right' if right else 'wrong'} sum in {name}",
            summed(name, kind, right=right),
            "pass" if right else "fail",
            "to its end" if right else "does not agree with its checksum",
        )
        for name, kind in (
            ("shop-1.sha256", "sha256"),
            ("checksums.sha256", "sha256"),
            ("SHA256SUMS.txt", "sha256"),
            ("shop-1.sql.gz.b2", "blake2b"),
        )
        for right in (True, False)
    ],
    # healthy, though they look odd
    row("globals and a dump in one file", file("a.sql", globals_first), "pass", "PostgreSQL dump"),
    row("an empty database beside another", empty_beside, "pass", "PostgreSQL dump"),
    row("users alone", file("users.sql", users_alone), "pass", "MySQL dump"),
    row("payments by their dates", file("payments.csv.gz", packed(bytes_of(PAYMENTS))), "pass", "text in gzip"),
    row("a mailbox", file("root.mbox.gz", packed(bytes_of(MAIL))), "pass", "text in gzip"),
    row("a zone of two lines", file("db.example", bytes_of(ZONE)), "pass", "text"),
    row("a link to nothing", dangling, "unknown", "a link to a file that is gone"),
    # nothing secret is told
    *[
        row(f"a secret in an odd file: {text}", secret(text.format(S=SECRET) + "\n"), "fail", WITHOUT_SECRET)
        for text in (
            "sh: 1: mysqldump -u root -p{S} shop: not found",
            "failed: --passwort={S}",
            "password = {S}",
            "curl: option -u svc:{S}: is unknown",
            "failed: svc:{S}@tcp(db:3306)/shop",
            "ldapsearch: -w {S}",
            "bash: sshpass -p {S} ssh: command not found",
            "WRONGPASS for {S}",
            "<html><body><input type=hidden name=csrf value={S}></body></html>",
        )
    ],
]
