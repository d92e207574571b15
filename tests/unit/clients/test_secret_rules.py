# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each row of the tables of secrets: what fits it is found wherever it stands, and what only looks like it is not."""

from __future__ import annotations

import base64
import json
import random
import re
import typing as t

import pytest
import secrets_made as made
from ansible_collections.operability.readiness.plugins.module_utils._clients import secret_numbers
from ansible_collections.operability.readiness.plugins.module_utils._clients.log_lines import Line, Run
from ansible_collections.operability.readiness.plugins.module_utils._clients.secret_rules import TABLE, Rule
from ansible_collections.operability.readiness.plugins.module_utils._clients.secret_scan import FAMILIES, Scan, by_rule

ROUNDS = 8
AROUND = (
    "{}",
    "2026-11-24T05:00:00Z INFO sent {} to the other side",
    '{{"msg":"value is {}","level":"info"}}',
    "k={} other=1",
    "first line\\n{}\\nlast line",
    "GET /x?value={}&y=1 HTTP/1.1",
    "[{}]",
    "({}).",
    "<{}>",
)


# families that are known by a word, which may stand behind any letters
MAY_FOLLOW = frozenset(
    ("azure_sas", "azure_storage_key", "discord_webhook", "generated_password", "session_cookie", "slack_webhook", "teams_webhook")
    + ("jwk_private", "wrapped_private_key", "basic_auth", "bearer_token", "authorization_token")
)


def found(*lines: str, identifiers: t.Sequence[str] = ()) -> list[tuple[str, str]]:
    scan = Scan(identifiers, lambda: None)
    scan.look(Run("app.log", [Line(line) for line in lines]))
    return [(one.family, one.value) for one in scan.secrets()]


def fitting(row: Rule, rng: random.Random) -> list[str]:
    """Secrets of this row alone."""
    out = []
    for family, make in made.KEYS:
        if family == row.family:
            out += [text for _unused in range(ROUNDS) if list(by_rule(row, text := make(rng)))]
    return out


@pytest.mark.parametrize("row", TABLE, ids=[f"{number}-{row.family}" for number, row in enumerate(TABLE)])
def test_a_row_of_the_table(row: Rule) -> None:
    rng = random.Random(row.pattern.pattern)
    texts = fitting(row, rng)
    assert len(texts) >= ROUNDS // 2, "nothing is made that fits it: tests/secrets_made.py"
    for text in texts:
        value = next(iter(by_rule(row, text))).value
        for around in AROUND:
            line = around.format(text)
            assert [family for family, _value in found(line)].count(row.family) == 1, around
        # masked, cut short, or a part of something longer it is none
        masked = text.replace(value, value[:6] + "*" * 8 + value[-4:])
        assert row.family not in [family for family, _value in found(f"sent {masked}")], masked
        for other in ("" if row.family == "generated_password" else value[:7], "*" * 12, "<redacted>", "[FILTERED]", "EXAMPLE" * 6):
            assert row.family not in [family for family, _value in found(text.replace(value, other))], other
        if row.family not in MAY_FOLLOW:
            assert row.family not in [family for family, _value in found(f"id=abc{text}")], "a part of something longer"


@pytest.mark.parametrize(("family", "make"), made.KEYS, ids=[f"{number}-{family}" for number, (family, _make) in enumerate(made.KEYS)])
def test_whatever_is_made_is_found(family: str, make: made.Made) -> None:
    rng = random.Random(family)
    for _unused in range(ROUNDS):
        text = make(rng)
        assert [one for one, _value in found(f"2026-11-24T05:00:00Z INFO {text}")] == [family]


def test_examples_of_documentation() -> None:
    header = base64.urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').decode().rstrip("=")
    payload = base64.urlsafe_b64encode(b'{"sub":"1234567890","name":"John Doe","iat":1516239022}').decode().rstrip("=")
    lines = [
        f"token {header}.{payload}.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c",
        f"JWT_HEADER={header}",
        f"{header}.{header}.",
        "key AKIA" + "IOSFODNN7EXAMPLE, secret wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "aws_secret_access_key=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "sk_test_" + "x" * 24 + " ghp_" + "0" * 36,
        "Authorization: Bearer <token>",
        "Authorization: Basic " + base64.b64encode(b"user:********").decode(),
        "Authorization: Basic " + base64.b64encode(b"not a login").decode(),
        "Bearer authentication-is-required-for-this-resource",
        "basic understanding of things",
        "xoxb-your-token-goes-here-please",
        "https://hooks.slack.com/services/T00000000/B00000000/" + "X" * 24,
    ]
    assert [line for line in lines if found(line)] == []


