"""The host of delivery_test.py: one nginx configuration with a server block for each trouble, and a sound one."""

import subprocess

# Days until the client CA of each server block ends. They are days from now, so a little less is left when anybody looks;
# rounded, as the alerts print them, it is this number.
DAYS = {"soon": 20, "ending": 3, "stale": 3650, "refused": 3650, "healthy": 3650}

CA_SETTINGS = """[ca]
default_ca = it
[it]
database = {0}/index.txt
default_md = sha256
"""


def openssl(*words):
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True, timeout=60)


def certificate(scratch, name, subject, days, *more):
    """NAME.pem and NAME.key; `more` names the issuer of one that is not self-signed."""
    openssl("req", "-x509" if not more else "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", days,
            "-subj", subject, "-keyout", scratch / f"{name}.key", "-out", scratch / (f"{name}.csr" if more else f"{name}.pem"))
    if more:
        openssl("x509", "-req", "-in", scratch / f"{name}.csr", "-days", days, "-out", scratch / f"{name}.pem", *more)


def issued_by(scratch, issuer):
    return "-CA", scratch / f"{issuer}.pem", "-CAkey", scratch / f"{issuer}.key", "-CAcreateserial"


def stale_crl(scratch):
    (scratch / "index.txt").touch()
    (scratch / "ca.cnf").write_text(CA_SETTINGS.format(scratch))
    openssl("ca", "-gencrl", "-config", scratch / "ca.cnf", "-cert", scratch / "stale.pem", "-keyfile", scratch / "stale.key",
            "-crl_lastupdate", "20200101000000Z", "-crl_nextupdate", "20200201000000Z", "-out", scratch / "stale.crl")


def server_block(scratch, name):
    return f"""server {{
    listen 127.0.0.1:8443 ssl;
    server_name {name}.example.com;
    ssl_certificate {scratch}/server.pem;
    ssl_certificate_key {scratch}/server.key;
    ssl_verify_client on;
    ssl_client_certificate {scratch}/{name}.pem;
    {f"ssl_crl {scratch}/stale.crl;" if name == "stale" else ""}
    location / {{ return 204; }}
}}
"""


def lay_out(scratch):
    """nginx.conf and settings.yml, and all they name. Client `billing` has a certificate of the stale server's CA."""
    for name, days in DAYS.items():
        certificate(scratch, name, f"/O=Example/CN={name.capitalize()} CA", days)
    certificate(scratch, "server", "/CN=example.com", 3650)
    certificate(scratch, "billing", "/CN=billing", 3000, *issued_by(scratch, "stale"))
    certificate(scratch, "sound", "/CN=sound", 3000, *issued_by(scratch, "healthy"))
    stale_crl(scratch)
    blocks = "".join(server_block(scratch, name) for name in DAYS)
    (scratch / "error.log").touch()
    (scratch / "nginx.conf").write_text(f"error_log {scratch}/error.log info;\nevents {{}}\nhttp {{\n{blocks}}}\n")
    (scratch / "settings.yml").write_text(f"""canaries:
  - {{name: billing, certificate: {scratch}/billing.pem, expect: accept, servers: [stale.example.com, refused.example.com]}}
  - {{name: sound, certificate: {scratch}/sound.pem, expect: accept, servers: [healthy.example.com]}}
""")
