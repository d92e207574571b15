# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is done with a secret: SQL, command lines, protocols, first passwords; each with what only looks like it.

``@`` begins a line, ``VALUE`` is a password.
"""

from __future__ import annotations

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._clients.log_lines import Line, Run
from ansible_collections.operability.readiness.plugins.module_utils._clients.secret_scan import Scan

VALUE = "Kaffee!76sxY"


def found(*lines: str) -> list[tuple[str, str]]:
    scan = Scan((), lambda: None)
    scan.look(Run("app.log", [Line(line) for line in lines]))
    return [(one.family, one.value) for one in scan.secrets()]


FOUND = r"""
CREATE USER 'app'@'%' IDENTIFIED BY 'VALUE'
ALTER USER app IDENTIFIED BY VALUE
ALTER USER app identified with mysql_native_password by 'VALUE'
GRANT ALL ON a.* TO 'b'@'c' IDENTIFIED BY 'VALUE'
SET PASSWORD FOR 'app'@'%' = PASSWORD('VALUE')
CREATE LOGIN app WITH PASSWORD = N'VALUE'
INSERT INTO users (login, password) VALUES ('marc','VALUE')
+ curl -s -u deploy:VALUE https://host/x
+ curl --user deploy:VALUE https://host/x
+ mysqldump -h db1 -u root -pVALUE app
+ sshpass -p VALUE ssh host
+ docker login -u ci -p VALUE registry
+ helm registry login -u ci -p VALUE registry
+ mongosh -u a -p VALUE db
+ redis-cli -h a -a VALUE ping
+ ldapsearch -x -D cn=a -w VALUE
+ sqlcmd -S a -U sa -P VALUE
+ ipmitool -H a -U b -P VALUE power
+ az login --service-principal -u a -p VALUE --tenant t
net use Z: \\srv\share VALUE /user:marc
+ echo VALUE | docker login --password-stdin -u a
+ smbclient -U a%VALUE //srv/a
+ echo root:VALUE | chpasswd
+ htpasswd -b f u VALUE
S: AUTH PLAIN AG1hcmNAeC5mcgBLYWZmZWU3NnN4WQ==
C: PASS VALUE
a001 LOGIN marc VALUE
"AUTH" "VALUE"
requirepass VALUE
{"auths":{"reg":{"auth":"bWFyYzpLYWZmZWU3NnN4WQ=="}}}
Unseal Key 1: q0m6VxQ5L1f9y8r7aKcDwFgH2JkLzNoPxRsTbVwXyZ01
Password for the elastic user (reset with x):@  VALUE
Please use the following password to proceed to installation:@@ad1959a5357de84426de6f1cc81e4129
""".strip("\n")
CLEAN = r"""
curl -U proxyuser:8080 x
curl -u user: https://x
echo hello | grep docker login
mysql -h db -P 3306 -u app --password
ALTER USER app IDENTIFIED BY '********'
GRANT ALL IDENTIFIED BY <secret>
CREATE USER a IDENTIFIED EXTERNALLY
customer identified by number 12345
CREATE USER a IDENTIFIED WITH mysql_native_password AS '*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19'
INSERT INTO users (login, password) VALUES ('marc','$2y$10$abcdefghijklmnopqrstuuJ8Zf0q6v9W3yX5zA7bC9dE1fG3hI5jK')
INSERT INTO users (login, password) VALUES (?, ?)
INSERT INTO users (login, password) VALUES ($1, $2)
curl -u deploy:$TOKEN https://x
curl -u deploy:**** https://x
mysqldump -u root -p app
mysql --port=3306 -P 3306 --protocol tcp
docker login -u ci --password-stdin registry
user login -p 8080:80
docker run -p 8080:80 login
ssh -p 2222 host
PASS: 12 tests
PASS tests/foo.test.js
 PASS  src/app.test.ts
AUTH PLAIN LOGIN
250-AUTH PLAIN LOGIN CRAM-MD5
EHLO AUTH=PLAIN
a001 LOGIN marc ****
requirepass ****
password for user root changed
the password for the elastic user was reset
Failed password for root from 10.0.0.1 port 22 ssh2
Failed password for invalid user admin from 10.0.0.1 port 51234 ssh2
Accepted password for deploy from 192.168.1.2 port 51234 ssh2
authorization: Bearer [FILTERED]
Authorization: Digest username="a"
authorization=payments.orders.read-write-all
""".strip("\n")


@pytest.mark.parametrize("line", FOUND.split("\n"))
def test_what_is_given_as_a_password(line: str) -> None:
    lines = line.split("@") if "@ " in line or "@@" in line else [line]
    assert len(found("one", *[one.replace("VALUES", "values").replace("VALUE", VALUE) for one in lines], "two")) == 1
    if "VALUE" in line:
        for other in ("********", "[FILTERED]", "$DB_PASSWORD", "?"):
            assert found(*[one.replace("VALUES", "values").replace("VALUE", other) for one in lines]) == [], other


@pytest.mark.parametrize("line", CLEAN.split("\n"))
def test_what_only_looks_like_it(line: str) -> None:
    assert found("one", line, "two") == []
