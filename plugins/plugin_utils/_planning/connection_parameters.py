# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run says of how hosts are reached: with it another machine, or another program, answers for them. PRIVATE. Pure.

Who logs in, and with which secret, changes neither: every pipeline passes those.
"""

from __future__ import annotations

import re
import shlex
import typing as t

COMMAND_LINE = ("--connection", "--ssh-common-args", "--ssh-extra-args", "--sftp-extra-args", "--scp-extra-args")
TRANSPORT = "ANSIBLE_TRANSPORT"

_PLUGINS = (
    "ssh|sftp|scp|paramiko|libssh|winrm|psrp|docker|podman|buildah|kubectl|oc|lxc|lxd|incus|libvirt_lxc|jail|iocage|zone|chroot|"
    "machinectl|aws_ssm|httpapi|netconf|network_cli|proxmox|qubes|saltstack|wsl"
)
_STEER = re.compile(
    r"ansible_(?:"
    r"connection|host|port|remote_addr|control_path|control_path_dir|facts|delegated_vars|interpreter_python_fallback|"
    r"shell_type|\w+_interpreter|(?:\w+_)?executable|\w+_host|\w+_port|\w+_exe|\w+_flags|(?:\w+_)?(?:args|proxy_command)|"
    rf"(?:{_PLUGINS})_\w+)"
)
# who logs in, with which secret, how long and how often it is tried, how files travel: the same machine answers
_OF_A_LOGIN = re.compile(
    r"\w*_(?:user|username|pass|password|passwd|passphrase|token|api_key|private_key|private_key_file|key_file|certificate_pem|"
    r"certificate_key_pem|password_mechanism|host_key_checking|host_key_auto_add|record_host_keys|look_for_keys|use_tty|pty|pipelining|"
    r"transfer_method|transport|batch_mode|if_ssh|verbosity|retries|reconnection_retries|\w*timeout|\w*backoff|cert_validation|validate_certs|ca_cert|"
    r"cert_trust_path)"
)
_SYSTEM_PYTHON = re.compile(
    r"auto(?:_legacy)?(?:_silent)?|(?:/usr/bin/env +)?python[\d.]*|/(?:usr/(?:local/)?)?bin/python[\d.]*|"
    r"/usr/libexec/platform-python[\d.]*"
)
# what Ansible starts unless told otherwise, and the other shell that each system has
_USUAL: t.Mapping[str, t.Pattern[str]] = {
    "ansible_shell_executable": re.compile(r"(?:/usr)?/bin/(?:sh|bash)"),
    "ansible_executable": re.compile(r"(?:/usr)?/bin/(?:sh|bash)"),
    "ansible_shell_type": re.compile("sh"),
    "ansible_ssh_executable": re.compile(r"(?:/usr/bin/)?ssh"),
    "ansible_become_exe": re.compile(r"(?:(?:/usr)?/bin/)?(?:sudo|su)"),
    "ansible_become_flags": re.compile(r"(?:-[EHPSikn]+\s*)*"),
    "ansible_sudo_flags": re.compile(r"(?:-[EHPSikn]+\s*)*"),
}
_SSH = frozenset(("ssh", "smart", "paramiko", "paramiko_ssh", "libssh"))
# options of ssh with which the same machine answers
_FLAGS = re.compile(r"-[46aACgGkKnNqtTvxXyY]+")
_WITH_VALUE = frozenset(("-i", "-c", "-m", "-l", "-E"))
_SETTING = re.compile(
    r"(?:StrictHostKeyChecking|(?:User|Global)KnownHostsFile|HashKnownHosts|UpdateHostKeys|VerifyHostKeyDNS|CheckHostIP|ConnectTimeout|"
    r"ConnectionAttempts|ServerAlive\w+|TCPKeepAlive|ControlMaster|ControlPersist|BatchMode|IdentityFile|IdentitiesOnly|CertificateFile|"
    r"LogLevel|Compression|ForwardAgent|ForwardX11|\w*Authentications?|GSSAPI\w+|\w*Algorithms|\w*KeyTypes|Ciphers|MACs|AddressFamily|"
    r"IPQoS|RequestTTY|NumberOfPasswordPrompts|User|RekeyLimit|IdentityAgent)[\s=]|"
    r"(?:ControlPath|ProxyCommand|ProxyJump)[\s=]+none\s*$",
    re.IGNORECASE,
)


def steers(name: str) -> bool:
    """Whether a variable has a say in which machine, or which program, answers for a host."""
    return bool(_STEER.fullmatch(name)) and not _OF_A_LOGIN.fullmatch(name)


def that_lead(given: t.Mapping[str, str], above: t.Mapping[str, str], *, python: str = "") -> list[str]:
    """Which parameters of a run may have something else answer for a host than what inventory and play say (``above``)."""
    named = above.get("ansible_connection")
    own = given.get("ansible_connection") or named or given.get("--connection") or given.get(TRANSPORT) or "ssh"
    found = []
    for name, value in given.items():
        if name in ("--connection", TRANSPORT) and named is not None:
            continue  # the inventory wins
        if name.startswith("--") and name != "--connection" and _plugin(own) != "ssh":
            continue
        if leads_elsewhere(name, value, above.get(name), here=_plugin(own) == "local", python=python):
            found.append(name)
    return found


def leads_elsewhere(name: str, given: str, above: str | None, *, here: bool, python: str = "") -> bool:
    """Whether a parameter may have something else answer for a host than what the inventory and the play say.

    ``here``: this machine answers for the host in any case; ``python`` is what Ansible itself runs with.
    """
    if given == above:
        return False
    if name in ("ansible_connection", "--connection", TRANSPORT):
        return _plugin(given) != _plugin(above or "ssh")
    if name == "ansible_python_interpreter":
        return not (_SYSTEM_PYTHON.fullmatch(given.strip()) or (here and given == python))
    if name in _USUAL and above is None:
        return not _USUAL[name].fullmatch(given.strip())
    if name.endswith(("_args", "-args")):
        return not _same_machine(given)
    return True


def _plugin(name: str) -> str:
    short = name.rpartition(".")[2]
    return "ssh" if short in _SSH else short


def _same_machine(arguments: str) -> bool:
    """Whether arguments of ssh leave it to the inventory which machine is reached."""
    try:
        words = shlex.split(arguments)
    except ValueError:
        return False
    rest = iter(words)
    for word in rest:
        if word == "-o" or word.startswith("-o"):
            setting = next(rest, "") if word == "-o" else word[2:]
            if not _SETTING.match(setting):
                return False
        elif word in _WITH_VALUE:
            next(rest, "")
        elif not _FLAGS.fullmatch(word):
            return False
    return True


def on_command_line(options: t.Mapping[str, object]) -> dict[str, str]:
    """What the options of ansible-playbook say of connections, but for ``--connection``, which has a default."""
    found = {name: options.get(name[2:].replace("-", "_")) for name in COMMAND_LINE[1:]}
    return {name: str(value) for name, value in found.items() if value}


__all__ = ("COMMAND_LINE", "TRANSPORT", "leads_elsewhere", "on_command_line", "steers", "that_lead")
