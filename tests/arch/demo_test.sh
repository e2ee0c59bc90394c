#!/bin/sh
# demo_test.sh ROOT: nginx accepts the demonstration tree that examples/demo/make-pki.sh makes.
set -eu

PATH=$PATH:/usr/sbin
command -v nginx >/dev/null || { echo "skipped: no nginx"; exit 77; }
command -v openssl >/dev/null || { echo "skipped: no openssl"; exit 77; }

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$1/examples/demo/make-pki.sh" "$scratch/demo"
nginx -t -p "$scratch/demo" -c "$scratch/demo/nginx.conf"
