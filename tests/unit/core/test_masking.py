# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every form in which an address carries a secret, and every text that looks like one and is none."""

from __future__ import annotations

import base64

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._masking import (
    HIDDEN,
    Hiding,
    login_forms,
    masked,
    public_url,
    secrets_of,
)
from ansible_collections.operability.readiness.plugins.module_utils._phrase import Message, phrase

# what is written, and what a name made of it shows
ADDRESSES = [
    ("user:SECRET@host:9090", "host:9090"),
    ("user:SECRET@host", "host"),
    (":SECRET@host:6379", "host:6379"),
    ("http://user:SECRET@host:9090/api", "http://host:9090/api"),
    ("http://u:a/SECRET@h", "http://h"),
    ("http://u:a?SECRET@h", "http://h"),
    ("http://u:a#SECRET@h/x", "http://h/x"),
    ("http://u:12/SECRET@h", "http://h"),
    ("http://u:SECRET@@h/x", "http://h/x"),
    ("http://u@corp.example:SEC@RET@h:80/x", "http://h:80/x"),
    ("http://u:SECRET word@h/x", "http://h/x"),
    ("http://u:SECRET\nword@h/x", "http://h/x"),
    ("http://u:\"SECRET'word@h/x", "http://h/x"),
    ("http://u:\\SECRET@h/x", "http://h/x"),
    ("http:\\\\u:SECRET@h\\x", "http://h\\x"),
    ("http:/\\u:SECRET@h/x", "http://h/x"),
    ("http:u:SECRET@h", "http:h"),
    ("https:SECRET@h", "https:h"),
    ("https://SECRET@h/x", "https://h/x"),
    ("HTTPS://U:SECRET@H/x", "https://h/x"),
    ("jdbc:postgresql://u:SECRET@h/db?password=SECRET", "jdbc:postgresql://h/db"),
    ("jdbc:oracle:thin:scott/SECRET@h:1521/db", "jdbc:oracle:thin:h:1521/db"),
    ("redis://:SECRET@h", "redis://h"),
    ("rediss://SECRET@h:6380/0", "rediss://h:6380/0"),
    ("postgres://u:SEC%40SECRET@h", "postgres://h"),
    ("amqps://u:SECRET@h:5671/vhost", "amqps://h:5671/vhost"),
    ("mongodb+srv://u:SECRET@h/db", "mongodb+srv://h/db"),
    ("https://h/path?token=SECRET&api_key=SECRET", "https://h/path"),
    ("https://h/path?X-Amz-Signature=SECRET", "https://h/path"),
    ("s3:https://key:SECRET@h/bucket", "s3:https://h/bucket"),
    ("rest:https://u:SECRET@h/", "rest:https://h/"),
    ("rest:https://h/repo?token=SECRET", "rest:https://h/repo"),
    ("sftp:u:SECRET@h:/p", "sftp:h:/p"),
    ("sftp://u:SECRET@h/p", "sftp://h/p"),
    ("http://u:SECRET@[fd00::1]:9090/x", "http://[fd00::1]:9090/x"),
    ("u:SECRET@[fd00::1]:9090", "[fd00::1]:9090"),
    ("u:SECRET@10.0.0.1:9090", "10.0.0.1:9090"),
    ("  http://u:SECRET@h/x\n", "http://h/x"),
]
STAYS = [
    "",
    "a: b@c.example mail",
    "12:30@office",
    "2026-11-29T12:30:00Z@office",
    "user@host",
    "mail to: joe@host.example",
    "mailto:joe@host.example",
    "http://h/@handle",
    "http://h:8080/@handle/x",
    "http://registry:4873/@scope/package",
    "http://h:9090 refused the connection, ask joe@host.example",
    "http://[::1]:9090/x@y",
    "at 12:30:05 and 2026-11-29T12:30:00Z",
    r"C:\Users\joe@corp.example\x",
    "rate(x[5m] @ end())",
    "job:up:rate5m @ 1609746000",
    "job:up:rate5m@end()",
    'up{job="x", secret=~"a|b", token!="c"} == 1',
    'kube_secret_info{secret="tls"}',
    "git@host:repo.git",
    "sftp:user@host:/srv/restic",
    "ssh://git@host/repo.git",
    "registry/app:1.2@sha256:0123abcd",
    "unit:getty@tty1.service",
    "pkg:npm/foo@1.0",
    "readiness.yml:22:5: parts.web: 'x' is not one of a, b",
    "restic says: the password is wrong",
    "password: expected a text, found a number",
    "basic authentication is needed, or a bearer token",
    "https://h/path?from=1&to=2&orgId=1",
    "n=3 of 4, x == 5",
]


@pytest.mark.parametrize(("address", "shown"), ADDRESSES)
def test_an_address_of_any_form_shows_no_secret(address: str, shown: str) -> None:
    assert public_url(address) == shown
    assert "SECRET" not in public_url(f" {address} ")
    clean = masked(address)
    assert "SECRET" not in clean and HIDDEN in clean
    assert masked(clean) == clean, "what is masked stays as it is"


