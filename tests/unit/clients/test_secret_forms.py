# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The forms in which a secret stands beside its name, each with what only looks like it. ``@`` begins a line, ``VALUE`` is a password."""

from __future__ import annotations

import random

import pytest
import secrets_made as made
from ansible_collections.operability.readiness.plugins.module_utils._clients.log_lines import Line, Run
from ansible_collections.operability.readiness.plugins.module_utils._clients.secret_scan import Scan

VALUE, KEY = "Kaffee!76sxY", "pKqbYm5uYtnJpZHy"


def found(*lines: str) -> list[tuple[str, str]]:
    scan = Scan((), lambda: None)
    scan.look(Run("app.log", [Line(line) for line in lines]))
    return [(one.family, one.value) for one in scan.secrets()]


FOUND = r"""
a:2:{s:4:"user";s:4:"marc";s:8:"password";s:12:"VALUE";}
password          : VALUE
Authorization: Bearer Sommer2026
Authorization: Token Sommer2026
C: masterauth VALUE
S: 334 UGFzc3dvcmQ6@  C: TGlzYm9hIzEwZzF4
<wsse:Password Type="a#PasswordText">KEY_HERE</wsse:Password>
<password xsi:type="xsd:string">VALUE</password>
<password><![CDATA[VALUE]]></password>
<password>@  VALUE@</password>
postgres://app:ad1959a5357de84426de6f1cc81e4129@db:5432/x
redis://:ad1959a5357de84426de6f1cc81e4129ad1959a5357de84426de6f1cc81e4129@c:6379
"password":"ad1959a5357de84426de6f1cc81e4129"
PGPASSWORD=ad1959a5357de84426de6f1cc81e4129 psql
https://ad1959a5357de84426de6f1cc81e4129:bd1959a5357de84426de6f1cc81e4129@o1.ingest.sentry.io/5
AES_KEY=ad1959a5357de84426de6f1cc81e4129ad1959a5357de84426de6f1cc81e4129
encryption key: ad1959a5357de84426de6f1cc81e4129ad1959a5357de84426de6f1cc81e4129
AZURE_OPENAI_KEY=ad1959a5357de84426de6f1cc81e4129
client_secret=Marseille13
secret=Wx7kQ2mLp9Z
apiKey=Wx7kQ2mLp9Z
token: Sommer2026!
secret_key=kaffee2026
encryption_key=Hamburg2026!
"password":"$uperSecr3t9"
password='{Kj29dkKa!'
<password>(Kj29dkKa!</password>
"password":"/Kj29dkKa!"
postgres://app:$Kj29dkK@db/x
GET /l?password=[Kj29dkKa!
password=<Kj29dkKa!
password=example-Kj29dkKa!
password=12345678
mongodb://admin:changeme@db/x
{"name":"DB_PASSWORD","value":"VALUE"}
- name: DB_PASSWORD@  value: VALUE
<property name="hibernate.connection.password" value="VALUE"/>
<param name="password">VALUE</param>
[('X-Api-Key', 'KEY_HERE')]
{"name":"X-Api-Key","value":"KEY_HERE"}
rawHeaders: ["X-Api-Key","KEY_HERE"]
name="password"@@VALUE
name="password"\r\n\r\nVALUE
map[X-Api-Key:[KEY_HERE]]
[password] => VALUE
["password"]=>@  string(16) "VALUE"
["password"]=> string(16) "VALUE"
password: Some("VALUE")
password: Secret("VALUE")
password=b'VALUE'
{u'password': u'VALUE'}
{b'X-Api-Key': b'KEY_HERE'}
["password"] = "VALUE"
password: |-@  VALUE
The initial password is "XyZ12kLmNo9pQr"
Login attempt with password VALUE
password -> VALUE
password	VALUE
contraseña=VALUE
clave: VALUE
wachtwoord=VALUE
пароль: VALUE
パスワード：VALUE
jdbc:oracle:thin:scott/VALUE@//db:1521/ORCL
postgres://app:Wq/rt7z+u1@db:5432/
https://ad1959a5357de84426de6f1cc81e4129aaaabbbb@github.com/a/b.git
""".strip("\n")
CLEAN = r"""
"keys": ["password", "token", "Secret2"]
<label for="password" class="c-1">Passwort2</label>
'password' => 'required|string|min:8'
password:required|min:8|confirmed
password=[secure]
password=$(cat /run/secrets/db)
PWD=/home/deploy/My.Project2026 OLDPWD=/home/x1Y2
{"deviceToken": "31a540ba8585d67e6e35738c902d75f0d4d45f14c6671134bb578c04f8a10e0a"}
password: {PBKDF2-SHA256}10000$C9KskyVB4P2FGFiWP4Fx$y30QyUEC2pr4NAwGaAPYUAtef5KCrmhNZHvXNbPp
password=%(DB_PASSWORD)s
span=4235418137301344648
tracking number 4965106210022075
Bearer authentication is required
passwd[221]: pam_unix(passwd:chauthtok): password changed for marc
chpasswd[22]: pam_unix(chpasswd:chauthtok): password changed for marc
passwd[2]: pam_pwquality(passwd:chauthtok): pam_get_authtok_verify returned error: Failed preliminary check by password service
passwd: pam_sss(passwd:chauthtok): User info message: Password change failed.
password=*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19
ALTER ROLE app PASSWORD 'SCRAM-SHA-256$4096:abcdefgh==$sdfsdfsdf=:sdfsdfs='
spring.datasource.password=ENC(XpWnX8m3ZhkYbGgDh2xXSg==)
password: ENC[AES256_GCM,data:Tr7o1,iv:1=,tag:k=,type:str]
password: ENC[PKCS7,MIIBiQYJ]
password=@Microsoft.KeyVault(VaultName=x;SecretName=y)
password=gcp:secretmanager:db
password=keyring:db
password = random_password.db.result
password = var.db_password
password = local.db_pw
password = module.db.password
password = data.aws_secretsmanager_secret_version.x.secret_string
password: process.env.DB_PASSWORD,
password = os.getenv('DB')
password = System.getenv("DB")
password = getPassword()
password = config.getPassword()
password = this.password
password: user.password
password = models.CharField(max_length=128)
password=java.lang.String
Passwort=ungültig
passwort=falsch
mdp=oublié
mot_de_passe=expiré
Passwort: Pflichtfeld
messages.password=Kennwort
GC first pass: 12.5ms
boarding pass: QR4711X issued
test password=valid ... ok
postgres://app:%2A%2A%2A@db/
password=%%%%%
["password","username","email"]
{"name":"password","value":"********"}
<param name="password">********</param>
<wsse:Password Type="x">********</wsse:Password>
[password] => ********
map[X-Api-Key:[REDACTED]]
password: Some("[redacted]")
{"errors":{"password":["must have at least 8 characters"]}}
secret=db1 token=v1.2.3 token=42 secret: my-db1 token: 12ms token=web-1
Login attempt with password authentication
password rotated at 2026-11-24T05:00:00Z
password_sha1=ad1959a5357de84426de6f1cc81e4129ad1959a5
clave=12 parola: ok
Authorization: Bearer ***
<input name="password" type="password" value="">
<label for="password">Your Password</label>
"fields": ["token", "type"]
""".strip("\n")


