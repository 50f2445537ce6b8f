"""A broker's listener with TLS and SASL: an authority and a certificate of the test's own, and users."""

import datetime
import ipaddress

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "settled-service", "correct horse battery staple"
LOGIN = "org.apache.kafka.common.security"


def _certificate(name, key, issuer, issuer_key, authority, names=()):
    now = datetime.datetime.now(datetime.timezone.utc)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (x509.CertificateBuilder().subject_name(subject).issuer_name(issuer or subject).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(hours=1))
            .not_valid_after(now + datetime.timedelta(days=2))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True))
    if names:
        made = made.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return made.sign(issuer_key, hashes.SHA256())


def _pem(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


class Security:
    """`authority` signs the broker's certificate, which is for 127.0.0.1 unless `host` says another name;
    `stranger` is an authority that has nothing to do with it."""

    def __init__(self, directory, host=None):
        self.authority, self.stranger = directory / "authority.pem", directory / "stranger.pem"
        key, other_key, own_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
        root = _certificate("The tests' authority", key, None, key, True)
        self.authority.write_text(_pem(root))
        self.stranger.write_text(_pem(_certificate("Another authority", other_key, None, other_key, True)))
        names = [x509.DNSName(host)] if host else [x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        own = _certificate("broker", own_key, root.subject, key, False, names)
        private = own_key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                        serialization.NoEncryption()).decode()
        self.keystore = directory / "broker.pem"
        self.keystore.write_text(private + _pem(own))

    def extended(self, properties, port):
        changed = {"listeners": f",SASL_SSL://127.0.0.1:{port}", "advertised.listeners": f",SASL_SSL://127.0.0.1:{port}",
                   "listener.security.protocol.map": ",SASL_SSL:SASL_SSL"}
        lines = [line + changed.get(line.partition("=")[0], "") for line in properties.splitlines()]
        return "\n".join([
            *lines, "inter.broker.listener.name=PLAINTEXT", "sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256",
            "ssl.keystore.type=PEM", f"ssl.keystore.location={self.keystore}",
            f'listener.name.sasl_ssl.plain.sasl.jaas.config={LOGIN}.plain.PlainLoginModule required '
            f'user_{USER}="{PASSWORD}";',
            f"listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config={LOGIN}.scram.ScramLoginModule required;", ""])

    @staticmethod
    def format_arguments():
        return ["--add-scram", f"SCRAM-SHA-256=[name={USER},password={PASSWORD}]"]
