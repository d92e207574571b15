# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of log_secrets: real files, a real journal. Every secret is made up in the row that finds it."""

from __future__ import annotations

import gzip
import json
import random
import typing as t

import log_corpora
import secrets_made as made
from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner
from logs_of_payments import (
    Lines,
    binary,
    by_rsyslog,
    huge_lines,
    in_container,
    in_journal,
    json_line,
    log,
    of,
    sparse,
    text_line,
    without_ends,
)
from table import Row, World

Arguments = dict[str, t.Any]
KEYS = dict(made.KEYS)


class WithoutJournalctl(Runner):
    def which(self, name: str) -> str | None:
        return None if name == "journalctl" else super().which(name)


def row(state: str, arrange: t.Callable[[World], Arguments], status: str, message: str) -> Row:
    return Row("log_secrets", state, arrange, status, message)


def with_line(template: str, make: made.Made, **args: t.Any) -> t.Callable[[World], Arguments]:
    """300 lines, and one with a secret behind them."""

    def arrange(world: World) -> Arguments:
        secret = make(random.Random(str(world.folder)))
        return log(world, Lines(text_line).text() + f"INFO {template.format(secret)}\n", service="payments", **args)

    return arrange


def key_over_lines(world: World) -> Arguments:
    key = "".join(f"2026-11-24T05:00:00Z DEBUG {line}\n" for line in made.pem(random.Random(1)).split("\n"))
    return log(world, Lines(text_line).text() + key)


def key_by_docker(world: World) -> Arguments:
    """As the engine writes what a container prints: JSON around each line."""
    lines = ["start", *made.pem(random.Random(6)).split("\n"), "end"]
    said = [json.dumps({"log": line + "\n", "stream": "stdout", "time": "2026-11-24T05:00:00.123456789Z"}) for line in lines]
    return log(world, "".join(f"{line}\n" for line in said))


def sirets(world: World) -> Arguments:
    """Numbers of French establishments: their checksum is that of cards, and some begin as cards do."""
    rng = random.Random(8)
    lines = []
    for _unused in range(300):
        siren = "38" + made.of(rng, "0123456789", 6)
        siret = siren + made.check_digit(siren) + made.of(rng, "0123456789", 4)
        lines.append(f"INFO facture client siret={siret}{made.check_digit(siret)} montant=120.00\n")
    return log(world, "".join(lines))


HEALTHY = (
    "passwd[221]: pam_unix(passwd:chauthtok): password changed for marc\nspring.datasource.password=ENC(XpWnX8m3ZhkYbGgDh2xXSg==)\n"
    "password: ENC[AES256_GCM,data:Tr7o1,iv:1=,tag:k=,type:str]\npassword = random_password.db.result\npassword: process.env.DB_PASSWORD\n"
    "Passwort=ungültig\nmdp=oublié\nGC first pass: 12.5ms\npostgres://app:%2A%2A%2A@db/\npassword='{SSHA}kD8fj39dkf0ksdlfk3909sdkfj=='\n"
)


def packed(world: World) -> Arguments:
    """It stands in what was rotated away."""
    text = Lines(text_line).text() + f"INFO {KEYS['slack_token'](random.Random(2))}\n"
    (world.folder / "app.log.1.gz").write_bytes(gzip.compress(text.encode()))
    return log(world, Lines(text_line, 3).text())


def deep_in_gigabytes(world: World) -> Arguments:
    args = sparse(world)
    with open(args["path"], "r+b") as handle:
        handle.seek(20 << 30)
        handle.write(f"\npassword={made.password(random.Random(3))}!\n".encode())
    return args


def in_a_line_of_megabytes(world: World) -> Arguments:
    return log(world, "z" * (10 << 20) + " " + KEYS["github_token"](random.Random(4)) + "\n" + Lines(text_line).text(), sample_lines=40_000)


def order_numbers(world: World) -> Arguments:
    lines = [f"INFO order={4_929_000_000_000_000 + number * 7} shipped\n" for number in range(1000)]
    return log(world, "".join(lines))


def unreadable_before(world: World) -> Arguments:
    (world.folder / "app.log.1.zst").write_bytes(b"\x28\xb5\x2f\xfd")
    return log(world, Lines(text_line, 3).text())


def another_was_allowed(world: World) -> Arguments:
    return with_line("password={}", made.password, allowed=["password:000", "jwt:0123456789"])(world)


def no_journalctl(world: World) -> Arguments:
    world.runner = WithoutJournalctl()
    return {"unit": "payments.service"}


def corpus(name: str) -> t.Callable[[World], Arguments]:
    return lambda world: log(world, "".join(f"{line}\n" for line in log_corpora.clean(3000, formats=[name])))


