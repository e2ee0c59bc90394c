#!/bin/sh
# make-status-page.sh EXPORTER: takes docs/images/status-page.png of the bundled example.
# EXPORTER is the exporter's binary; its port 10059 must be free. Needs openssl, curl, chromium and pngquant.
set -eu

exporter=${1:?usage: make-status-page.sh EXPORTER}
here=$(cd -- "$(dirname -- "$0")" && pwd)
scratch=$(mktemp -d)
pid=
clean_up() {
    [ -z "$pid" ] || kill "$pid"
    rm -rf "$scratch"
}
trap clean_up EXIT

"$here/../../examples/demo/make-pki.sh" "$scratch/demo" >/dev/null
"$exporter" --web.listen-address 127.0.0.1:10059 --log.level error --nginx.conf "$scratch/demo/nginx.conf" \
    --config.file "$scratch/demo/settings.yml" &
pid=$!
curl -fs --retry 30 --retry-delay 1 --retry-all-errors -o "$scratch/ready" http://127.0.0.1:10059/-/ready

chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
    --disable-component-update --disable-sync --hide-scrollbars --user-data-dir="$scratch/profile" \
    --window-size=1100,800 --screenshot="$scratch/page.png" http://127.0.0.1:10059/ >"$scratch/log" 2>&1
pngquant --force --strip --output "$here/status-page.png" 64 "$scratch/page.png"
ls -l "$here/status-page.png"
