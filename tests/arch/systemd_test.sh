#!/bin/sh
# systemd_test.sh ROOT: the exposure of the unit, alone and with its drop-ins, stays at or below 1.5; systemd understands
# every line of it and of the socket unit, which listens on the default port.
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

exposure_at_most 15
cp "$1/systemd/ssl-cert.conf" "$units/$unit.d/"
exposure_at_most 15
cp "$1/systemd/no-capability.conf" "$units/$unit.d/"
exposure_at_most 13

# What the units name, so that only their own mistakes are told.
mkdir -p "$scratch/usr/bin" "$scratch/bin"
install -m 755 /dev/null "$scratch/usr/bin/nginx-mtls-exporter"
install -m 755 /dev/null "$scratch/bin/kill"
for target in sysinit basic shutdown sockets multi-user network; do echo '[Unit]' >"$units/$target.target"; done
cp "$1/systemd/nginx-mtls-exporter.socket" "$units/"
systemd-analyze verify --root="$scratch" --man=no nginx-mtls-exporter.socket >"$scratch/report" 2>&1 || echo "refused" >>"$scratch/report"
if [ -s "$scratch/report" ]; then cat "$scratch/report"; exit 1; fi

port=$(sed -n 's/^#   --web.listen-address .*(:\([0-9]*\))$/\1/p' "$1/systemd/nginx-mtls-exporter.default")
grep -qx "ListenStream=$port" "$units/nginx-mtls-exporter.socket" || { echo "the socket unit does not listen on $port"; exit 1; }
echo "socket unit: understood, port $port"
