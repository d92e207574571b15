# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines as services log them, in ten formats, with all that looks like a secret and is none; and the same with secrets among them."""

from __future__ import annotations

import base64
import datetime as dt
import json
import random
import string
import typing as t

import secrets_made as made

START = dt.datetime(2026, 11, 24, 5, 0, 0, tzinfo=dt.timezone.utc)
LEVELS = ("DEBUG", "INFO", "INFO", "INFO", "WARN", "ERROR")
WORDS = (
    *("order", "shipped", "customer", "cache", "miss", "retry", "queue", "payment", "declined", "refresh", "index", "partition", "offset"),
    *("rebalance", "checkpoint", "session", "expired", "login", "logout", "password", "reset", "requested", "token", "refreshed", "secret"),
    *("rotated", "key", "credential", "provider", "bearer", "authorization", "basic", "policy", "cookie", "card", "token", "api"),
)
PATHS = ("/api/v1/orders/{n}", "/login?next=%2Fcart", "/static/app.{h8}.js", "/oauth/token", "/password/reset", "/health", "/img/{u}.png")
AGENTS = ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/131.0.0.0", "curl/8.5.0", "kube-probe/1.31", "Prometheus/2.53.1")


class Noise:
    """Values that stand in any log."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)

    def hex(self, size: int) -> str:
        return f"{self.rng.getrandbits(4 * size):0{size}x}"

    def uuid(self) -> str:
        return "-".join(self.hex(size) for size in (8, 4, 4, 4, 12))

    def blob(self, size: int) -> str:
        return base64.b64encode(self.rng.randbytes(size)).decode()

    def ip(self) -> str:
        return ".".join(str(self.rng.randrange(1, 255)) for _unused in range(4))

    def words(self, count: int) -> str:
        return " ".join(self.rng.choices(WORDS, k=count))

    def value(self) -> str:
        """What detectors usually stumble over."""
        return VALUES[self.rng.randrange(len(VALUES))](self, self.rng.randrange(10**6))


VALUES: tuple[t.Callable[[Noise, int], str], ...] = (
    lambda noise, _number: f"trace_id={noise.hex(32)} span_id={noise.hex(16)}",
    lambda noise, _number: f"commit={noise.hex(40)}",
    lambda noise, _number: f"sha256:{noise.hex(64)}",
    lambda noise, _number: f"id={noise.uuid()}",
    lambda noise, _number: f"integrity=sha512-{noise.blob(64)}",
    lambda noise, _number: f'etag=W/"{noise.hex(32)}"',
    lambda noise, _number: f"order_id={4_000_000_000_000_000 + noise.rng.randrange(10**12)}",
    lambda _noise, number: f"epoch={1795500000000000 + number} ns={1795500000000000000 + number}",
    lambda noise, _number: f"took={noise.rng.random() * 1000:.6f}ms ratio=0.{noise.rng.randrange(10**16):016d}",
    lambda noise, _number: f"password={'*' * noise.rng.randrange(3, 12)} token=<redacted> secret=[FILTERED]",
    lambda _noise, _number: f"Authorization: Bearer {'*' * 3} x-api-key: [REDACTED]",
    lambda _noise, _number: "password= secret=null api_key=undefined",
    lambda noise, _number: f"data:image/png;base64,{noise.blob(90)}",
    lambda _noise, number: f"postgres://orders@db{number % 9}/orders",
    lambda noise, number: f"https://example.org:8443/a/{noise.uuid()}?page={number}&sort=asc",
    lambda noise, _number: f"session_id={noise.uuid()}",
    lambda _noise, number: f"tokens={number} max_tokens=4096 token_type=bearer expires_in=3600",
    lambda noise, _number: f"next_page_token={noise.blob(24).rstrip('=')}",
    lambda noise, _number: f"csrf_token={noise.hex(40)}",
    lambda noise, number: f"tokenizationId={noise.hex(32)} partition={number % 64}",
    lambda _noise, number: f"password_file=/run/secrets/db-{number} DB_PASSWORD_FILE=/etc/db.pw",
    lambda noise, _number: f"image=registry.example.org/shop/web@sha256:{noise.hex(64)}",
    lambda noise, _number: f"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{noise.blob(32).rstrip('=')[:43]} deploy",
    lambda noise, _number: f"fingerprint=SHA256:{noise.blob(32).rstrip('=')}",
    lambda noise, _number: f"serial={':'.join(noise.hex(2) for _unused in range(16))}",
    lambda noise, number: f"key=user:{number}:{noise.hex(16)} cache_key={noise.hex(40)}",
    lambda noise, number: f"md5={noise.hex(32)} size={number}",
    lambda noise, _number: f"mac={':'.join(noise.hex(2) for _unused in range(6))} phone=+336{noise.rng.randrange(10**8):08d}",
    lambda _noise, number: f"pool=HikariPool-1 active={number % 20} idle={number % 10}",
    lambda _noise, number: f"secretName=orders-tls-{number % 9} mounted secret: orders-db",
)


Format = t.Callable[[Noise, dt.datetime], str]


def _access(noise: Noise, at: dt.datetime) -> str:
    path = noise.rng.choice(PATHS).format(n=noise.rng.randrange(10**9), h8=noise.hex(8), u=noise.uuid())
    agent = noise.rng.choice(AGENTS)
    return f'{noise.ip()} - jdoe [{at:%d/%b/%Y:%H:%M:%S %z}] "GET {path} HTTP/1.1" 200 {noise.rng.randrange(10**5)} "-" "{agent}"'


def _nginx_error(noise: Noise, at: dt.datetime) -> str:
    return f"{at:%Y/%m/%d %H:%M:%S} [error] 12#12: *{noise.rng.randrange(10**6)} {noise.words(4)}, client: {noise.ip()}, {noise.value()}"


def _json(noise: Noise, at: dt.datetime) -> str:
    data = {"ts": at.isoformat(), "level": noise.rng.choice(LEVELS).lower(), "msg": noise.words(5), "trace_id": noise.hex(32)}
    return json.dumps({**data, "detail": noise.value(), "user": {"id": noise.rng.randrange(10**16), "password": None, "token": "***"}})


def _logfmt(noise: Noise, at: dt.datetime) -> str:
    value = noise.value().replace('"', "'")
    return (
        f'ts={at.isoformat()} level={noise.rng.choice(LEVELS).lower()} msg="{noise.words(4)}" {value}'
        if "=" in value
        else (f'ts={at.isoformat()} level=info msg="{value}" caller=main.go:42')
    )


def _spring(noise: Noise, at: dt.datetime) -> str:
    where = f"1 --- [http-nio-8080-exec-{noise.rng.randrange(20)}] c.e.orders.Service"
    return f"{at:%Y-%m-%d %H:%M:%S}.{noise.rng.randrange(1000):03d}+00:00  INFO {where} : {noise.words(3)} {noise.value()}"


def _python(noise: Noise, at: dt.datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S},{noise.rng.randrange(1000):03d} {noise.rng.choice(LEVELS)} app.views: {noise.words(4)} {noise.value()}"


def _rfc3164(noise: Noise, at: dt.datetime) -> str:
    return f"{at:%b %e %H:%M:%S} web1 app[{noise.rng.randrange(10**5)}]: {noise.words(4)} {noise.value()}"


def _rfc5424(noise: Noise, at: dt.datetime) -> str:
    return f'<134>1 {at.isoformat()} web1 app 12 ID{noise.rng.randrange(99)} [x@1 a="{noise.hex(8)}"] {noise.words(3)} {noise.value()}'


def _klog(noise: Noise, at: dt.datetime) -> str:
    where = f"1 controller.go:{noise.rng.randrange(900)}]"
    return f"I{at:%m%d %H:%M:%S}.{noise.rng.randrange(10**6):06d}       {where} {noise.words(3)} {noise.value()}"


def _postgresql(noise: Noise, at: dt.datetime) -> str:
    what = noise.rng.choice(("SELECT * FROM users WHERE password = $1 AND token = $2", "INSERT INTO cards VALUES ($1, $2)", noise.value()))
    who = f"UTC [{noise.rng.randrange(10**5)}] orders@orders"
    return f"{at:%Y-%m-%d %H:%M:%S}.{noise.rng.randrange(1000):03d} {who} LOG:  execute <unnamed>: {what}"


FORMATS: t.Mapping[str, Format] = {
    "access": _access,
    "nginx_error": _nginx_error,
    "json": _json,
    "logfmt": _logfmt,
    "spring": _spring,
    "python": _python,
    "rfc3164": _rfc3164,
    "rfc5424": _rfc5424,
    "klog": _klog,
    "postgresql": _postgresql,
}


def clean(count: int, seed: int = 1, formats: t.Sequence[str] = tuple(FORMATS)) -> t.Iterator[str]:
    """So many lines, a second apart at most, of the formats in turn."""
    noise, at = Noise(seed), START
    for number in range(count):
        at += dt.timedelta(milliseconds=noise.rng.randrange(1000))
        yield FORMATS[formats[number % len(formats)]](noise, at)


class Seeded(t.NamedTuple):
    """A line, or several, with a secret; ``traces`` are the parts of it that must stand nowhere else."""

    family: str
    lines: list[str]
    traces: list[str]


def seeds(count: int, seed: int = 2) -> list[Seeded]:
    """So many secrets, of all families."""
    rng, noise = random.Random(seed), Noise(seed)
    makers = [*_makers(rng)]
    out: list[Seeded] = []
    known: set[str] = set()
    while len(out) < count:
        family, make = makers[len(out) % len(makers)]
        text, value = make()
        if value in known:
            continue
        known.add(value)
        prefix = f"{START.isoformat()} INFO {noise.words(2)} "
        lines = [prefix + line for line in text.split("\n")]
        parts = [part for part in value.replace("\\n", "\n").split("\n") if not part.startswith("-----")]
        out.append(Seeded(family, lines, [trace for part in parts for trace in (part, part[len(part) // 3 :]) if len(trace) >= 7]))
    return out


def _makers(rng: random.Random) -> t.Iterator[tuple[str, t.Callable[[], tuple[str, str]]]]:
    def same(make: made.Made) -> t.Callable[[], tuple[str, str]]:
        def both() -> tuple[str, str]:
            text = make(rng)
            return text, text

        return both

    def within(template: str, make: made.Made) -> t.Callable[[], tuple[str, str]]:
        def both() -> tuple[str, str]:
            value = make(rng)
            return template.format(value), value

        return both

    def key(letters: str) -> made.Made:
        return lambda one: made.of(one, made.ALNUM, 1) + made.of(one, letters, 32) + made.of(one, made.ALNUM, 1)

    for family, make in made.KEYS:
        yield family, same(make)
    for template in made.PASSWORDS:
        yield "password", within(template, made.password)
    for template in made.SECRETS:
        yield "secret_value", within(template, key(made.ALNUM))
    for template in made.LOGINS:
        yield "url_password", within(template, lambda one: made.of(one, string.ascii_lowercase, 6) + made.of(one, string.digits, 5))
    yield "card_number", within("paid with {}", made.card)
    yield "card_number", within('{{"pan":"{}"}}', made.card)
    yield "private_key", same(made.pem)
    yield "private_key", same(lambda one: made.pem(one, "OPENSSH ").replace("\n", "\\n"))
    for kind, make in made.PERSONS.items():
        yield kind, within("user {} registered", make)


__all__ = ("FORMATS", "START", "Noise", "Seeded", "clean", "seeds")
