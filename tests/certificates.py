# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certification authorities, certificates and TLS servers on 127.0.0.1, for tests."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import ipaddress
import pathlib
import socket
import ssl
import threading
import typing as t

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = dt.timedelta(days=1)
NAMES = ("localhost", "payments.example.org", "127.0.0.1")


@dataclasses.dataclass
class Issued:
    """A certificate with its key, and the one that issued it (None where it signed itself)."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey
    issuer: Issued | None = None

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def key_pem(self) -> str:
        return self.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()


def issue(
    name: str = "payments.example.org",
    issuer: Issued | None = None,
    *,
    start: dt.timedelta = -10 * DAY,
    end: dt.timedelta = 80 * DAY,
    names: t.Sequence[str] = NAMES,
    authority: bool = False,
    now: dt.datetime | None = None,
) -> Issued:
    """A certificate whose dates are told from ``now``, by ``issuer`` or by itself."""
    moment = (now or dt.datetime.now(dt.timezone.utc)).replace(microsecond=0)
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example"), x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(moment + start)
        .not_valid_after(moment + end)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if authority:
        usage = {name: name in ("key_cert_sign", "crl_sign") for name in _USAGES}
        builder = builder.add_extension(x509.KeyUsage(**usage), critical=True)
    elif names:
        builder = builder.add_extension(x509.SubjectAlternativeName([_general(item) for item in names]), critical=False)
    signer = issuer or Issued(t.cast("x509.Certificate", None), key)
    builder = builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.key.public_key()), critical=False)
    return Issued(builder.sign(signer.key, hashes.SHA256()), key, issuer)


_USAGES = (
    *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
    *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
)


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def authority(
    name: str = "Example Root", issuer: Issued | None = None, *, start: dt.timedelta = -1000 * DAY, end: dt.timedelta = 3000 * DAY
) -> Issued:
    return issue(name, issuer, authority=True, start=start, end=end)


def write(path: pathlib.Path, *certificates: Issued, key: bool = False) -> str:
    """A PEM file with these certificates, and the key of the first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(item.pem for item in certificates) + (certificates[0].key_pem if key else ""))
    return str(path)


class TlsServer:
    """Shows a chain to whoever connects; ``starttls`` makes it speak that protocol first, ``plain`` never speaks TLS.

    ``running.start(TlsServer, [leaf, intermediate])`` in a test or in a row of the fault table.
    """

    def __init__(
        self,
        folder: pathlib.Path | str,
        chain: t.Sequence[Issued],
        *,
        starttls: str | None = None,
        offers: bool = True,
        plain: bytes | None = None,
        client_authority: Issued | None = None,
    ) -> None:
        self.folder, self.starttls, self.offers, self.plain = pathlib.Path(folder), starttls, offers, plain
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(write(self.folder / "server.pem", *chain, key=True))
        if client_authority:
            self.context.verify_mode = ssl.CERT_REQUIRED
            self.context.load_verify_locations(write(self.folder / "clients.pem", client_authority))
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.listener.getsockname()[1])
        self.names: list[str | None] = []  # that were asked for
        self.context.sni_callback = lambda _socket, name, _context: self.names.append(name)

    def start(self) -> TlsServer:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def stop(self) -> None:
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _address = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError), connection:
            connection.settimeout(10)
            if self.plain is not None:
                connection.sendall(self.plain)
                connection.recv(4096)
                return
            if self.starttls and not getattr(self, f"_{self.starttls}")(connection):
                connection.recv(4096)
                return
            with self.context.wrap_socket(connection, server_side=True) as wrapped:
                wrapped.recv(1)

    def _smtp(self, connection: socket.socket) -> bool:
        connection.sendall(b"220-mail.example.org\r\n220 ready\r\n")
        connection.recv(4096)
        connection.sendall(b"250-mail.example.org\r\n" + (b"250-STARTTLS\r\n" if self.offers else b"") + b"250 SIZE 1000\r\n")
        if connection.recv(4096).strip() != b"STARTTLS":
            return False
        connection.sendall(b"220 go ahead\r\n")
        return True

    def _imap(self, connection: socket.socket) -> bool:
        connection.sendall(b"* OK ready\r\n")
        connection.recv(4096)
        connection.sendall(b"* NOTE\r\na1 OK begin\r\n" if self.offers else b"a1 BAD no such command\r\n")
        return self.offers

    def _postgres(self, connection: socket.socket) -> bool:
        connection.recv(8)
        connection.sendall(b"S" if self.offers else b"N")
        return self.offers


__all__ = ("DAY", "Issued", "TlsServer", "authority", "issue", "write")
