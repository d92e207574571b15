# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets of every family, made up anew each time: not one stands in this repository, and none opens anything."""

from __future__ import annotations

import base64
import json
import random
import string
import typing as t

HEX, ALNUM = "0123456789abcdef", string.ascii_letters + string.digits
URL, BASE32 = ALNUM + "-_", string.ascii_uppercase + "234567"
UPPER, LOWER = string.ascii_uppercase + string.digits, string.ascii_lowercase + string.digits
Made = t.Callable[[random.Random], str]


def of(rng: random.Random, letters: str, size: int) -> str:
    """Random letters, of all kinds that there are: a made key without a figure is possible, and of no use to a test."""
    while True:
        text = "".join(rng.choice(letters) for _unused in range(size))
        if size < 12 or (any(c.isdigit() for c in text) or not any(c.isdigit() for c in letters)) and len(set(text.lower())) >= 8:
            return text


def encoded(data: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(data).encode()).decode().rstrip("=")


def uuid(rng: random.Random) -> str:
    return "-".join(of(rng, HEX, size) for size in (8, 4, 4, 4, 12))


def jwt(rng: random.Random) -> str:
    return f"{encoded({'alg': 'HS256', 'typ': 'JWT'})}.{encoded({'sub': of(rng, ALNUM, 12), 'exp': 1795500000})}.{of(rng, URL, 43)}"


def encrypted_jwt(rng: random.Random) -> str:
    header = encoded({"alg": "RSA-OAEP", "enc": "A256GCM"})
    return ".".join([header, of(rng, URL, 342), of(rng, URL, 16), of(rng, URL, 200), of(rng, URL, 22)])


def login(rng: random.Random) -> str:
    return base64.b64encode(f"svc-{of(rng, LOWER, 5)}:{of(rng, ALNUM, 12)}".encode()).decode()