@pytest.mark.parametrize("line", FOUND.split("\n"))
def test_a_form_in_which_it_stands(line: str) -> None:
    lines = line.split("@") if "@ " in line or "@@" in line else [line]
    assert len(found("one", *[one.replace("VALUE", VALUE).replace("KEY_HERE", KEY) for one in lines], "two")) == 1
    if "VALUE" in line or "KEY_HERE" in line:
        for other in ("********", "[FILTERED]", "${DB_PASSWORD}", "null"):
            assert found(*[one.replace("VALUE", other).replace("KEY_HERE", other) for one in lines]) == [], other


@pytest.mark.parametrize("line", CLEAN.split("\n"))
def test_what_only_looks_like_one(line: str) -> None:
    assert found("one", line, "two") == []


@pytest.mark.parametrize("template", ["secret={}", "client_secret={}", "apiKey={}", '"token":"{}"'])
def test_short_values_under_the_name_of_a_secret(template: str) -> None:
    rng = random.Random(template)
    for size in range(9, 16):
        for _unused in range(10):
            value = "k" + made.of(rng, made.ALNUM, size - 4) + "7Xq"
            assert found(template.format(value)) == [("secret_value", value)]


@pytest.mark.parametrize("sign", list("${([</"))
@pytest.mark.parametrize(
    "template", ['"password":"{}"', "password='{}'", "<password>{}</password>", "postgres://app:{}@db/x", "GET /l?password={}"]
)
def test_a_password_that_begins_with_a_sign(template: str, sign: str) -> None:
    if sign == "<" and "<" in template:
        sign = "%3C"
    if sign == "/" and "://" in template:
        sign = "%2F"
    if sign == "<" and "://" in template:
        sign = "%3C"
    assert len(found(template.format(sign + "Kj29dkKa!"))) == 1
