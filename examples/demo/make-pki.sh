#!/bin/sh
# make-pki.sh DIR: copies this nginx tree to DIR and makes a throw-away PKI there with the openssl command line. Validity
# counts from now. The keys protect nothing; delete DIR when you are done.
set -eu
umask 077

here=$(cd -- "$(dirname -- "$0")" && pwd)
[ $# -eq 1 ] || { echo "usage: $0 DIR" >&2; exit 2; }
mkdir -p "$1"
dir=$(cd -- "$1" && pwd)
pki=$dir/pki
mkdir -p "$pki" "$dir/conf.d"

cat > "$pki/openssl.cnf" <<'CNF'
[req]
distinguished_name = name
prompt = no
[name]
CN = replaced
[ca]
default_ca = devices
[devices]
database = index.txt
crlnumber = crlnumber
default_md = sha256
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[client]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = clientAuth
[server]
basicConstraints = critical, CA:FALSE
extendedKeyUsage = serverAuth
subjectAltName = DNS:*.example.test
CNF

cd "$pki"
export OPENSSL_CONF="$pki/openssl.cnf"

key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key" 2>/dev/null; }

# root STEM CN DAYS [KEY-STEM]: a self-signed CA; with KEY-STEM, it uses the key of that CA.
root() {
    [ -n "${4:-}" ] || key "$1"
    openssl req -new -x509 -key "${4:-$1}.key" -subj "/O=Example/CN=$2" -days "$3" -extensions root -out "$1.pem"
}

# leaf STEM CN DAYS CA-STEM PROFILE
leaf() {
    key "$1"
    openssl req -new -key "$1.key" -subj "/O=Example/CN=$2" |
        openssl x509 -req -CA "$4.pem" -CAkey "$4.key" -days "$3" -extfile openssl.cnf -extensions "$5" -out "$1.pem" \
            2>/dev/null
}

root team-a-ca "Team A Client CA" 20
root team-b-ca "Team B Client CA" 1825
root renewed-old-ca "Renewed Client CA" 10
root renewed-new-ca "Renewed Client CA" 1825 renewed-old-ca
root devices-ca "Devices CA" 1825
root web-ca "Web CA" 1825

leaf server "example.test" 90 web-ca server
leaf billing "billing" 365 team-a-ca client
leaf stolen-sensor "stolen sensor" 365 devices-ca client

cat team-a-ca.pem team-b-ca.pem > api-clients.pem
cat renewed-old-ca.pem renewed-new-ca.pem > renewed-clients.pem

: > index.txt
echo 01 > crlnumber
# The job that renews the CRL has not run for 25 days of its 30.
last=$(date -u -d "25 days ago" +%Y%m%d%H%M%SZ)
next=$(date -u -d "5 days" +%Y%m%d%H%M%SZ)
for option in "-revoke stolen-sensor.pem" "-gencrl -crl_lastupdate $last -crl_nextupdate $next -out devices.crl"; do
    # shellcheck disable=SC2086  # a list of words
    openssl ca -batch -cert devices-ca.pem -keyfile devices-ca.key $option 2>/dev/null
done

cp "$here/nginx.conf" "$here/settings.yml" "$dir/"
cp "$here"/conf.d/*.conf "$dir/conf.d/"
echo "made $dir: nginx.conf, conf.d/, settings.yml, pki/"