# by the row of the table: family, and what makes one. A row with several forms has several
KEYS: tuple[tuple[str, Made], ...] = (
    ("aws_access_key", lambda rng: "AK" + "IA" + of(rng, BASE32, 16)),
    ("aws_access_key", lambda rng: "AS" + "IA" + of(rng, BASE32, 16)),
    ("google_api_key", lambda rng: "AI" + "za" + of(rng, URL, 34) + of(rng, ALNUM, 1)),
    ("google_oauth_token", lambda rng: "ya29" + ".a0" + of(rng, URL, 120)),
    ("google_oauth_secret", lambda rng: "GOC" + "SPX-" + of(rng, URL, 28)),
    ("google_refresh_token", lambda rng: "1/" + "/0" + of(rng, URL, 60)),
    ("azure_client_secret", lambda rng: of(rng, ALNUM, 3) + "8Q" + "~" + of(rng, ALNUM, 34)),
    ("azure_storage_key", lambda rng: "AccountName=x;AccountKey" + "=" + of(rng, ALNUM + "+/", 86) + "=="),
    ("azure_shared_access_key", lambda rng: "SharedAccess" + "Key=" + of(rng, ALNUM + "+/", 43) + "="),
    ("azure_sas", lambda rng: "https://x.blob.core.windows.net/c?sv=2024-08-04&si" + "g=" + of(rng, ALNUM, 43) + "%3D"),
    ("digitalocean_token", lambda rng: "dop" + "_v1_" + of(rng, HEX, 64)),
    ("alibaba_access_key", lambda rng: "LT" + "AI" + of(rng, ALNUM, 20)),
    ("tencent_secret_id", lambda rng: "AK" + "ID" + of(rng, ALNUM, 32)),
    ("scaleway_access_key", lambda rng: "SC" + "W" + of(rng, UPPER, 8) + "7A" + of(rng, UPPER, 5) + "9K"),
    ("ibm_cloud_key", lambda rng: "Api" + "Key-" + uuid(rng)),
    ("heroku_key", lambda rng: "HR" + "KU-" + of(rng, URL, 60)),
    ("fly_token", lambda rng: "fo" + "1_" + of(rng, URL, 43)),
    ("fly_token", lambda rng: "FlyV1" + " fm2_" + of(rng, ALNUM + "+/", 120)),
    ("vault_token", lambda rng: "hv" + "s." + of(rng, URL, 90)),
    ("terraform_token", lambda rng: of(rng, ALNUM, 14) + ".atlas" + "v1." + of(rng, URL, 67)),
    ("databricks_token", lambda rng: "da" + "pi" + of(rng, HEX, 32)),
    ("pulumi_token", lambda rng: "pu" + "l-" + of(rng, HEX, 40)),
    ("doppler_token", lambda rng: "dp" + ".st.prd." + of(rng, ALNUM, 43)),
    ("tailscale_key", lambda rng: "ts" + "key-auth-" + of(rng, ALNUM, 17) + "-" + of(rng, ALNUM, 32)),
    ("planetscale_password", lambda rng: "pscale" + "_pw_" + of(rng, URL, 43)),
    ("supabase_token", lambda rng: "sb" + "p_" + of(rng, HEX, 40)),
    ("supabase_token", lambda rng: "sb" + "_secret_" + of(rng, URL, 31)),
    ("netlify_token", lambda rng: "nf" + "p_" + of(rng, ALNUM, 36)),
    ("age_secret_key", lambda rng: "AGE-SECRET" + "-KEY-1" + of(rng, "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", 58)),
    ("grafana_token", lambda rng: "gl" + "sa_" + of(rng, ALNUM, 32) + "_" + of(rng, HEX, 8)),
    ("grafana_token", lambda rng: "gl" + "c_" + encoded({"o": of(rng, ALNUM, 8), "k": of(rng, ALNUM, 40)})),
    ("grafana_token", lambda rng: encoded({"k": of(rng, ALNUM, 32), "n": "ci", "id": 1}).replace("eyJrIjogI", "eyJrIjoi")),
    ("sentry_token", lambda rng: "sntr" + "yu_" + of(rng, HEX, 64)),
    ("sentry_token", lambda rng: "sntr" + "ys_" + encoded({"iat": 1795500000, "url": "https://s.io", "o": of(rng, ALNUM, 30)}) + "_x"),
    ("new_relic_key", lambda rng: "NR" + "AK-" + of(rng, UPPER, 27)),
    ("dynatrace_token", lambda rng: "dt" + "0c01." + of(rng, BASE32, 24) + "." + of(rng, BASE32, 64)),
    ("sonarqube_token", lambda rng: "sq" + "u_" + of(rng, HEX, 40)),
    ("snyk_token", lambda rng: "sny" + "k_uat." + of(rng, HEX, 8) + "." + of(rng, URL, 80)),
    ("github_token", lambda rng: "gh" + rng.choice("pousr") + "_" + of(rng, ALNUM, 36)),
    ("github_token", lambda rng: "github" + "_pat_" + of(rng, ALNUM, 22) + "_" + of(rng, ALNUM, 59)),
    ("gitlab_token", lambda rng: "gl" + rng.choice(("pat", "dt", "rt", "agent")) + "-" + of(rng, URL, 20)),
    ("bitbucket_token", lambda rng: "AT" + "BB" + of(rng, ALNUM, 32)),
    ("atlassian_token", lambda rng: "ATA" + "TT3" + of(rng, URL, 180) + "=" + of(rng, UPPER, 8)),
    ("npm_token", lambda rng: "np" + "m_" + of(rng, ALNUM, 36)),
    ("pypi_token", lambda rng: "pypi" + "-AgE" + of(rng, URL, 150)),
    ("rubygems_token", lambda rng: "ruby" + "gems_" + of(rng, HEX, 48)),
    ("crates_token", lambda rng: "ci" + "o" + of(rng, ALNUM, 32)),
    ("docker_token", lambda rng: "dck" + "r_pat_" + of(rng, URL, 27)),
    ("nuget_key", lambda rng: "oy" + "2" + of(rng, LOWER, 43)),
    ("artifactory_key", lambda rng: "AK" + "Cp" + of(rng, ALNUM, 69)),
    ("clojars_token", lambda rng: "CLOJ" + "ARS_" + of(rng, HEX, 60)),
    ("postman_key", lambda rng: "PM" + "AK-" + of(rng, HEX, 24) + "-" + of(rng, HEX, 34)),
    ("linear_key", lambda rng: "lin" + "_api_" + of(rng, ALNUM, 40)),
    ("figma_token", lambda rng: "fi" + "gd_" + of(rng, URL, 43)),
    ("slack_token", lambda rng: "xo" + rng.choice(("xb", "xp", "xa")) + f"-{of(rng, '123456789', 12)}-{of(rng, ALNUM, 24)}"),
    ("slack_token", lambda rng: "xa" + "pp-1-A" + of(rng, UPPER, 10) + "-" + of(rng, "123456789", 13) + "-" + of(rng, HEX, 64)),
    (
        "slack_webhook",
        lambda rng: "https://hooks.slack" + f".com/services/T{of(rng, UPPER, 9)}/B{of(rng, UPPER, 9)}/" + of(rng, ALNUM, 24),
    ),
    ("discord_webhook", lambda rng: "https://discord" + ".com/api/webhooks/" + of(rng, "123456789", 18) + "/" + of(rng, URL, 68)),
    ("telegram_token", lambda rng: of(rng, "123456789", 10) + ":A" + "A" + of(rng, ALNUM, 33)),
    (
        "teams_webhook",
        lambda rng: "https://acme.webhook.office" + f".com/webhookb2/{uuid(rng)}@{uuid(rng)}/Incoming/{of(rng, HEX, 32)}/{uuid(rng)}",
    ),
    ("stripe_key", lambda rng: rng.choice("sr") + "k_" + rng.choice(("live", "test")) + "_" + of(rng, ALNUM, 24)),
    ("stripe_webhook_secret", lambda rng: "wh" + "sec_" + of(rng, ALNUM, 32)),
    ("square_token", lambda rng: "sq0" + "csp-" + of(rng, URL, 43)),
    ("square_token", lambda rng: "EAA" + "Al" + of(rng, ALNUM, 60)),
    ("braintree_token", lambda rng: "access_token" + "$production$" + of(rng, LOWER, 16) + "$" + of(rng, HEX, 32)),
    ("mollie_key", lambda rng: "li" + "ve_" + of(rng, ALNUM, 30)),
    ("gocardless_token", lambda rng: "li" + "ve_" + of(rng, ALNUM, 40)),
    ("shopify_token", lambda rng: "sh" + "pat_" + of(rng, HEX, 32)),
    ("adyen_key", lambda rng: "AQ" + "Eyhm" + of(rng, ALNUM, 60) + "=-" + of(rng, ALNUM, 50) + "=-" + of(rng, ALNUM, 16)),
    ("sumup_key", lambda rng: "sup" + "_sk_" + of(rng, ALNUM, 32)),
    ("flutterwave_key", lambda rng: "FLW" + "SECK-" + of(rng, HEX, 32) + "-X"),
    ("shippo_token", lambda rng: "shippo" + "_live_" + of(rng, HEX, 40)),
    ("sendgrid_key", lambda rng: "S" + "G." + of(rng, URL, 22) + "." + of(rng, URL, 43)),
    ("mailgun_key", lambda rng: "ke" + "y-" + of(rng, HEX, 32)),
    ("mailchimp_key", lambda rng: of(rng, HEX, 32) + "-u" + "s21"),
    ("brevo_key", lambda rng: "xkey" + "sib-" + of(rng, HEX, 64) + "-" + of(rng, ALNUM, 16)),
    ("twilio_key", lambda rng: "S" + "K" + of(rng, HEX, 32)),
    ("openai_key", lambda rng: "sk" + "-proj-" + of(rng, URL, 120)),
    ("openai_key", lambda rng: "sk" + "-" + of(rng, ALNUM, 20) + "T3Blbk" + "FJ" + of(rng, ALNUM, 20)),
    ("anthropic_key", lambda rng: "sk" + "-ant-api03-" + of(rng, URL, 93)),
    ("huggingface_token", lambda rng: "h" + "f_" + of(rng, string.ascii_letters, 34)),
    ("groq_key", lambda rng: "gs" + "k_" + of(rng, ALNUM, 52)),
    ("replicate_token", lambda rng: "r" + "8_" + of(rng, ALNUM, 37)),
    ("perplexity_key", lambda rng: "pp" + "lx-" + of(rng, ALNUM, 48)),
    ("openrouter_key", lambda rng: "sk" + "-or-v1-" + of(rng, HEX, 64)),
    ("xai_key", lambda rng: "xa" + "i-" + of(rng, ALNUM, 80)),
    ("deepseek_key", lambda rng: "s" + "k-" + of(rng, HEX, 32)),
    ("bedrock_key", lambda rng: "AB" + "SK" + of(rng, ALNUM, 120)),
    ("openshift_token", lambda rng: "sha256" + "~" + of(rng, URL, 43)),
    ("k3s_token", lambda rng: "K1" + "0" + of(rng, HEX, 64) + "::ser" + "ver:" + of(rng, HEX, 32)),
    ("razorpay_key", lambda rng: "rzp" + "_live_" + of(rng, ALNUM, 14)),
    ("plaid_token", lambda rng: "access" + "-production-" + uuid(rng)),
    ("hubspot_token", lambda rng: "pa" + "t-eu1-" + uuid(rng)),
    ("airtable_token", lambda rng: "pa" + "t" + of(rng, ALNUM, 14) + "." + of(rng, HEX, 64)),
    ("notion_token", lambda rng: "nt" + "n_" + of(rng, ALNUM, 46)),
    ("contentful_token", lambda rng: "CF" + "PAT-" + of(rng, URL, 43)),
    ("circleci_token", lambda rng: "CCI" + "PAT_" + of(rng, ALNUM, 22) + "_" + of(rng, HEX, 40)),
    ("buildkite_token", lambda rng: "bk" + "ua_" + of(rng, HEX, 40)),
    ("aiven_token", lambda rng: "AV" + "NS_" + of(rng, ALNUM, 20)),
    ("authorization_token", lambda rng: "> Authorization: " + of(rng, ALNUM, 40)),
    ("session_cookie", lambda rng: "__Host-session=" + of(rng, ALNUM, 32)),
    ("session_cookie", lambda rng: "_session_id=" + of(rng, HEX, 32)),
    ("langsmith_key", lambda rng: "lsv" + "2_pt_" + of(rng, HEX, 32) + "_" + of(rng, HEX, 10)),
    ("onepassword_token", lambda rng: "ops" + "_eyJ" + of(rng, ALNUM, 300)),
    ("swarm_token", lambda rng: "SWM" + "TKN-1-" + of(rng, LOWER, 50) + "-" + of(rng, LOWER, 25)),
    ("rancher_token", lambda rng: "tok" + "en-" + of(rng, LOWER, 5) + ":" + of(rng, LOWER, 54)),
    ("honeycomb_key", lambda rng: "hca" + "ik_" + of(rng, LOWER, 58)),
    ("readme_key", lambda rng: "rd" + "me_" + of(rng, LOWER, 70)),
    ("prefect_key", lambda rng: "pn" + "u_" + of(rng, ALNUM, 36)),
    ("typeform_token", lambda rng: "tf" + "p_" + of(rng, ALNUM, 59)),
    ("bitbucket_token", lambda rng: "BB" + "DC-" + of(rng, ALNUM, 44)),
    ("amazon_mws_token", lambda rng: "amzn" + ".mws." + uuid(rng)),
    ("infisical_token", lambda rng: "s" + "t." + of(rng, HEX, 24) + "." + of(rng, HEX, 32) + "." + of(rng, HEX, 32)),
    ("new_relic_key", lambda rng: "NR" + "IQ-" + of(rng, URL, 32)),
    ("new_relic_key", lambda rng: of(rng, HEX, 36) + "NR" + "AL"),
    ("notion_token", lambda rng: "sec" + "ret_" + of(rng, ALNUM, 43)),
    ("salesforce_session", lambda rng: "00" + "D" + of(rng, ALNUM, 15) + "!" + of(rng, ALNUM, 96)),
    ("azure_devops_token", lambda rng: of(rng, ALNUM, 76) + "AZ" + "DO" + of(rng, ALNUM, 4)),
    ("azure_acr_password", lambda rng: of(rng, ALNUM, 42) + "+AC" + "R" + of(rng, ALNUM, 6)),
    ("paddle_key", lambda rng: "pd" + "l_live_apikey_" + of(rng, LOWER, 26) + "_" + of(rng, ALNUM, 22) + "_" + of(rng, ALNUM, 3)),
    ("adyen_key", lambda rng: "AQ" + "E" + of(rng, ALNUM, 80) + "-" + of(rng, ALNUM, 43) + "-" + of(rng, ALNUM, 16)),
    ("launchdarkly_key", lambda rng: "sd" + "k-" + uuid(rng)),
    ("easypost_key", lambda rng: "EZ" + "AK" + of(rng, ALNUM, 54)),
    ("mongodb_key", lambda rng: "mdb" + "_sa_sk_" + of(rng, URL, 40)),
    ("mapbox_token", lambda rng: "sk" + ".eyJ1" + of(rng, ALNUM, 40) + "." + of(rng, URL, 22)),
    ("neon_key", lambda rng: "na" + "pi_" + of(rng, LOWER, 64)),
    ("render_key", lambda rng: "rn" + "d_" + of(rng, ALNUM, 28)),
    ("dropbox_token", lambda rng: "s" + "l." + of(rng, URL, 130)),
    ("duffel_token", lambda rng: "duffel" + "_live_" + of(rng, URL, 43)),
    ("jwk_private", lambda rng: '{"kty":"EC","crv":"P-256","d":"' + of(rng, URL, 43) + '","x":"a"}'),
    ("jwt", jwt),
    ("jwt", encrypted_jwt),
    ("basic_auth", lambda rng: "Basic " + login(rng)),
    ("bearer_token", lambda rng: "Bearer " + of(rng, ALNUM, 40)),
    ("authorization_token", lambda rng: "Authorization: Token " + of(rng, HEX, 40)),
    ("session_cookie", lambda rng: rng.choice(("JSESSIONID", "PHPSESSID", "connect.sid", "shop_session")) + "=" + of(rng, ALNUM, 32)),
    ("session_cookie", lambda rng: "Cookie: lang=fr; sessionid=" + of(rng, LOWER, 32)),
    ("session_cookie", lambda rng: "/cart;jsessionid=" + of(rng, UPPER, 32)),
    ("session_cookie", lambda rng: f"wordpress_logged_in_{of(rng, HEX, 32)}=bob%7C1795500000%7C" + of(rng, ALNUM, 43)),
    ("generated_password", lambda rng: "A temporary password is generated for root@localhost: " + of(rng, ALNUM, 11) + ";"),
    ("generated_password", lambda rng: "Using generated security password: " + uuid(rng)),
    ("wrapped_private_key", lambda rng: base64.b64encode(pem(rng).encode()).decode()),
)


