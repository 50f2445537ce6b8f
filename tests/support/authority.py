"""An authority that issues certificates for this machine, and what a server shows of its own."""

import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from .http_client import HttpClient


class Authority:
    """Issues certificates for this machine."""

    def __init__(self):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = self._made("the tests' authority", self.key, self.key, None, 10)

    @staticmethod
    def _made(name, key, issuer_key, issuer, days):
        now = datetime.datetime.now(datetime.timezone.utc)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        made = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer or subject)
        made = made.public_key(key.public_key()).serial_number(x509.random_serial_number())
        made = made.not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=days))
        made = made.add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        if issuer:
            made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        return made.sign(issuer_key, hashes.SHA256())

    @property
    def pem(self):
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    def issue(self, certificate, key_file, days=90, key=None):
        key = key or ec.generate_private_key(ec.SECP256R1())
        made = self._made("server", key, self.key, self.certificate.subject, days)
        key_file.write_text(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                              serialization.NoEncryption()).decode())
        key_file.chmod(0o600)
        certificate.write_text(made.public_bytes(serialization.Encoding.PEM).decode())
        return made.fingerprint(hashes.SHA256()).hex()


def shown_certificate(port, trust):
    """Of a new connection: its fingerprint."""
    http = HttpClient(port, tls=trust)
    try:
        assert http.send("GET", "/livez").status == 200
        return x509.load_der_x509_certificate(http.connection.sock.getpeercert(True)).fingerprint(hashes.SHA256()).hex()
    finally:
        http.close()
