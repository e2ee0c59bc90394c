#!/usr/bin/env python3
"""sbom.py BINARY VERSION [STATIC_PACKAGE...]: an SPDX 2.3 document of what the program is made of, on stdout.

Shared libraries are those that BINARY names (ELF NEEDED); the packages whose code is inside it are the -dev packages
named (archives and headers). dpkg says which package and version each is. SOURCE_DATE_EPOCH is the date.
"""

import hashlib
import json
import os
import re
import subprocess
import sys
import time

HEADERS = ["CLI/CLI.hpp", "nlohmann/json.hpp", "tl/expected.hpp", "boost/version.hpp", "spdlog/spdlog.h"]
FIELDS = ["Package", "Version", "Architecture", "source:Package", "source:Version", "Homepage", "Maintainer"]


def said(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"}).stdout


def needed(binary):
    return re.findall(r"\(NEEDED\).*\[(.+)\]", said("readelf", "-W", "-d", binary))


def package_of(library):
    """The package that has this library in a place of the loader; diversions and other architectures left out."""
    multiarch = said("gcc", "-print-multiarch").strip()
    owners = said("dpkg-query", "-S", f"*/{library}").splitlines()
    for line in owners:
        package, _, path = line.partition(": ")
        if path.startswith((f"/lib/{multiarch}/", f"/usr/lib/{multiarch}/", "/lib64/", "/usr/lib64/")):
            return package.split(",")[0]
    raise SystemExit(f"sbom.py: no package has {library}")


def package_with_header(header):
    return said("dpkg-query", "-S", f"/usr/include/{header}").split(":")[0]


def described(name, relation):
    shown = "\\t".join(f"${{{field}}}" for field in FIELDS)
    row = dict(zip(FIELDS, said("dpkg-query", "-W", "-f", shown, name).split("\t")))
    spdx = "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]", "-", f"{relation}-{row['Package']}")
    purl = f"pkg:deb/debian/{row['Package']}@{row['Version'].replace(':', '%3A').replace('+', '%2B')}?arch={row['Architecture']}"
    return {
        "SPDXID": spdx, "name": row["Package"], "versionInfo": row["Version"], "downloadLocation": "NOASSERTION",
        "homepage": row["Homepage"] or "NOASSERTION", "supplier": f"Organization: Debian ({row['Maintainer']})",
        "sourceInfo": f"built from {row['source:Package']} {row['source:Version']}", "filesAnalyzed": False,
        "licenseConcluded": "NOASSERTION", "licenseDeclared": "NOASSERTION", "copyrightText": "NOASSERTION",
        "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": purl}],
    }


def program(binary, version):
    with open(binary, "rb") as opened:
        digest = hashlib.sha256(opened.read()).hexdigest()
    return {
        "SPDXID": "SPDXRef-program", "name": "nginx-mtls-exporter", "versionInfo": version, "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False, "checksums": [{"algorithm": "SHA256", "checksumValue": digest}],
        "licenseConcluded": "Apache-2.0", "licenseDeclared": "Apache-2.0", "copyrightText": "NOASSERTION",
        "primaryPackagePurpose": "APPLICATION",
    }


def document(binary, version, inside):
    ours = program(binary, version)
    shared = sorted({package_of(library) for library in needed(binary)})
    dynamic = [described(name, "dynamic") for name in shared]
    static = [described(name, "static") for name in sorted({*map(package_with_header, HEADERS), *inside})]
    kinds = [("DYNAMIC_LINK", dynamic), ("STATIC_LINK", static)]
    epoch = int(os.environ.get("SOURCE_DATE_EPOCH", time.time()))
    return {
        "spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"nginx-mtls-exporter-{version}",
        "documentNamespace": f"https://spdx.org/spdxdocs/nginx-mtls-exporter-{version}-{ours['checksums'][0]['checksumValue']}",
        "creationInfo": {"created": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(epoch)),
                         "creators": ["Tool: nginx-mtls-exporter/packaging/sbom.py"]},
        "packages": [ours, *dynamic, *static],
        "relationships": [{"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": ours["SPDXID"]}] +
                         [{"spdxElementId": ours["SPDXID"], "relationshipType": kind, "relatedSpdxElement": package["SPDXID"]}
                          for kind, packages in kinds for package in packages],
    }


if __name__ == "__main__":
    json.dump(document(sys.argv[1], sys.argv[2], sys.argv[3:]), sys.stdout, indent=1)
    print()
