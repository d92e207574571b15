# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the names of a folder say together: which series there are, and which of them has stopped."""

from __future__ import annotations

import datetime as dt
import gzip
import os
import pathlib
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._argspec import parse_arguments
from ansible_collections.operability.readiness.plugins.module_utils._checks import _read_names, file_backup
from fakes import NOW, FakeRunner

HOUR = 3600.0
GLOBALS = b"CREATE ROLE a;\n" * 20
DUMP = b"".join(b"INSERT INTO payments VALUES (%d);\n" % number for number in range(3000))


def night(number: float) -> dt.datetime:
    """Two in the morning, so many nights ago."""
    return (NOW - dt.timedelta(days=number)).replace(hour=2)


def put(path: pathlib.Path, hours: float, content: bytes | None = None) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if content is not None else gzip.compress(DUMP + b"-- %f\n" % hours, mtime=0))
    moment = NOW.timestamp() - hours * HOUR
    os.utime(path, (moment, moment))


def check(pattern: pathlib.Path, **args: t.Any) -> t.Any:
    given: dict[str, t.Any] = {"path": str(pattern)} if pattern.is_dir() else {"pattern": [str(pattern)]}
    return file_backup.run(parse_arguments(file_backup, {**given, "max_age": "26h", **args}), FakeRunner())


FORMS = [
    "%y%m%d",
    "%y%m%d-%H%M",
    "%y%m%d%H%M",
    "%y-%m-%d",
    "%d_%m_%y",
    "%d%m%Y",
    "%Y/%m/%d/shop",
    "%Y-%m/%d/shop",
    "%Y/%m/shop-%F",
    "%Y-%j",
    "%Y%j",
    "%b-%d-%Y",
    "%B_%d_%Y",
    "%d%b%y",
    "%d-%b-%Y",
    "%F_%H",
    "%Y%m%d_%H",
    "%F-%Hh",
    "%F/%H/shop",
    "%F_%Hh%Mm",
    "%d.%m.%Y_%H-%M",
    "%d-%b-%Y_%H%M%S",
    "%d%m%Y-%H%M",
]


@pytest.mark.parametrize("form", FORMS)
def test_a_form_that_all_names_agree_with(tmp_path: pathlib.Path, form: str) -> None:
    for number in range(6):
        put(
            tmp_path / f"shop-{(night(number) + dt.timedelta(minutes=number)).strftime(form)}.sql.gz",
            (NOW - night(number)).total_seconds() / HOUR,
        )
    finding = check(tmp_path / "**" / "*.gz", min_count=6)
    assert str(finding.status) == "pass", finding.message
    for path in tmp_path.rglob("*.gz"):
        path.unlink()
    for number in range(5, 11):
        put(tmp_path / f"shop-{(night(number) + dt.timedelta(minutes=number)).strftime(form)}.sql.gz", 1)
    finding = check(tmp_path / "**" / "*.gz")
    assert str(finding.status) == "fail" and "by the date in its name" in finding.message, finding.message


@pytest.mark.parametrize("form", ["%F_%H", "%Y%m%d_%H", "%F-%H", "%F-%Hh", "%F/%H/shop", "%F.%H", "%FT%H", "%Y%m%d%H"])
def test_each_four_hours(tmp_path: pathlib.Path, form: str) -> None:
    for number in range(12):
        moment = NOW - dt.timedelta(hours=1 + 4 * number)
        put(tmp_path / f"shop-{moment.strftime(form)}.sql.gz", 1 + 4 * number)
    finding = check(tmp_path / "**" / "*.gz", max_age="5h", min_count=12)
    assert str(finding.status) == "pass", finding.message


@pytest.mark.parametrize(
    "name",
    [
        "shop-25-Okt-2026",
        "shop-25.März.2026",
        "shop-25août2026",
        "shop-2026-dic-05",
        "shop-05-gennaio-2026",
        "shop-mrt-05-2026",
        "shop_5_fev_2026",
    ],
)
def test_months_in_other_languages(name: str) -> None:
    found = _read_names.read_name(f"{name}.sql.gz")
    assert found.time is not None and found.series in ("shop-*.sql", "shop_*.sql")


