#!/bin/sh
# systemd_test.sh ROOT: the exposure of the unit, alone and with its drop-ins, stays at or below 1.5.
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