def pem(rng: random.Random, kind: str = "RSA ", lines: int = 12) -> str:
    body = [of(rng, ALNUM + "+/", 64) for _unused in range(lines)]
    return "\n".join([f"-----BEGIN {kind}PRIV" + "ATE KEY-----", *body, of(rng, ALNUM, 22) + "==", f"-----END {kind}PRIV" + "ATE KEY-----"])


def password(rng: random.Random) -> str:
    """As a person makes one."""
    words = ("winter", "Paris", "tiger", "Montblanc", "horse", "Rhone", "falcon")
    return rng.choice(words) + rng.choice(("!", "_", "#", "-", "")) + of(rng, string.digits, 4) + rng.choice(("", "!", "x"))


# lines, or parts of them, in which {} is the secret
PASSWORDS = (
    *("password={}", "db.password = {}", "DB_PASS={}", "SPRING_DATASOURCE_PASSWORD={}", "passwd:{}", '"password":"{}"'),
    *("{{'username': 'bob', 'password': '{}'}}", ':password=>"{}"', "<password>{}</password>", "User(name=bob, password={})"),
    *("mot_de_passe={}", "--password {} --host db1", "--password={}", "ALTER ROLE app PASSWORD '{}'", "GET /login?user=bob&pwd={}&x=1"),
    *('{{"request":"{{\\"login\\":\\"bob\\",\\"password\\":\\"{}\\"}}"}}', "Server=db1;Uid=app;Pwd={};Encrypt=yes", "mdp={}"),
    *("Config{{Host:db1 Password:{} Port:5432}}", "password: {}", "redis.passphrase={}", "IDENTIFIED WITH PASSWORD '{}'"),
    *('"userPassword": "{}"', "PGPASSWORD={} pg_dump"),
)
SECRETS = (
    *("api_key={}", '"apiKey": "{}"', "X-Api-Key: {}", "client_secret={}", '"clientSecret":"{}"', "access_token={}"),
    *("aws_secret_access_key={}", "token={}", '"token":"{}"', "auth_token: {}", "signing-key={}", "--token {} push"),
    *("refresh_token={}&x=1", "secret={}", "APP_SECRET={}"),
)
LOGINS = (
    "postgres://orders:{}@db1:5432/orders",
    "amqp://app:{}@mq/vhost",
    "redis://:{}@cache:6379/0",
    "https://bob:{}@git.example.org/x.git",
)