@pytest.mark.parametrize("template", made.PASSWORDS)
def test_passwords_by_their_names(template: str) -> None:
    rng = random.Random(template)
    for _unused in range(ROUNDS):
        value = made.password(rng)
        assert found(f"2026-11-24T05:00:00Z DEBUG {template.format(value)}") == [("password", value)]
    for other in (
        "********",
        "<redacted>",
        "[FILTERED]",
        "null",
        "xxxxx",
        "${DB_PASSWORD}",
        "%s",
        "/run/secrets/db",
        "changeme",
        "****1234",
    ):
        assert found(template.format(other)) == [], other


@pytest.mark.parametrize("template", made.SECRETS)
def test_keys_and_tokens_by_their_names(template: str) -> None:
    rng = random.Random(template)
    for letters, size in ((made.ALNUM, 32), (made.HEX, 40), (made.URL, 24)):
        for _unused in range(ROUNDS):
            value = made.of(rng, made.ALNUM, 1) + made.of(rng, letters, size) + made.of(rng, made.ALNUM, 1)
            assert found(f"INFO {template.format(value)}") == [("secret_value", value)]
    for other in (
        "*" * 16,
        "<redacted>",
        "payments-db-credentials",
        "default/my-tls",
        "${TOKEN}",
        "EXPIRED_OR_INVALID_TOKEN",
        "vault:kv/data/x9y8z7w6v5u4",
    ):
        assert found(template.format(other)) == [], other


@pytest.mark.parametrize("template", made.LOGINS)
def test_passwords_in_addresses(template: str) -> None:
    rng = random.Random(template)
    for _unused in range(ROUNDS):
        value = made.password(rng).replace("#", "%23")
        assert found(f"connecting to {template.format(value)}") == [("url_password", value)]
    for other in ("****", "password", "<password>", "${PASSWORD}", "xxx", "{{ db_password }}"):
        assert found(template.format(other)) == [], other


def test_however_often_quotations_are_escaped() -> None:
    for depth in range(4):
        quote = "\\" * depth + '"'
        assert found(f"{{{quote}password{quote}:{quote}tiger_2041{quote}}}") == [("password", "tiger_2041")], depth


