# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real mail server on 127.0.0.1: SMTP by aiosmtpd into a Maildir, IMAP by Dovecot out of it (dev/debian-packages mail).

Dovecot lets nobody read mail as root: where the tests run as root, it runs as nobody. It runs from a copy, in which the folder of its
modules, which is compiled in, is another one.
"""

from __future__ import annotations

import grp
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

from certificates import authority, issue, write
from servers import LOCAL, free_port

UNPACKED = pathlib.Path(__file__).resolve().parent.parent / ".cache" / "debian" / "mail"
USER, PASSWORD = "alerts@example.org", "mailbox s3cr3t"
BECOME = "import os, sys; os.setgroups([]); os.setgid(int(sys.argv[2])); os.setuid(int(sys.argv[1])); os.execv(sys.argv[3], sys.argv[3:])"
COMPILED_IN = b"/usr/lib/dovecot/modules"
CONFIG = """\
base_dir = {folder}/run
state_dir = {folder}/run
libexec_dir = {programs}
mail_plugin_dir = {programs}/modules
login_plugin_dir = {programs}/modules/login
log_path = {folder}/dovecot.log
import_environment = LD_LIBRARY_PATH
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{folder}/server.pem
ssl_key = <{folder}/server.pem
disable_plaintext_auth = no
auth_mechanisms = plain
auth_failure_delay = 0
mail_location = maildir:{folder}/Maildir
first_valid_uid = 1
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {folder}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


class MailServer:
    """``smtp``, ``imap`` (STARTTLS, or none) and ``imaps`` are its ports; ``ca_path`` is the file of the authority of its certificate."""

    def __init__(self, folder: pathlib.Path | str) -> None:
        self.home = pathlib.Path(folder)  # of the test
        self.home.mkdir(parents=True, exist_ok=True)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="dm-", dir="/tmp"))  # short: see _copied
        self.smtp, self.imap, self.imaps = free_port(), free_port(), free_port()
        self.account = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        self.ca_path = str(self.home / "authority.pem")
        self.started: list[subprocess.Popen[bytes]] = []

    @staticmethod
    def is_there() -> bool:
        return (UNPACKED / "usr" / "sbin" / "dovecot").is_file()

    def start(self) -> MailServer:
        root = authority()
        write(pathlib.Path(self.ca_path), root)
        write(self.folder / "server.pem", issue(issuer=root, names=["localhost"]), key=True)
        (self.folder / "users").write_text(f"{USER}:{PASSWORD}::::::\n")
        (self.folder / "run").mkdir()
        programs = self._copied()
        libraries = [
            *(programs / "usr" / "lib" / "dovecot" / name for name in ("", "modules", "modules/old-stats", "old-stats")),
            *programs.glob("usr/lib/*-linux-gnu"),
        ]
        group = grp.getgrgid(self.account.pw_gid).gr_name
        (self.folder / "dovecot.conf").write_text(
            CONFIG.format(
                folder=self.folder,
                programs=programs / "usr" / "lib" / "dovecot",
                user=self.account.pw_name,
                group=group,
                uid=self.account.pw_uid,
                gid=self.account.pw_gid,
                imap=self.imap,
                imaps=self.imaps,
            )
        )
        environment = {**os.environ, "LD_LIBRARY_PATH": ":".join(map(str, libraries))}
        config = str(self.folder / "dovecot.conf")
        # what dovecot itself would start, from /usr/bin
        reader = [str(programs / "usr" / "bin" / "doveconf"), "-f", "service=master", "-c", config, "-m", "master", "-e"]
        self._run([*reader, str(programs / "usr" / "sbin" / "dovecot"), "-F", "-c", config], environment)
        packages = UNPACKED / "usr" / "lib" / "python3" / "dist-packages"
        words = [sys.executable, "-m", "aiosmtpd", "-n", "-l", f"{LOCAL}:{self.smtp}", "-c", "aiosmtpd.handlers.Mailbox"]
        with_packages = {**os.environ, "PYTHONPATH": str(packages)}
        self._run([*words, str(self.folder / "Maildir")], with_packages, as_nobody=False)
        for port in (self.smtp, self.imap, self.imaps):
            self._wait_for(port)
        self._chown()
        return self

    def _copied(self) -> pathlib.Path:
        """The programs where whoever runs them may read them, and where they find their modules."""
        programs = self.folder / "programs"
        for part in ("usr/bin", "usr/sbin", "usr/lib/dovecot", *(f"usr/lib/{path.name}" for path in UNPACKED.glob("usr/lib/*-linux-gnu"))):
            shutil.copytree(UNPACKED / part, programs / part, symlinks=True)
        modules = self.folder / "m"
        modules.symlink_to(programs / "usr" / "lib" / "dovecot" / "modules")
        there = str(modules).encode().ljust(len(COMPILED_IN), b"/")
        assert len(there) == len(COMPILED_IN), f"{modules} is too long"
        for path in (programs / "usr" / "lib" / "dovecot").rglob("*.so*"):
            if not path.is_symlink() and COMPILED_IN in (content := path.read_bytes()):
                path.write_bytes(content.replace(COMPILED_IN, there))
        return programs

    def _run(self, words: list[str], environment: dict[str, str], *, as_nobody: bool = True) -> None:
        self._chown()
        if as_nobody and os.geteuid() == 0:
            words = [sys.executable, "-c", BECOME, str(self.account.pw_uid), str(self.account.pw_gid), *words]
        with open(self.folder / "output.log", "ab") as log:
            self.started.append(
                subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", env=environment, start_new_session=True)
            )

    def _chown(self) -> None:
        if os.geteuid() == 0:
            for path in (self.folder, *self.folder.rglob("*")):
                os.chown(path, self.account.pw_uid, self.account.pw_gid, follow_symlinks=False)

    def _wait_for(self, port: int) -> None:
        end = time.monotonic() + 30
        while time.monotonic() < end:
            if any(process.poll() is not None for process in self.started):
                break
            try:
                socket.create_connection((LOCAL, port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.05)
        said = [path.read_text(errors="replace") for path in (self.folder / "output.log", self.folder / "dovecot.log") if path.exists()]
        self.stop()
        raise RuntimeError(f"the mail server is not ready: {said}")

    def stop(self) -> None:
        for process in reversed(self.started):
            try:
                os.killpg(process.pid, signal.SIGTERM)
                process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            except ProcessLookupError:
                pass
        self.started = []
        shutil.rmtree(self.folder, ignore_errors=True)


__all__ = ("PASSWORD", "USER", "MailServer")
