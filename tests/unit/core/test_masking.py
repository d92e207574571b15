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
    ("rclone:far,user=u,pass=SECRET:backups", "rclone:far,user=u,pass=********:backups"),
    ("s3:AKIAKEY:SECRET@/bucket/path", "s3:AKIAKEY:********@/bucket/path"),
    ("postgres://u:SECRET@SECRET/SECRET@h/db", "postgres://h/db"),
    ("rest:http://u:SECRET@/SECRET@SECRET@h.example/r", "rest:http://h.example/r"),
    ("sftp://u:SECRET@SECRET/SECRET@h//srv", "sftp://h//srv"),
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
    # a host of a domain that is called as a kind of unit
    ("u:SECRET@prometheus.service.consul:9090", "prometheus.service.consul:9090"),
    ("u:SECRET@grafana.service.consul:3000/login", "grafana.service.consul:3000/login"),
    ("u:SECRET@jenkins.service.consul", "jenkins.service.consul"),
    ("u:SECRET@db.target.corp.example:1", "db.target.corp.example:1"),
    ("u:SECRET@grafana.service:3000", "grafana.service:3000"),
    ("u:SECRET@grafana.service/login", "grafana.service/login"),
    ("u:SECRET@sha256:9090", "sha256:9090"),
    ("u:SECRET@v1.corp.example", "v1.corp.example"),
    ("u:SECRET@v1:9090", "v1:9090"),
    # a mail address as the user
    ("me@corp.com:SECRET@127.0.0.1:9090", "127.0.0.1:9090"),
    ("me@corp.com:SEC/RET-SECRET@db.example", "db.example"),
    ("me@corp.com:SECRET@db", "db"),
    ("http://me@corp.com:SECRET@h:9090/x", "http://h:9090/x"),
    ("https://me%40corp.com:SECRET@h/x", "https://h/x"),
    # a password that begins as a port or as a path does
    ("http://u:1/2/SECRET@h", "http://h"),
    ("http://u:1/2/3/SECRET@h:9090/x", "http://h:9090/x"),
    ("http://u:1?SECRET@h", "http://h"),
    ("http://u:1#SECRET@h", "http://h"),
    ("http://u:1/a?SECRET#b@h", "http://h"),
    ("http://u:?SECRET@h", "http://h"),
    ("http://u:#SECRET@h", "http://h"),
    ("http://u:/SECRET@h", "http://h"),
    ("http://u:?a=SECRET@h/x", "http://h/x"),
    ("u:/SECRET@h:9090", "h:9090"),
    ("12345:67890SECRET@10.0.0.1:9090", "10.0.0.1:9090"),
    # a token in place of the user
    ("git+https://SECRET@github.com/x", "git+https://github.com/x"),
    ("nats://SECRET@h", "nats://h"),
    ("nats://SECRET@h:4222", "nats://h:4222"),
    ("influxdb://SECRET@h/db", "influxdb://h/db"),
    ("wss+http://SECRET@h/db", "wss+http://h/db"),
    ("postgres://u%3ASECRET@h", "postgres://h"),
    # a user that is called as a scheme
    ("postgres:SECRET@db:5432", "postgres:db:5432"),
    ("redis:SECRET@cache.example:6379", "redis:cache.example:6379"),
    ("git:SECRET@h:9090", "git:h:9090"),
    ("rsync:SECRET@h:873", "rsync:h:873"),
    # other notations
    ("smb://dom\\u:SECRET@h", "smb://h"),
    ("smb://dom\\\\u:SECRET@h/x", "smb://h/x"),
    ("smb://dom;u:SECRET@h/x", "smb://h/x"),
    ("dom\\u:SECRET@h:445", "h:445"),
    ("http:\\/\\/u:SECRET@h:80", "http://h:80"),
    ("//u:SECRET@h/x", "h/x"),
    ("jdbc:oracle:thin:scott/SECRET@//h:1521/db", "jdbc:oracle:thin://h:1521/db"),
    ("jdbc:oracle:thin:scott/SECRET@(DESCRIPTION=(HOST=h))", "jdbc:oracle:thin:(DESCRIPTION=(HOST=h))"),
    ("scott/SECRET@h:1521/db", "h:1521/db"),
    ("jdbc:sqlserver://h;user=sa;password=SECRET", "jdbc:sqlserver://h"),
    ("jdbc:sqlserver://h:1433;user=sa;password={SEC;SECRET}", "jdbc:sqlserver://h:1433"),
    ("https://h/;token=SECRET", "https://h/"),
    ("https://h/a;token=SECRET/b", "https://h/a/b"),
    ("https://h/token=SECRET", f"https://h/token={HIDDEN}"),
    ("u:SECRET@h:9090/api/@1234", "h:9090/api/@1234"),
    ("u:SECRET@h/x@end()", "h/x@end()"),
    ("u:SECRET@h\u2026", "h\u2026"),
    ("u:SECRET@b\u00fccher.example:9090", "b\u00fccher.example:9090"),
    ("u:SECRET@\u4f8b\u3048:9090", "\u4f8b\u3048:9090"),
    # an address within another
    ("http://h/redirect?to=u:SECRET@h/", "http://h/redirect"),
    ("http://h/redirect?to=http://u:SECRET@h/", "http://h/redirect"),
    ("http://h/redirect?n=1&to=u:SEC/SECRET@h/", "http://h/redirect"),
    ("http://h/fetch/u:SECRET@other/x", f"http://h/fetch/{HIDDEN}@other/x"),
    ("http://h/r?to=http%3A%2F%2Fu%3ASECRET%40h%2F&n=1", "http://h/r"),
    ("http://h/r?to=u%3ASECRET%40h", "http://h/r"),
    ("http://h/r#to=u:SECRET@h", "http://h/r"),
    # where the path lets in
    ("https://hooks.slack.com/services/T0/B0/SECRET", f"https://hooks.slack.com/services/{HIDDEN}"),
    ("https://discord.com/api/webhooks/12/SECRET", f"https://discord.com/api/webhooks/{HIDDEN}"),
    ("https://corp.webhook.office.com/webhookb2/SECRET@x/IncomingWebhook/SECRET", f"https://corp.webhook.office.com/webhookb2/{HIDDEN}"),
    ("https://mattermost.example/hooks/9x8SECRETq1w2e3r4t5y6", f"https://mattermost.example/hooks/{HIDDEN}"),
    ("https://events.example/integration/0a1b2c3d4eSECRETff/enqueue", f"https://events.example/integration/{HIDDEN}"),
    ("https://api.telegram.org/bot12:SECRET/sendMessage", f"https://api.telegram.org/bot{HIDDEN}"),
]
STAYS = [
    "/etc/letsencrypt/renewal-hooks/deploy/10-reload-nginx.sh is missing",
    "file=/opt/payments/hooks/pre-deploy-2026-11-25.sh",
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
    # units
    "foo@bar.service",
    "getty@tty1.service: failed",
    "unit:getty@tty1.service failed",
    "unit:getty@tty1.service: failed, unit:x@y.timer.",
    "(units:backup@daily.timer,unit:srv@data.mount)",
    # mail addresses and times
    "mail joe@corp.example, ann@corp.example; or call at 12:30",
    "<joe@corp.example>: no answer",
    "mailto:joe@corp.example?subject=x",
    "sip:joe@corp.example:5060",
    "09:00-17:30@office",
    "2026-11-29T12:30@office",
    "12:30:05.123+01:00@office",
    # ssh, rsync and git
    "user@host:path",
    "user@host:/srv/path is full",
    "git@host.example:group/repo.git@main",
    "git@github.com:org/repo@v1.2",
    "rsync:user@host:/srv",
    "scp:user@host:path",
    "sftp://user@host/p",
    "git+ssh://git@host/repo.git",
    "ftp://anonymous@host/pub",
    "smtp://user@host:25",
    "postgresql://user@host/db",
    "abfss://container@account.dfs.core.windows.net/x",
    # images, packages and versions
    "name@sha256:0123456789abcdef",
    "registry:5000/app:1.2@sha256:0123456789abcdef",
    "http://h/v2/app:1.2@sha256:0123456789abcdef",
    "uses:actions/checkout@v4",
    "npm:vue@latest",
    "http://h:4873/npm/vue@2.6",
    "http://h:4873/@scope/package@latest",
    "http://127.0.0.1:9090/x/joe@corp.example",
    "http://localhost:9090/~joe@corp.example",
    "http://h:9090/x?mail=joe@corp.example",
    "http://h:9090/x?n=1&mail=joe@corp.example#y",
    "http://h/x?mail=joe%40corp.example&at=12%3A30",
    # cron, PromQL, pairs, Python
    "*/5 * * * * root /usr/bin/backup --at 12:30 --to joe@corp.example",
    "@daily root /usr/bin/backup",
    'up{job="x"} @ 1609746000 offset 5m',
    "sum(rate(x[5m:1m]@start())) by (a)",
    "a:b c:d x:1",
    "x:@pytest.fixture",
    "check:@pytest.mark.parametrize('a', [1])",
    "@app.route('/x:y')",
    "D:/data/joe@corp.example/x",
    "https://chat.example/hooks/readiness-of-payments and https://h/repos/x/hooks/12345678",
    "https://hooks.slack.com/docs and https://api.telegram.org/",
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
    assert secrets_of("sftp:u:SECRET@h:/p") == secrets_of("postgres:SECRET@db:5432") == secrets_of("nats://SECRET@h") == ["SECRET"]
    assert secrets_of("jdbc:oracle:thin:scott/SECRET@//h:1521/db") == secrets_of("me@corp.com:SECRET@h") == ["SECRET"]
    assert secrets_of("curl http://u:one@h/x http://u:two@h") == ["one", "two"]
    for sentence in ("phone: switchboard, then team-payments@corp.example", "N1: desk@corp.example", "Mon 08:00-18:00 desk@corp.example"):
        assert secrets_of(sentence) == [], "what stands before an address is no login"
    assert secrets_of("see user:SECRET@host:9090, or u:OTHER@h") == ["SECRET", "OTHER"]
    assert secrets_of("/etc/letsencrypt/renewal-hooks/deploy/10-reload-nginx.sh") == []
    assert secrets_of("POST /hooks/0123456789abcdef") == ["0123456789abcdef"]
    assert secrets_of("sftp:user@host:/p") == secrets_of("http://h/@x") == secrets_of("") == []


@pytest.mark.parametrize(
    "part",
    [
        "a:",
        "@",
        "http://",
        "u:p@h,",
        "password=",
        "Bearer ",
        "a.",
        "'",
        "x:y ",
        "http:u:",
        "[",
        "&token=",
        "\\",
        "a-",
        "a+:",
        "x://u:",
        "a@b:",
        "&x=u:p@h",
        "%40",
        "a/b@c:1/x",
        "12:30-",
        "1/@",
    ],
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


MULTILINE = "S3CRET  two  spaces\nline2 of S3CRET"


@pytest.mark.parametrize(
    ("secret", "said"),
    [
        ("S3CRET  two  spaces", "S3CRET two spaces"),
        ("S3CRET\nline2", "S3CRET"),
        (MULTILINE, "line2 of S3CRET"),
        (MULTILINE, "S3CRET two spaces line2 of S3CRET"),
        ("S3CRET\u202eab\x07cd", "S3CRETab cd"),
        ("S3CRET\u202eab\x07cd", "S3CRETab\x07cd".replace("\x07", " ")),
        ("S3C/RET é", "S3C%2fRET%20%c3%a9"),
        ("S3C/RET", r"S3C\/RET"),
        ("S3C<&RET", r"S3C\u003c\u0026RET"),
        ("S3C'RET", "S3C&#39;RET"),
        ("S3C'RET", "S3C'\\''RET"),
        ("S3CRET??>>~~", base64.urlsafe_b64encode(b"S3CRET??>>~~").decode()),
        ("S3CRET word", "S3CRE..."),
        ("S3CRET word", "S3CR\u2026"),
    ],
)
def test_a_known_secret_in_what_becomes_of_it(secret: str, said: str) -> None:
    shown = Hiding([secret]).text(f"<it says {said}")
    assert shown.startswith(f"<it says {HIDDEN}") and "S3C" not in shown


def test_what_is_no_beginning_of_a_secret_stays() -> None:
    hide = Hiding(["S3CRET word", "the longest one"])
    for text in ("the... and S3C", "S3CX...", "waiting\u2026 for it", "..." * 30_000, "S3CR" * 10):
        assert hide.text(text) == text


@pytest.mark.parametrize("password", ["S3cret/etPw9", "S3cret?etPw9", "S3cret#etPw9", "S3cret@etPw9", "S3cret:etPw9"])
def test_no_piece_of_a_password_shows_where_a_tool_repeats_it(password: str) -> None:
    secrets = secrets_of(f"rest:http://svc:{password}@127.0.0.1:9/")
    said = 'parse "http://svc:S3cret": invalid port ":S3cret" after host, then etPw9'
    assert "S3cret" not in Hiding(secrets).text(said) and "etPw9" not in Hiding(secrets).text(said)
    assert "S3cret" not in masked(said)


def test_a_login_whose_host_was_forgotten() -> None:
    for address in ("rest:http://svc:S3cretPw9", "ssh://svc:S3cretPw9"):
        assert "S3cret" not in masked(address) and "S3cret" not in public_url(address) and "S3cretPw9" in secrets_of(address)
    for fine in ("tcp://localhost:9093.", "http://pay1:8080, http://pay2:8080", "http://host:port/x", "http://{host}:{port}/"):
        assert masked(fine) == fine