CLEAN = (
    "--- PASS: TestSHA256 (0.01s)",
    "    --- PASS: TestA/case_1 (0.00s)",
    "PASS: tests/test_a1.py",
    "check pass: node-01",
    'Deleting expired secret secret="kube-system/bootstrap-token-a1b2c3"',
    "level=info secret=prod/db-v2 secret=oauth2-proxy secret=sh.helm.release.v1.shop.v42",
    '{"secret": "s3-credentials"}',
    "password=scram-sha-256 password: argon2id",
    "password: HTTP401",
    "signing_key=rsa4096 private_key=id_ed25519 shared_secret=curve25519",
    "encryption key: alias/prod2",
    '{"token": "0xdAC17F958D2ee523a2206206994597C13D831ec7", "symbol": "USDT"}',
    "password reset requested for user 42",
    "Invalid password: user jdoe not found",
    "password: incorrect for user bob",
    "Password must contain: eight characters",
    '{"password": null, "token": "", "secret": false, "apiKey": "undefined"}',
    '{"password": "must have at least eight characters"}',
    '{"errors":{"password":["is too short"]}}',
    "password_changed_at=2026-11-24 password_length=12 password_hash=5f4dcc3b5aa765d61d8327deb882cf99",
    "password=5f4dcc3b5aa765d61d8327deb882cf99 stored as md5",
    "password=$2y$10$abcdefghijklmnopqrstuuJ8Zf0q6v9W3yX5zA7bC9dE1fG3hI5jK",
    "password={SSHA}kD8fj39dkf0ksdlfk3909sdkfj== scheme=ldap",
    "pwd=/home/app OLDPWD=/srv/app PWD=/var/lib",
    "tests pass=120 fail=0 skipped=3, pass: all, bypass=enabled, compass=north-12ab",
    "tokens=1024 max_tokens=4096 total_tokens=512 token_type=bearer token_expires_in=3600 token=42",
    "next_page_token=CAUQAA3xY7fQ9mZk2LpR4sT8vW1 continuationToken=a1B2c3D4e5F6g7H8i9J0kLmN",
    "csrf_token=a1B2c3D4e5F6g7H8i9J0kLmN",
    "Unexpected token: < in JSON at position 0",
    "syntax error near unexpected token `newline'",
    "mounted secret: payments-db-credentials, secret=orders-tls-2026, secretName=app.tls",
    "primary_key=8f14e45fceea167a5a36dedd4bea2543 partition key=7d444840-9dc0-11d1-b245-5ffdce74fad2 cache_key=user:12:a8f5f167f44f4964",
    "idempotency_key=7d444840-9dc0-11d1-b245-5ffdce74fad2",
    "public_key=MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE3v4d publicKey=abc",
    "session_id=7d444840-9dc0-11d1-b245-5ffdce74fad2 sid=12",
    "select * from users where password = ? and token = :token and secret = $1",
    "update users set password = %s, token = @p0",
    "http://localhost:8080/actuator@2 https://example.org:443/@jdoe ssh://git@host/x redis://cache:6379/0",
    "postgres://orders@db1/orders git@github.com:acme/app.git",
    "-----BEGIN PRIVATE KEY----- expected at line 1 of the file",
    "-----BEGIN PUBLIC KEY----- MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAu1SU1LfVLPHCozMxH2Mo4lgOEePzNm0tRgeLezV6ffAt0gunVTLw7onLRnrq0",
    "-----BEGIN CERTIFICATE-----\\nMIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBaMQswCQYDVQQGEwJJRTESMBAGA1UEChMJQmFsdGltb3Jl\\n-----END",
    "secret=projects/12/secrets/db/versions/3 token=vault:secret/data/app#key password=!vault",
    "AccountKey=... SharedAccessKey=<key> sig=redacted",
    "credentials=include credential=anonymous credentials: none",
    "order 4111111111111111 4242424242424242 5555 5555 5555 4444 378282246310005",
    "nonce=0000000000000000 seq=4444444444444444 ts=1795500000123456 id=179550000012345678",
    "uuid 7d444840-9dc0-41d1-b245-512345678901 span=4929123412341234abcd hash=a4929123412341234",
    "ratio=0.4929123412341234 4929123412341234.5 phone=+33612345678",
    "took 4929 ms 1234 rows 1234 bytes 1234",
    "api_key= secret=null token=<redacted> Authorization: Bearer ***",
    "Using generated security password: ********",
    "2026-12-01 01:29:06 install base-passwd:amd64 <none> 3.6.1, upgrade libpam-passwd:ppc64el 1.2",
    'chpasswd[30938]: pam_unix(chpasswd:chauthtok): user "x" does not exist; passwd: pam_unix(passwd:auth)',
    "wtoken = AppWindowToken{9f4ef63 token=Token{a64f992 ActivityRecord{de9231d u0}} token: android.os.BinderProxy@2bd79ce",
    "token=user-12345-session token=release-2026-11-24 apiKey=my-service-key-name",
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
)


@pytest.mark.parametrize("line", CLEAN)
def test_what_is_no_secret(line: str) -> None:
    assert found(line) == []