def test_a_month_in_the_name(tmp_path: pathlib.Path) -> None:
    for month in ("202607", "202608", "202609"):
        put(tmp_path / f"shop-{month}.sql.gz", 3)
    assert str(check(tmp_path, max_age="35d").status) == "fail"


def test_digits_that_may_be_a_date_never_decide_alone(tmp_path: pathlib.Path) -> None:
    put(tmp_path / "tenant-200101.sql.gz", 3)
    put(tmp_path / "tenant-200102.sql.gz", 27)
    assert str(check(tmp_path).status) == "pass"
    found = _read_names.read_names(["x-101112.sql"], [NOW.timestamp()])
    assert found[0].time is None


def test_a_date_that_is_still_to_come_is_told(tmp_path: pathlib.Path) -> None:
    put(tmp_path / "shop-2026-12-24.sql.gz", 3)
    finding = check(tmp_path)
    assert str(finding.status) == "pass" and any("still to come" in str(detail) for detail in finding.details)


@pytest.mark.parametrize(
    "name",
    [
        "10.0.0.{n}-%F.sql.gz",
        "%F-10.0.0.{n}.sql.gz",
        "10.0.0.{n}/shop-%F.sql.gz",
        "tenant20010{n}-%F.sql.gz",
        "tenant-20010{n}-%F.sql.gz",
        "db{n}-%F.sql.gz",
        "shop-%F_0{n}.sql.gz",
    ],
)
def test_things_that_differ_in_numbers(tmp_path: pathlib.Path, name: str) -> None:
    for number in range(6):
        for thing in (5, 6):
            if thing == 5 or number >= 3:
                put(tmp_path / night(number).strftime(name.format(n=thing)), 24 * number + 3 + thing / 20)
    finding = check(tmp_path / "**" / "*.gz")
    assert str(finding.status) == "fail", finding.message


WEEKS = [
    "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
    "Mo Di Mi Do Fr Sa So",
    "lunes martes miércoles jueves viernes sábado domingo",
    "lun mar mié jue vie sáb dom",
    "lunedì martedì mercoledì giovedì venerdì sabato domenica",
    "lun mar mer gio ven sab dom",
    "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
    "ma di wo do vr za zo",
    "segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo",
    "seg ter qua qui sex sáb dom",
    "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "Mon Tue Wed Thu Fri Sat Sun",
]


@pytest.mark.parametrize("days", WEEKS)
def test_a_file_for_each_day_of_the_week(tmp_path: pathlib.Path, days: str) -> None:
    for number in range(7):
        put(tmp_path / f"shop-{days.split()[night(number).weekday()]}.sql.gz", 3 + 24 * number)
    finding = check(tmp_path, min_count=7)
    assert str(finding.status) == "pass", finding.message
    for path in tmp_path.glob("*.gz"):
        put(path, 2)
    assert str(check(tmp_path).status) == "warn", "all were touched"


@pytest.mark.parametrize(
    "names",
    [
        "shop.sql.gz shop.sql.gz.old",
        "shop.sql.gz shop.sql.gz.bak",
        "shop.sql.gz shop.sql.gz.~1~",
        "shop.sql.gz shop.sql.gz~",
        "shop.dump shop.prev.dump",
        "current/shop.sql.gz previous/shop.sql.gz",
        "shop-today.sql.gz shop-yesterday.sql.gz",
        "shop-even.sql.gz shop-odd.sql.gz",
        "shop-A.sql.gz shop-B.sql.gz",
        "shop.son.sql.gz shop.father.sql.gz shop.grandfather.sql.gz",
    ],
)
def test_words_of_rotation(tmp_path: pathlib.Path, names: str) -> None:
    for number, name in enumerate(names.split()):
        put(tmp_path / name, 12 + 24 * number)
    finding = check(tmp_path / "**" / "*shop*", min_count=len(names.split()))
    assert str(finding.status) == "pass", finding.message


