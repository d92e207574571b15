# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Links that are none of the web: to programs, to files of one machine, and with a scheme that there is not. PRIVATE to the collection."""

from __future__ import annotations

import re

from .._finding import Status
from .._message import one_line
from .._phrase import Message, phrase

# what opens a program or a place in it, or is a notation of a documentation tool
_OF_PROGRAMS = frozenset(
    (
        *("mailto", "tel", "sms", "smsto", "callto", "fax", "sip", "sips", "xmpp", "im", "skype", "whatsapp", "tg", "signal", "viber"),
        *("facetime", "slack", "msteams", "teams", "zoommtg", "zoomus", "webex", "mattermost", "zulip", "matrix", "mxc", "irc", "ircs"),
        *("irc6", "discord", "ftp", "ftps", "sftp", "scp", "ssh", "telnet", "rlogin", "rdp", "vnc", "mosh", "ldap", "ldaps", "nfs"),
        *("smb", "afp", "cifs", "dav", "davs", "webdav", "rsync", "tftp", "gopher", "gemini", "magnet", "ed2k", "bittorrent", "news"),
        *("nntp", "snews", "imap", "imaps", "pop", "smtp", "git", "svn", "hg", "bzr", "cvs", "s3", "gs", "gcs", "az", "abfss", "wasb"),
        *("hdfs", "docker", "oci", "docker-image", "jdbc", "odbc", "amqp", "amqps", "mqtt", "mqtts", "redis", "rediss", "postgres"),
        *("postgresql", "mysql", "mariadb", "mongodb", "kafka", "nats", "tcp", "udp", "unix", "ws", "wss", "grpc", "grpcs", "coap"),
        *("coaps", "dns", "rtsp", "rtmp", "rtsps", "mms", "urn", "doi", "info", "tag", "data", "blob", "cid", "mid", "about"),
        *("javascript", "vbscript", "view-source", "chrome", "edge", "microsoft-edge", "opera", "moz-extension", "chrome-extension"),
        *("intent", "android-app", "market", "itms", "itms-apps", "app", "geo", "maps", "webcal", "webcals", "calendar", "otpauth"),
        *("pagerduty", "jira", "vscode", "vscode-insiders", "vscodium", "jetbrains", "idea", "phpstorm", "pycharm", "goland", "txmt"),
        *("atom", "cursor", "x-devonthink-item", "obsidian", "notion", "onenote", "evernote", "bear", "things", "omnifocus", "zotero"),
        *("logseq", "logseqed", "joplin", "figma", "miro", "spotify", "steam", "bitcoin", "ethereum", "lightning", "ipfs", "ipns"),
        *("dat", "ssb", "urn-nbn", "isbn", "oid", "uuid", "pkcs11", "acct", "did", "project", "path", "inv", "myst", "ref", "doc"),
        *("xref", "link", "page", "wiki", "confluence", "attachment", "image", "include", "std", "term", "api", "man", "help", "apt"),
        *("snap", "flatpak", "op", "keybase", "vault", "kubernetes", "k8s", "helm", "puppet", "salt", "consul", "etcd"),
    )
)  # fmt: skip
_FAMILIES = (
    "ms-",
    "web+",
    "x-",
    "vnd.",
    "git+",
    "svn+",
    "hg+",
    "ssh+",
    "s3+",
    "com.",
    "org.",
    "net.",
    "io.",
    "jdbc+",
    "postgresql+",
    "mysql+",
)
_FILE = re.compile(
    r"\.(?:md|markdown|rst|adoc|txt|html?|ya?ml|json|toml|ini|cfg|conf|sh|py|rb|pl|js|ts|go|rs|java|c|h|cpp|sql|tf|j2|pdf|docx?|xlsx?|pptx?)"
)
_TYPOS = ("http", "https", "mailto", "ftp", "file")


def scheme_of(target: str) -> str:
    """What stands before the colon, in lower case; empty for a path, also one of Windows."""
    match = re.match(r"([A-Za-z][A-Za-z0-9+.-]{1,60}):", target)
    return match.group(1).lower() if match else ""


def is_for_programs(scheme: str) -> bool:
    return scheme in _OF_PROGRAMS or scheme.startswith(_FAMILIES)


def of_scheme(scheme: str, target: str) -> tuple[Status, Message]:
    """What is wrong with a link of a scheme that is neither of the web nor of a program that is known."""
    shown = one_line(target, 80)
    if scheme == "file":
        said = phrase("the link {target:path} leads to a file of one machine or network: nobody but its author can open it", target=shown)
        return Status.WARN, said
    if _FILE.search(scheme):
        said = phrase(
            "the link {target:path} is dead: what stands behind the colon makes it another name than that of a file", target=shown
        )
        return Status.FAIL, said
    meant = next((known for known in _TYPOS if _is_near(scheme, known)), None)
    if meant:
        said = phrase("the link {target:path} is dead: there is no {scheme}:, is {meant}: meant?", target=shown, scheme=scheme, meant=meant)
        return Status.FAIL, said
    if re.match(r"[^:]{1,61}://", target):
        said = phrase(
            "the link {target:path} cannot be judged: {scheme}: is not known (ignore_links leaves it out)", target=shown, scheme=scheme
        )
        return Status.UNKNOWN, said
    return Status.FAIL, phrase("the link {target:path} is dead: {scheme}: is no scheme of an address", target=shown, scheme=scheme)


def _is_near(one: str, other: str) -> bool:
    """Whether one or two letters too many, too few, or in each other's place make the difference."""
    if abs(len(one) - len(other)) > 2:
        return False
    if sorted(one) == sorted(other) or (other == "https" and set(one) <= set(other)):
        return True
    row = list(range(len(other) + 1))
    for place, letter in enumerate(one, 1):
        before, row[0] = row[0], place
        for at, wanted in enumerate(other, 1):
            before, row[at] = row[at], min(row[at] + 1, row[at - 1] + 1, before + (letter != wanted))
    return row[-1] <= (2 if len(other) > 3 else 1)


__all__ = ("is_for_programs", "of_scheme", "scheme_of")