CORPUS = [row(f"clean lines as of {name}", corpus(name), "pass", r"3000 lines") for name in log_corpora.FORMATS]
ROWS = [
    *CORPUS,
    row(
        "masked, empty and referred to",
        lambda world: log(
            world,
            "password=******** token=<redacted> api_key= secret=null\npassword=${DB_PASSWORD} token=vault:kv/app\n"
            "password_file=/run/secrets/db https://user:****@host/x Authorization: Bearer [FILTERED]\n",
        ),
        "pass",
        r"no secret stands in \S+: 3 lines, all that there are",
    ),
    row("states, references and hashes in the place of a password", lambda world: log(world, HEALTHY), "pass", r"10 lines"),
    row("numbers of establishments", sirets, "pass", r"300 lines"),
    row("numbers of orders of which some have a valid checksum", order_numbers, "pass", r"1000 lines"),
    row("numbers that nobody has asked for", with_line("user {}", made.nir), "pass", r"301 lines"),
    row("what rsyslogd writes", by_rsyslog("RSYSLOG_FileFormat"), "pass", r"50 lines"),
    row("50 GB", lambda world: sparse(world, sample_lines=300), "pass", r"of 50\.0 GiB, the newest and some over all its length"),
    row("a log of errors, of which there are none", lambda world: log(world, "", quiet=True), "pass", r"has no line, as it may be"),
    row("lines of 10 MB", huge_lines, "pass", r"no secret stands in \S+: \d+ lines of 30\.0 MiB"),
    row("a unit", in_journal("one", "two"), "pass", r"no secret stands in payments\.service: 2 lines"),
    row("a container", in_container(lambda: Lines(json_line, 20).lines), "pass", r"no secret stands in payments: 20 lines"),
    # found
    row(
        "a token of a provider",
        with_line("cloning with {}", KEYS["github_token"]),
        "fail",
        r"^github_token in \S+app\.log, line 301 \(fingerprint github_token:[0-9a-f]{10}\)$",
    ),
    row("a key of a cloud", with_line('{{"key":"{}"}}', KEYS["aws_access_key"]), "fail", r"aws_access_key in"),
    row("a key of a provider of payments", with_line("{}", KEYS["stripe_key"]), "fail", r"stripe_key in"),
    row("a JSON web token", with_line("Authorization: Bearer {}", KEYS["jwt"]), "fail", r"jwt in"),
    row("a session", with_line("{}", KEYS["session_cookie"]), "fail", r"session_cookie in"),
    row(
        "a password in an address",
        with_line("postgres://app:{}@db1/x", made.password),
        "fail",
        r"url_password in .*url_password:[0-9a-f]{3}\)",
    ),
    row(
        "a password by its name",
        with_line('{{"password":"{}"}}', made.password),
        "fail",
        r"password in .*fingerprint password:[0-9a-f]{3}\)",
    ),
    row(
        "a password, where the organisation has a key",
        with_line("password={}", made.password, fingerprint_key="a text that nobody else has"),
        "fail",
        r"password in .*fingerprint password:[0-9a-f]{10}\)",
    ),
    row("a private key over lines with times", key_over_lines, "fail", r"private_key in \S+app\.log, line 301 "),
    row("a private key of a container, in the engine's file", key_by_docker, "fail", r"private_key in \S+app\.log, line 2 "),
    row(
        "the body of a request as nginx escapes it",
        with_line(r'body="{{\x22password\x22:\x22{}\x22}}"', made.password),
        "fail",
        r"password in",
    ),
    row("in colours", with_line("\x1b[36mpassword \x1b[0m={}", made.password), "fail", r"password in"),
    row("the header of SOAP", with_line('<wsse:Password Type="a#PasswordText">{}</wsse:Password>', made.password), "fail", r"password in"),
    row("a password of hexadecimal figures", with_line("PGPASSWORD={}", lambda rng: made.of(rng, made.HEX, 32)), "fail", r"password in"),
    row(
        "a short value under the name of a secret",
        with_line("client_secret={}", lambda _rng: "Marse" + "ille13"),
        "fail",
        r"secret_value in",
    ),
    row("what a command was given", with_line("+ curl -u deploy:{} https://host1/x", made.password), "fail", r"password in"),
    row("what SQL was given", with_line("CREATE USER 'app'@'%' IDENTIFIED BY '{}'", made.password), "fail", r"password in"),
    row("a card in a column of a table", with_line("2026-12-01,{},1228,19.90,EUR", made.card), "fail", r"card_number in"),
    row("a number of a card", with_line("paid with {}", made.card), "fail", r"card_number in .*card_number:[0-9a-f]{3}\)"),
    row("a number of a person, asked for", with_line("user {}", made.nir, identifiers=["nir"]), "fail", r"nir in"),
    row("an account, asked for", with_line("to {}", made.iban, identifiers=["iban", "nir"]), "fail", r"iban in"),
    row("in what was rotated away", packed, "fail", r"slack_token in \S+app\.log\.1\.gz, line 301"),
    row("in the midst of 50 GB", deep_in_gigabytes, "fail", r"password in \S+, byte 2147483\d+"),
    row("in a line of 10 MB", in_a_line_of_megabytes, "fail", r"github_token in"),
    row("another one than what was allowed", another_was_allowed, "fail", r"password in"),
    row("in the journal", in_journal("one", "password=" + "tiger_2041"), "fail", r"password in payments\.service, entry of 20"),
    row("on a command line, in the journal", in_journal("one", more="_CMDLINE=pay --password " + "tiger_2041"), "fail", r"password in"),
    row("in a container", in_container(lambda: ["password=" + "tiger_2041"]), "fail", r"password in payments, entry of"),
    # for the time being
    row("reported first", with_line("password={}", made.password, mode="report"), "warn", r"password in"),
    row("a rotated file that cannot be unpacked", unreadable_before, "warn", r"no secret .* but .*app\.log\.1\.zst is packed in a way"),
    # it cannot be seen
    row("it is not there", lambda world: {"path": str(world.folder / "app.log")}, "unknown", r"app\.log does not exist"),
    row("it has no line yet", lambda world: log(world, ""), "unknown", r"has no line yet"),
    row("it has bytes that are no text", binary, "unknown", r"has bytes that are no text"),
    row("50 GB without the end of a line", without_ends, "unknown", r"has 50\.0 GiB without the end of a line"),
    row("a unit that has logged nothing", in_journal("x", unit="orders.service"), "unknown", r"there is no entry of orders\.service"),
    row("journalctl is missing", no_journalctl, "unknown", r"journalctl is not installed"),
    row("a fingerprint that is none", of(text_line, allowed=["hunter2"]), "unknown", r"allowed: expected fingerprints"),
]
