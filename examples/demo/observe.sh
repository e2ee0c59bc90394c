#!/bin/sh
# observe.sh DIR: adds the observer to a tree that make-pki.sh made, and makes certificates of clients: a rotation is under
#   way at api.example.test, from the CA of team A, which ends in 20 days, to that of team B.
# observe.sh --come DIR: the clients come. This sends what nginx would, with nginx's own log line, to the exporter that serves
#   the tree. No nginx runs for it.
set -eu
umask 077

here=$(cd -- "$(dirname -- "$0")" && pwd)
usage() { echo "usage: $0 [--come] DIR" >&2; exit 2; }
come=no
if [ "${1:-}" = --come ]; then come=yes; shift; fi
if [ $# -ne 1 ] || [ ! -f "$1/pki/openssl.cnf" ]; then usage; fi
dir=$(cd -- "$1" && pwd)
cd "$dir/pki"
export OPENSSL_CONF="$dir/pki/openssl.cnf"

# each DO: calls DO STEM CN DAYS CA-STEM for each client of api.example.test.
each() {
    for i in 1 2 3; do "$1" "old-$i" "reporting $i" 365 team-a-ca; done
    "$1" late "batch" 4 team-a-ca
    for i in 1 2 3 4 5 6; do "$1" "new-$i" "orders $i" 365 team-b-ca; done
}

mint() {
    openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key" 2>/dev/null
    openssl req -new -key "$1.key" -subj "/O=Example/CN=$2" |
        openssl x509 -req -CA "$4.pem" -CAkey "$4.key" -days "$3" -extfile openssl.cnf -extensions client -out "$1.pem" \
            2>/dev/null
}

# send VERIFY SERVER PORT STEM: the line of one connection.
send() {
    leaf=$(sed 's/ /%20/g; s/+/%2B/g' "$4.pem" | awk '{ printf "%s%%0A", $0 }')
    logger --socket "$dir/clients.sock" --priority local7.info --tag mtls --size 65536 -- \
        "{\"v\":1,\"on\":\"http\",\"verify\":\"$1\",\"sni\":\"$2\",\"server\":\"$2\",\"address\":\"127.0.0.1\",\"port\":\"$3\",\
\"protocol\":\"HTTP/1.1\",\"tls\":\"TLSv1.3\",\"cipher\":\"TLS_AES_256_GCM_SHA384\",\"reused\":\".\",\
\"ended\":\"$(date +%s).000\",\"lasted\":\"0.010\",\"leaf\":\"$leaf\"}"
}

come_in() { send SUCCESS api.example.test 18443 "$1"; }

if [ $come = yes ]; then
    each come_in
    send "FAILED:certificate revoked" devices.example.test 18444 stolen-sensor
    exit 0
fi
each mint
sed "s|server=unix:[^,]*,|server=unix:$dir/clients.sock,|" "$here/../nginx/mtls-observer-http.conf" > "$dir/observer.conf"
sed 's|^    access_log off;|    include observer.conf;|' "$here/nginx.conf" > "$dir/nginx.conf"
printf '\n# Who comes: nginx tells it with the log of observer.conf.\nobserver: { socket: clients.sock, state: clients.db }\n' \
    >> "$dir/settings.yml"