@pytest.mark.parametrize(("address", "shown"), ADDRESSES)
def test_in_a_sentence(address: str, shown: str) -> None:
    for text in (f"asked {address} at 12:30, ask joe@host.example", f"'{address}' is not right", f'{{"url": "{address}", "n": 1}}'):
        assert "SECRET" not in masked(text), text
    assert "SECRET" not in masked(f"(tried {address}, http://u:SECRET@other/, and {address}; then u:SECRET@third)")
    # a name made of it is left alone
    assert masked(f"{shown} refused the connection at 12:30") == f"{shown} refused the connection at 12:30"


@pytest.mark.parametrize("text", STAYS)
def test_what_is_no_secret_stays(text: str) -> None:
    assert masked(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("PUT http://h/x HTTP/1.1\nAuthorization: Basic dTpTRUNSRVQ=", f"PUT http://h/x HTTP/1.1\nAuthorization: Basic {HIDDEN}"),
        ("authorization=Bearer SECRET123", f"authorization=Bearer {HIDDEN}"),
        ("sent Bearer eyJSECRET.9", f"sent Bearer {HIDDEN}"),
        ('{"password": "SECRET", "user": "u"}', f'{{"password": "{HIDDEN}", "user": "u"}}'),
        ("{'api_key': 'SECRET'}", f"{{'api_key': '{HIDDEN}'}}"),
        ("host=h password=SECRET user=u", f"host=h password={HIDDEN} user=u"),
        ("host=h password='a SECRET' user=u", f"host=h password='{HIDDEN}' user=u"),
        ("jdbc:sqlserver://h;user=sa;password=SECRET;x=1", f"jdbc:sqlserver://h;user=sa;password={HIDDEN};x=1"),
        ("see https://a/?token=SECRET, https://b/?q=1", f"see https://a/?token={HIDDEN}, https://b/?q=1"),
    ],
)
def test_named_secrets_in_a_text(text: str, shown: str) -> None:
    assert masked(text) == shown


def test_what_is_secret_in_an_address() -> None:
    assert secrets_of("http://u:p%40ss@h/x?token=abc&n=1") == ["p%40ss", "p@ss", "abc"]
    assert secrets_of("user:SECRET@host:9090") == ["SECRET"]
    assert secrets_of("s3:https://key:SECRET@h/bucket") == ["SECRET"]
    assert secrets_of("https://ghp_token@h/x") == ["ghp_token"]
    assert secrets_of("sftp:user@host:/p") == secrets_of("http://h/@x") == secrets_of("") == []


@pytest.mark.parametrize(
    "part",
    ["a:", "@", "http://", "u:p@h,", "password=", "Bearer ", "a.", "'", "x:y ", "http:u:", "[", "&token=", "\\", "a-", "a+:", "x://u:"],
)
def test_a_long_text_is_read_once(part: str) -> None:
    """Not once for each of its characters: that would hang here."""
    text = part * (200_000 // len(part)) + " u:SECRET@h"
    assert "SECRET" not in masked(text)
    assert "SECRET" not in public_url(f"http://u:SECRET@{part * (50_000 // len(part))}")


def test_our_own_words_are_never_masked() -> None:
    said = phrase("the password=x of {url:path} is told", url="http://u:SECRET@h/")
    assert "SECRET" not in Hiding().message(said) and Hiding().message(Message("at u:SECRET@h")) == f"at {HIDDEN}@h"
    kept = Hiding().message(phrase("{url:path} was not reached", url="http://u:SECRET@h/"))
    assert kept.template == "{url:path} was not reached" and kept == f"http://{HIDDEN}@h/ was not reached"


def test_known_secrets_in_every_spelling() -> None:
    secret = 'a"b/c é&1'
    hide = Hiding([secret, *login_forms("me", secret), "no", ""])
    for text in (
        secret,
        "a%22b%2Fc%20%C3%A9%261",
        "a%22b/c%20%C3%A9%261",
        "a%22b%2Fc+%C3%A9%261",
        'a\\"b/c \\u00e9&1',
        'a\\"b/c é&1',
        "a&quot;b/c é&amp;1",
        base64.b64encode(f"me:{secret}".encode()).decode(),
    ):
        assert hide.text(f"<{text}> no") == f"<{HIDDEN}> no", text
    assert hide.value({"a": [secret, 1, None], secret: "x"}) == {"a": [HIDDEN, 1, None], HIDDEN: "x"}
    assert Hiding(["1"]).text("1 of 1") == "1 of 1"


def test_a_secret_that_is_a_word_of_ours_breaks_nothing() -> None:
    hide = Hiding(["pass", "status", "path", "true", "days"])
    said = phrase("{path:path} will pass in {n:number} d, status {word}", path="/srv/path", n=3, word="pass")
    assert hide.message(said) == f"/srv/{HIDDEN} will pass in 3 d, status {HIDDEN}"
    assert hide.value({"status": "pass", "path_days": 3, "of": True}) == {"status": HIDDEN, "path_days": 3, "of": True}


def test_a_login_with_spaces_and_more_than_one_at() -> None:
    assert masked("at http://u:SEC RET@x:SECRET@h/ and on") == f"at http://{HIDDEN}@h/ and on"