@pytest.mark.parametrize("folder", ["x", "daily", "mysql weekly", "backup-daily"])
def test_the_fixed_folder_says_nothing(tmp_path: pathlib.Path, folder: str) -> None:
    for number in range(7):
        put(tmp_path / folder / "daily" / night(number).strftime("shop-%F.sql.gz"), 3 + 24 * number)
        put(tmp_path / folder / "flat" / night(number).strftime("shop-daily-%F.sql.gz"), 3 + 24 * number)
    for number in (3, 10, 17, 24):
        put(tmp_path / folder / "weekly" / night(number).strftime("shop-%F.sql.gz"), 3 + 24 * number)
        put(tmp_path / folder / "flat" / night(number).strftime("shop-weekly-%F.sql.gz"), 3.1 + 24 * number)
    finding = check(tmp_path / folder / "**" / "*.gz")
    assert str(finding.status) == "pass", finding.message


def dated(folder: pathlib.Path, name: str, numbers: t.Iterable[int]) -> None:
    for number in numbers:
        put(folder / night(number).strftime(name), 3 + 24 * number)


@pytest.mark.parametrize(
    "name", ["index.html", "status.json", "junit.xml", "Bericht.txt", "catalog.db", "create_user.sql", "scripts.tar.gz"]
)
@pytest.mark.parametrize("days", [10, 40, 200])
def test_what_lies_beside_dated_dumps_does_not_go_on_in_their_place(tmp_path: pathlib.Path, name: str, days: int) -> None:
    dated(tmp_path, "shop-%F.sql.gz", range(days, days + 4))
    put(tmp_path / name, 3, b"<status>failed</status>\n" * 30)
    finding = check(tmp_path)
    assert str(finding.status) == "fail" and f"is {days} d 3 h old" in " ".join([str(finding.message), *map(str, finding.details)])


@pytest.mark.parametrize(("days", "status"), [(5, "fail"), (10, "fail"), (29, "fail"), (40, "warn"), (100, "pass")])
def test_a_series_that_stopped_beside_another(tmp_path: pathlib.Path, days: int, status: str) -> None:
    dated(tmp_path, "dbb-%F.sql.gz", range(4))
    dated(tmp_path, "dba-%F.sql.gz", range(days, days + 4))
    assert str(check(tmp_path).status) == status


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("shop_v12.3_%F.sql.gz", "shop_v12.4_%F.sql.gz"),
        ("shop_v1_%F.sql.gz", "shop_v2_%F.sql.gz"),
        ("shop-12.3-%F.sql.gz", "shop-12.4-%F.sql.gz"),
        ("pg15-shop-%F.sql.gz", "pg16-shop-%F.sql.gz"),
        ("shop-%F.dump", "shop-%F.sql.gz"),
    ],
)
def test_a_series_that_another_took_over(tmp_path: pathlib.Path, old: str, new: str) -> None:
    dated(tmp_path, old, range(3, 7))
    dated(tmp_path, new, range(3))
    for path in tmp_path.glob("*.dump"):
        path.write_bytes(DUMP)
        put(path, 75, DUMP)
    finding = check(tmp_path)
    assert str(finding.status) == "pass", finding.message


LYING_BESIDE = [
    "my.cnf",
    "borg.toml",
    "docker-compose.yml",
    "exclude.txt",
    "RESTORE.txt",
    "howto-restore",
    "backup.env",
    "config.json",
    "key.txt",
    "known_hosts",
    "client.pem",
    "index.html",
    "create_user.sql",
    "permissions.acl",
    "template.json.j2",
    "mysql-bin.000123",
    "logo.png",
    "manual.pdf",
]


@pytest.mark.parametrize("hours", [3, 84])
@pytest.mark.parametrize("name", LYING_BESIDE)
def test_a_file_that_lies_beside_dated_dumps(tmp_path: pathlib.Path, name: str, hours: float) -> None:
    dated(tmp_path, "shop-%F.sql.gz", range(7))
    text = b"CREATE USER a;\n" * 20 if name.endswith(".sql") else b"[client]\nuser = backup\n" * 20
    put(tmp_path / name, hours, b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 30 if name.endswith(("png", "pdf")) else text)
    finding = check(tmp_path, min_count=7)
    assert str(finding.status) == "pass", finding.message


def test_an_archive_does_not_go_on_for_a_dump(tmp_path: pathlib.Path) -> None:
    dated(tmp_path, "www-%F.sql.gz", range(8, 12))
    dated(tmp_path, "www-%F.cpio.gz", range(7))
    assert "www-*.sql" in check(tmp_path).observed["series"]


