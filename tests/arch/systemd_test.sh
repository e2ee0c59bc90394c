#!/bin/sh
# systemd_test.sh ROOT: the exposure of the unit, alone and with its drop-ins, stays below a limit for each; systemd
# understands every line of it, of each drop-in and of the socket unit, which listens on the default port.
set -eu

command -v systemd-analyze >/dev/null || { echo "skipped: no systemd-analyze (package systemd)"; exit 77; }

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
unit=nginx-mtls-exporter.service
units=$scratch/etc/systemd/system
mkdir -p "$units/$unit.d"
cp "$1/systemd/$unit" "$units/"

exposure_at_most() {
    systemd-analyze security --offline=true --root="$scratch" --threshold="$1" --no-pager "$unit" >"$scratch/report" 2>&1 || {
        cat "$scratch/report"
        exit 1
    }
    tail -n 1 "$scratch/report"
}

# with LIMIT DROP-IN...: the unit with these alone.
with() {
    limit=$1
    shift
    rm -f "$units/$unit.d"/*
    for drop_in in "$@"; do cp "$root/systemd/$drop_in.conf" "$units/$unit.d/"; done
    printf '%s: ' "${*:-alone}"
    exposure_at_most "$limit"
}

root=$1
with 15
with 15 ssl-cert
with 15 log-access
with 15 ssl-cert log-access
with 13 ssl-cert no-capability
with 6 socket-activated
with 4 no-capability socket-activated
with 17 observer
for drop_in in "$root"/systemd/*.conf; do cp "$drop_in" "$units/$unit.d/"; done

# What the units name, so that only their own mistakes are told.
mkdir -p "$scratch/usr/bin" "$scratch/bin"
install -m 755 /dev/null "$scratch/usr/bin/nginx-mtls-exporter"
install -m 755 /dev/null "$scratch/bin/kill"
for target in sysinit basic shutdown sockets multi-user network; do echo '[Unit]' >"$units/$target.target"; done
cp "$1/systemd/nginx-mtls-exporter.socket" "$1/systemd/nginx-mtls-observer.socket" "$units/"
systemd-analyze verify --root="$scratch" --man=no nginx-mtls-exporter.socket nginx-mtls-observer.socket >"$scratch/report" 2>&1 || echo "refused" >>"$scratch/report"
if [ -s "$scratch/report" ]; then cat "$scratch/report"; exit 1; fi

port=$(sed -n 's/^#   --web.listen-address .*(:\([0-9]*\))$/\1/p' "$1/systemd/nginx-mtls-exporter.default")
grep -qx "ListenStream=$port" "$units/nginx-mtls-exporter.socket" || { echo "the socket unit does not listen on $port"; exit 1; }
echo "socket unit: understood, port $port"
