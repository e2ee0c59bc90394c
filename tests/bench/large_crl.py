"""What one CRL of many entries costs the exporter, beside `nginx -t` on the same tree.

    large_crl.py EXPORTER [--entries N] [--rounds N]

Three server blocks name the CRL, of 500,000 entries unless told otherwise. CPU and peak until the
metrics are complete; what counts is the ratios.
"""

import argparse
import pathlib
import statistics
import subprocess
import tempfile

import one_change
import report

CONF = """error_log stderr error; pid {tree}/nginx.pid; events {{ }}
http {{ access_log off; ssl_certificate {tree}/server.pem; ssl_certificate_key {tree}/server.key;
ssl_client_certificate {tree}/ca.pem; ssl_crl {tree}/ca.crl; ssl_verify_client on;
{servers}}}
"""
CA_CONF = """[ca]
default_ca = here
[here]
database = {tree}/index.txt
default_md = sha256
default_crl_days = 3650
crlnumber = {tree}/crlnumber
"""
SERVERS = 3


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


def make_tree(tree, entries):
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "3650"]
    openssl("req", "-x509", *key, "-subj", "/CN=Root", "-keyout", str(tree / "ca.key"), "-out", str(tree / "ca.pem"))
    openssl("req", "-x509", *key, "-subj", "/CN=a.example", "-keyout", str(tree / "server.key"), "-out",
            str(tree / "server.pem"))
    (tree / "ca.conf").write_text(CA_CONF.format(tree=tree))
    (tree / "crlnumber").write_text("01\n")
    (tree / "index.txt").write_text("".join(
        "R\t351231235959Z\t251201000000Z\t%016X\tunknown\t/CN=%d\n" % (0x1000000000000000 + i, i)
        for i in range(entries)))
    openssl("ca", "-config", str(tree / "ca.conf"), "-gencrl", "-keyfile", str(tree / "ca.key"), "-cert",
            str(tree / "ca.pem"), "-out", str(tree / "ca.crl"))
    servers = "".join("server {{ listen 127.0.0.1:20443 ssl; server_name s{0}.example; }}\n".format(i)
                      for i in range(SERVERS))
    (tree / "nginx.conf").write_text(CONF.format(tree=tree, servers=servers))


def measure(binary, tree):
    exporter = one_change.Exporter(binary, tree)
    try:
        exporter.wait_until_ready()
        return {"cpu": exporter.cpu(), "peak": exporter.rss()[1]}
    finally:
        exporter.stop()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("exporter")
    parser.add_argument("--entries", type=int, default=500_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        tree = pathlib.Path(temporary)
        make_tree(tree, options.entries)
        rows = {"CPU / `nginx -t`": [], "peak / `nginx -t`": [], "CPU, s": [], "peak, MiB": [],
                "CPU of `nginx -t`, s": [], "peak of `nginx -t`, MiB": []}
        for _ in range(options.rounds):
            own, nginx = measure(options.exporter, tree), report.nginx_test(tree)
            values = [own["cpu"] / nginx["cpu"], own["peak"] / nginx["peak"], own["cpu"], own["peak"], nginx["cpu"],
                      nginx["peak"]]
            for row, value in zip(rows.values(), values):
                row.append(value)
        print("One CRL of %d entries, %.1f MB" % (options.entries, (tree / "ca.crl").stat().st_size / 1e6))
        for name, values in rows.items():
            print("| %s | %.3g | %.3g | %.3g |" % (name, min(values), statistics.median(values), max(values)))


if __name__ == "__main__":
    main()