@pytest.mark.parametrize("name", ["shop-before-upgrade.sql.gz", "www-moved.tar.gz"])
def test_a_backup_made_by_hand(tmp_path: pathlib.Path, name: str) -> None:
    dated(tmp_path, "shop-%F.sql.gz", range(7))
    put(tmp_path / name, 84)
    assert str(check(tmp_path, min_count=7).status) == "warn"


def test_automysqlbackup_and_autopostgresqlbackup(tmp_path: pathlib.Path) -> None:
    for base in ("dotted", "flat"):
        for number in range(7):
            put(tmp_path / base / "daily" / night(number).strftime("shop_%F_%Hh%Mm.%A.sql.gz"), 3 + 24 * number)
        for number in (3, 10, 17):
            week = "shop_week.%V.%F_%Hh%Mm.sql.gz" if base == "dotted" else "shop_%F_%Hh%Mm_%V.sql.gz"
            put(tmp_path / base / "weekly" / night(number).strftime(week), 3 + 24 * number)
        for number in (23, 53):
            put(tmp_path / base / "monthly" / night(number).strftime("shop_%F_%Hh%Mm.%B.sql.gz"), 3 + 24 * number)
        (tmp_path / base / "latest").mkdir()
        os.link(tmp_path / base / "daily" / night(0).strftime("shop_%F_%Hh%Mm.%A.sql.gz"), tmp_path / base / "latest" / "shop.sql.gz")
        finding = check(tmp_path / base / "**" / "*.sql.gz", min_count=12)
        assert str(finding.status) == "pass", finding.message


def test_a_folder_of_weeks_and_months(tmp_path: pathlib.Path) -> None:
    dated(tmp_path / "daily", "shop-%F.sql.gz", range(7))
    put(tmp_path / "weekly" / "shop-week48.sql.gz", 75)
    put(tmp_path / "weekly" / "shop-week47.sql.gz", 75 + 168)
    put(tmp_path / "monthly" / "shop-November.sql.gz", 600)
    finding = check(tmp_path / "**" / "*.gz")
    assert str(finding.status) == "pass", finding.message


def test_a_dump_made_by_hand_beside_rotated_ones(tmp_path: pathlib.Path) -> None:
    dated(tmp_path, "before-%F.sql.gz", [40])
    for number, name in enumerate(("db.sql.gz", "db.sql.gz.1")):
        put(tmp_path / name, 3 + 24 * number)
    assert str(check(tmp_path).status) == "warn"


def test_backup_manager(tmp_path: pathlib.Path) -> None:
    dated(tmp_path, "web1-etc.%Y%m%d.master.sql.gz", [4])
    dated(tmp_path, "web1-etc.%Y%m%d.sql.gz", range(4))
    assert str(check(tmp_path).status) == "pass"


def test_messages_of_failure_do_not_count_as_kept(tmp_path: pathlib.Path) -> None:
    dated(tmp_path, "shop-%F.sql.gz", range(2))
    for number in range(2, 9):
        put(tmp_path / night(number).strftime("shop-%F.sql.gz"), 3 + 24 * number, gzip.compress(b"mysqldump: Got error: 1045\n"))
    finding = check(tmp_path, min_count=7)
    assert str(finding.status) == "fail" and "2 complete backups are there, at least 7" in finding.message


def test_roles_may_stay_the_same(tmp_path: pathlib.Path) -> None:
    for number in range(6):
        put(tmp_path / night(number).strftime("globals-%F.sql.gz"), 3 + 24 * number, gzip.compress(GLOBALS, mtime=0))
        put(tmp_path / night(number).strftime("access-%F.sql.gz"), 3 + 24 * number, gzip.compress(GLOBALS, mtime=0))
    dated(tmp_path, "shop-%F.sql.gz", range(6))
    assert not any("same content" in str(each) for each in [check(tmp_path).message, *check(tmp_path).details])
    dated(tmp_path, "shop-%F.sql.gz", [])
    for path in tmp_path.glob("shop*"):
        put(path, (NOW.timestamp() - path.stat().st_mtime) / HOUR, gzip.compress(DUMP, mtime=0))
    assert "same content" in str(check(tmp_path).message)