def test_the_case_of_the_field() -> None:
    """L09: what detectors usually take for secrets."""
    header = base64.urlsafe_b64encode(b'{"alg":"HS256"}').decode().rstrip("=")
    key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI" + "A" * 40
    lines = (
        "2026-11-24T05:00:00Z INFO build commit=4b825dc642cb6eb9a060e54bf8d69288fbee4904 tag=v4.2.0",
        "2026-11-24T05:00:01Z INFO request id=7d444840-9dc0-11d1-b245-5ffdce74fad2 trace_id=4bf92f3577b34da6a3ce929d0e0e4736",
        "2026-11-24T05:00:02Z INFO artifact sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "INFO lock integrity=sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==",
        "2026-11-24T05:00:04Z INFO login user=jdoe password=******** token=<redacted> api_key= secret=null",
        "2026-11-24T05:00:05Z INFO header Authorization: Bearer *** x-api-key: [FILTERED]",
        "2026-11-24T05:00:06Z WARN example key AKIA" + "IOSFODNN7EXAMPLE found in docs, not used",
        "2026-11-24T05:00:08Z INFO connecting to postgres://orders@db1/orders (password from /run/secrets/db)",
        "2026-11-24T05:00:10Z INFO tokenizationId=f865288c97ca4913887373728b8dfc4d partition=3",
        f"2026-11-24T05:00:11Z INFO public key {key} deploy",
        f"2026-11-24T05:00:12Z DEBUG env DB_PASSWORD_FILE=/run/secrets/db JWT_HEADER={header}",
    )
    assert [line for line in lines if found(line)] == []


# -- private keys


@pytest.mark.parametrize("kind", ["", "RSA ", "EC ", "OPENSSH ", "ENCRYPTED "])
@pytest.mark.parametrize(
    "prefix", ["", "    ", "2026-11-24T05:00:00Z INFO key: ", "Nov 24 05:00:00 web1 app[12]: ", '{"msg":"', "2026-11-24 05:00:00,123 | "]
)
def test_a_private_key_over_lines(kind: str, prefix: str) -> None:
    key = made.pem(random.Random(kind + prefix), kind)
    lines = [prefix + line + ('"}' if prefix.startswith("{") else "") for line in key.split("\n")]
    values = found("before", *lines, "after", *lines)
    assert [family for family, _value in values] == ["private_key"], "the same key twice is one"
    assert values[0][1][:64] == key.split("\n")[1]
    assert [family for family, _value in found(*lines[:6], "2026-11-24 INFO something else")] == ["private_key"], "cut off"


def test_a_private_key_in_one_line() -> None:
    key = made.pem(random.Random(1))
    for text in (key.replace("\n", "\\n"), key.replace("\n", "\\\\n"), key.replace("\n", " "), json.dumps({"private_key": key, "id": 1})):
        assert [family for family, _value in found(f"INFO {text}")] == ["private_key"]
    headers = key.replace("KEY-----\n", "KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,8A1C\n\n", 1)
    assert [family for family, _value in found(*headers.split("\n"))] == ["private_key"]
    putty = [
        "PuTTY-User-Key-File-3: ssh-rsa",
        "Encryption: none",
        "Comment: x",
        "Public-Lines: 2",
        *key.split("\n")[1:-1],
        "Private-MAC: ab",
    ]
    assert [family for family, _value in found(*putty)] == ["private_key"]


def test_a_private_key_that_is_only_spoken_of() -> None:
    begin = "-----BEGIN PRIVATE " + "KEY-----"
    digest = "2026-11-24T05:00:02Z INFO artifact sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    masked = [begin, "[REDACTED]", begin.replace("BEGIN", "END")]
    for lines in ([f"expected {begin}", digest, digest], [begin], masked, [f"{begin}...", digest]):
        assert found(*lines) == []


# -- numbers


def test_numbers_of_cards() -> None:
    rng = random.Random(4)
    for _unused in range(200):
        number = made.card(rng)
        for text in (number, made.spaced(number), made.spaced(number, "-")) if len(number) > 14 else (number,):
            for around in ("paid with {}", '"pan":"{}"', "card={};exp=09/27", "GET /cards/{}/x", "{} 09/27", "a,{},b"):
                assert found(around.format(text)) == [("card_number", number)], around.format(text)
        wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
        for text in (wrong, f"1{number}", f"{number}7", f"a{number}", f"{number}b", f"0.{number}", f"{number}.25", f"x_{number}"):
            assert found(f"paid with {text}") == [], text


def test_numbers_of_orders_are_none_of_cards() -> None:
    """Of numbers that anybody counts up one in ten has a valid checksum, and there are many of them under one name."""
    lines = [f"INFO order_id={4_929_000_000_000_000 + number * 7} shipped" for number in range(300)]
    assert sum(secret_numbers.luhn(re.search(r"\d{16}", line)[0]) for line in lines) > 10  # type: ignore[index] # each has one
    assert found(*lines) == []
    card = made.card(random.Random(3))
    assert found(*lines, f"INFO pan={card}") == [("card_number", card)], "under another name"