def card(rng: random.Random) -> str:
    """Of a known brand, with a valid checksum."""
    prefix, size = rng.choice((("4", 16), ("51", 16), ("55", 16), ("2221", 16), ("37", 15), ("6011", 16), ("3530", 16), ("36", 14)))
    body = prefix + of(rng, string.digits, size - len(prefix) - 1)
    return body + check_digit(body)


def check_digit(body: str) -> str:
    total = 0
    for place, digit in enumerate(reversed(body)):
        number = int(digit) * (2 - place % 2)
        total += number - 9 if number > 9 else number
    return str(-total % 10)


def spaced(number: str, sign: str = " ") -> str:
    if len(number) == 15:
        return sign.join((number[:4], number[4:10], number[10:]))
    return sign.join(number[place : place + 4] for place in range(0, len(number), 4))


def nir(rng: random.Random) -> str:
    body = rng.choice("12") + of(rng, string.digits, 2) + f"{rng.randint(1, 12):02d}{rng.randint(1, 95):02d}" + of(rng, string.digits, 6)
    return body + f"{97 - int(body) % 97:02d}"


def iban(rng: random.Random) -> str:
    body = of(rng, string.digits, 10) + of(rng, UPPER, 11) + of(rng, string.digits, 2)
    digits = "".join(str(int(c, 36)) for c in body + "FR00")
    return f"FR{98 - int(digits) % 97:02d}{body}"


def ahv(rng: random.Random) -> str:
    body = "756" + of(rng, string.digits, 9)
    check = -sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(body)) % 10
    return f"{body[:3]}.{body[3:7]}.{body[7:11]}.{body[11:]}{check}"


def nrn(rng: random.Random) -> str:
    body = f"{rng.randint(40, 99):02d}{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}{rng.randint(1, 997):03d}"
    return f"{body[:2]}.{body[2:4]}.{body[4:6]}-{body[6:]}.{97 - int(body) % 97:02d}"


def dni(rng: random.Random) -> str:
    body = of(rng, string.digits, 8)
    return body + "TRWAGMYFPDXBNJZSQVHLCKE"[int(body) % 23]


PERSONS: t.Mapping[str, Made] = {"nir": nir, "iban": iban, "ahv": ahv, "nrn": nrn, "dni": dni}

__all__ = (
    "KEYS",
    "LOGINS",
    "PASSWORDS",
    "PERSONS",
    "SECRETS",
    "card",
    "check_digit",
    "of",
    "password",
    "pem",
    "spaced",
    "uuid",
)
