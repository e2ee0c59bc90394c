"""Makes an nginx tree of many server blocks, each with files of its own, for measurements.

    make_tree.py DIR SERVERS

Every server block has a file, a certificate and a key of its own. Five of them share a bundle of
five CAs and a file of two CRLs. 30 % of the leaves are RSA keys, 2 % have expired. The same
arguments give a tree of the same shape; keys and serial numbers differ.
"""

import datetime
import pathlib
import sys

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

NOW = datetime.datetime.now(datetime.timezone.utc)
SERVERS_PER_BUNDLE = 5
CAS_PER_BUNDLE = 5
PEM = serialization.Encoding.PEM


def days(count):
    return datetime.timedelta(days=count)


def name(common):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def certificate(subject, issuer, public, signer, until, is_ca):
    builder = (x509.CertificateBuilder().subject_name(name(subject)).issuer_name(name(issuer))
               .public_key(public).serial_number(x509.random_serial_number())
               .not_valid_before(NOW - days(400)).not_valid_after(until)
               .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True))
    if not is_ca:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(subject)]), critical=False)
    return builder.sign(signer, hashes.SHA256())


def crl(issuer, signer):
    revoked = (x509.RevokedCertificateBuilder().serial_number(x509.random_serial_number())
               .revocation_date(NOW - days(1)).build())
    return (x509.CertificateRevocationListBuilder().issuer_name(name(issuer)).last_update(NOW - days(1))
            .next_update(NOW + days(20)).add_revoked_certificate(revoked).sign(signer, hashes.SHA256()))


def pem_of_key(key):
    return key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


class Tree:
    def __init__(self, root, servers):
        self.root = root
        self.rsa_keys = [rsa.generate_private_key(65537, 2048) for _ in range(8)]
        for folder in ("conf.d", "cas", "crls", "certs"):
            (root / folder).mkdir(parents=True, exist_ok=True)
        (root / "nginx.conf").write_text(
            "error_log /dev/null info;\npid %s/nginx.pid;\nevents { worker_connections 1024; }\n"
            "http {\n  ssl_session_cache off;\n  include conf.d/*.conf;\n}\n" % root)
        for index in range(servers):
            if index % SERVERS_PER_BUNDLE == 0:
                self.bundle(index // SERVERS_PER_BUNDLE)
            self.server(index)

    def bundle(self, tenant):
        self.authorities = []
        pem = b""
        lists = b""
        for i in range(CAS_PER_BUNDLE):
            common = "Tenant %d CA %d" % (tenant, i)
            key = ec.generate_private_key(ec.SECP256R1())
            made = certificate(common, common, key.public_key(), key, NOW + days(900 + tenant % 97 + i), True)
            self.authorities.append((common, key))
            pem += made.public_bytes(PEM)
            if i < 2:
                lists += crl(common, key).public_bytes(PEM)
        (self.root / "cas" / ("%d.pem" % tenant)).write_bytes(pem)
        (self.root / "cas" / ("%d.key" % tenant)).write_bytes(pem_of_key(self.authorities[0][1]))
        (self.root / "crls" / ("%d.pem" % tenant)).write_bytes(lists)

    def leaf(self, index, until):
        """PEM of a certificate by the first CA of the tenant, and of its key."""
        common, signer = self.authorities[0]
        key = self.rsa_keys[index % 8] if index % 10 < 3 else ec.generate_private_key(ec.SECP256R1())
        made = certificate("s%05d.example" % index, common, key.public_key(), signer, until, False)
        return made.public_bytes(PEM), pem_of_key(key)

    def server(self, index):
        tenant = index // SERVERS_PER_BUNDLE
        pem, key = self.leaf(index, NOW + days(-3 if index % 50 == 7 else 60 + index % 300))
        (self.root / "certs" / ("%05d.pem" % index)).write_bytes(pem)
        path = self.root / "certs" / ("%05d.key" % index)
        path.write_bytes(key)
        path.chmod(0o600)
        crls = "  ssl_crl crls/%d.pem;\n" % tenant if index % 5 < 2 else ""
        (self.root / "conf.d" / ("%05d.conf" % index)).write_text(
            "server {\n  listen 127.0.0.1:20443 ssl;\n  server_name s%05d.example;\n"
            "  ssl_certificate certs/%05d.pem;\n  ssl_certificate_key certs/%05d.key;\n"
            "  ssl_client_certificate cas/%d.pem;\n  ssl_verify_client on;\n  ssl_verify_depth 3;\n%s"
            "  location / { return 204; }\n}\n" % (index, index, index, tenant, crls))


if __name__ == "__main__":
    Tree(pathlib.Path(sys.argv[1]).resolve(), int(sys.argv[2]))