@pytest.mark.parametrize("kind", sorted(made.PERSONS))
def test_numbers_of_persons_when_they_are_asked_for(kind: str) -> None:
    rng = random.Random(kind)
    for _unused in range(100):
        number = made.PERSONS[kind](rng)
        plain = re.sub(r"[ .-]", "", number)
        assert found(f"user {number} registered", identifiers=[kind]) == [(kind, plain)]
        assert found(f"user {number} registered") == []
        place = len(number) - 1 if kind != "iban" else 2
        other = number[:place] + ("A" if number[place] == "B" else "B" if number[place].isalpha() else str((int(number[place]) + 1) % 10))
        other += number[place + 1 :]
        assert found(f"user {other} registered", identifiers=[kind]) == [], other


def test_numbers_of_persons_as_they_are_written() -> None:
    assert found("assuré 1 84 12 76 451 089 46", identifiers=["nir"]) == [("nir", "184127645108946")]
    assert found("assuré 2 55 08 2A 268 168 25", identifiers=["nir"]) in ([("nir", "255082A26816825")], [])
    assert found("IBAN FR14 2004 1010 0505 0001 3M02 606", identifiers=["iban"]) == [("iban", "FR1420041010050500013M02606")]
    assert found("IBAN GB82WEST12345698765432", identifiers=["iban"]) == [("iban", "GB82WEST12345698765432")]
    assert found("codice RSSMRA85T10A562S", identifiers=["codice_fiscale"]) == [("codice_fiscale", "RSSMRA85T10A562S")]
    assert found("codice RSSMRA85T10A562T", identifiers=["codice_fiscale"]) == []
    assert found("DNI 12345678Z NIE X1234567L", identifiers=["dni"]) == [("dni", "12345678Z"), ("dni", "X1234567L")]
    assert found("AHV 756.9217.0769.85", identifiers=["ahv"]) == [("ahv", "7569217076985")]


# -- all together


def test_each_family_has_a_name_of_its_own() -> None:
    assert {row.family for row in TABLE} | set(secret_numbers.PERSONS) <= set(FAMILIES)
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", family) for family in FAMILIES)


def test_the_same_secret_is_told_once_and_counted() -> None:
    rng = random.Random(8)
    make = dict(made.KEYS)["github_token"]
    first, second = make(rng), make(rng)
    scan = Scan((), lambda: None)
    scan.look(Run("app.log", [Line(f"INFO {first}", number=1), Line("INFO x", number=2), Line(f"token={first} {second}", number=3)]))
    assert [(one.line.number, one.count) for one in scan.secrets()] == [(1, 2), (3, 1)]
    assert first not in repr(scan.secrets()) and second not in repr(scan.secrets())


def test_letters_that_grow_in_lower_case() -> None:
    assert found("İİİİ password=winter_2041!") == [("password", "winter_2041!")]


@pytest.mark.parametrize(
    "text",
    [
        *("a" * 1_000_000, "eyJ" * 300_000, "pass" * 200_000, "cookie: " * 100_000, "://a:" * 100_000, "4" * 1_000_000),
        *("password=" * 100_000, "-us" * 200_000, "SK" * 300_000, "<" * 500_000 + "password>" * 1000, "AKIA" * 200_000),
        *("-----BEGIN PRIVATE KEY-----" * 20_000, "token='" * 100_000, "\\\\" * 300_000, "4929 " * 100_000, "basic " * 100_000),
        *("://:@" * 100_000, "key-" * 200_000, "Bearer " * 100_000, "sid=" * 200_000, "_session=" * 90_000, "data:a/b;base64," * 50_000),
        *("generated password for user " * 30_000, "uthorization: token " * 40_000, "MII" * 300_000, ".webhook.office.com/" * 40_000),
    ],
)
def test_no_text_takes_long(text: str) -> None:
    """Bounded by steps, not by a clock: what grew with the square of a megabyte would never end."""
    scan = Scan(tuple(secret_numbers.PERSONS), lambda: None)
    scan.look(Run("app.log", [Line(text[place : place + 262_144]) for place in range(0, len(text), 262_144)]))
    assert scan.looked_at >= 1
