#!/bin/sh
# page_test.sh ROOT EXPORTER [OUT]: the status page of several hosts in Chromium, light and dark, wide and on a phone;
# look.mjs says what fails. OUT keeps the pictures. 77 is "skipped".
set -eu

root=$1
exporter=$2
CHROMIUM=$(command -v chromium) || { echo "skipped: no chromium"; exit 77; }
export CHROMIUM
for tool in node npm openssl curl; do
    command -v $tool >/dev/null || { echo "skipped: no $tool"; exit 77; }
done

scratch=$(mktemp -d)
out=${3:-$scratch/pictures}
mkdir -p "$out" "$scratch/modules"
pid=
stop() {
    [ -z "$pid" ] || { kill "$pid" 2>/dev/null; wait "$pid" || true; }
    pid=
}
clean_up() {
    stop
    rm -rf "$scratch"
}
trap clean_up EXIT

npm install --silent --no-audit --no-fund --prefix "$scratch/modules" puppeteer-core@24 axe-core@4 ||
    { echo "skipped: npm cannot fetch puppeteer-core and axe-core"; exit 77; }

port=$((20000 + $$ % 10000))
base=http://127.0.0.1:$port
failed=0

# serve DIR: the exporter over the tree there.
serve() {
    "$exporter" --web.listen-address "127.0.0.1:$port" --log.level error --nginx.conf "$1/nginx.conf" \
        --config.file "$1/settings.yml" &
    pid=$!
    curl -fs --retry 60 --retry-delay 1 --retry-all-errors -o "$scratch/ready" "$base/-/ready"
}

# look SCENE PATH
look() {
    node "$root/tests/page/look.mjs" "$scratch/modules" "$1" "$base$2" "$out" || failed=1
}

# expect WORDS: the page has them.
expect() {
    curl -fs -o "$scratch/page" "$base/"
    grep -qF "$1" "$scratch/page" || { echo "not on the page: $1"; failed=1; }
}

# tree NAME FILE...: a copy of the demonstration with these files of conf.d, and without canaries.
tree() {
    name=$1
    shift
    cp -a "$scratch/demo" "$scratch/$name"
    rm "$scratch/$name"/conf.d/*
    for file in "$@"; do cp "$scratch/demo/conf.d/$file" "$scratch/$name/conf.d/"; done
    echo 'canaries: []' >"$scratch/$name/settings.yml"
}

"$root/examples/demo/make-pki.sh" "$scratch/demo" >/dev/null

serve "$scratch/demo"
expect "Somebody gets in who should not"
look demo /
look explain '/explain?q=20'
look filtered '/?q=api&refresh=off'
stop

# A rotation, with simulated clients of both CAs.
cp -a "$scratch/demo" "$scratch/observed"
"$root/examples/demo/observe.sh" "$scratch/observed"
serve "$scratch/observed"
"$root/examples/demo/observe.sh" --come "$scratch/observed"
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
    sleep 1
    curl -fs "$base/" | grep -qF "23: certificate revoked" && break
done
expect "4 of 10 accepted clients"
expect "23: certificate revoked"
look clients /
stop

tree well 30-portal.conf
serve "$scratch/well"
expect "All well"
look well /
stop

tree rotation 20-renewed.conf 30-portal.conf
serve "$scratch/rotation"
expect "successor here until"
look rotation /
stop

# The CA of a client that must be accepted is gone from the bundle, and a block serves everybody.
cp -a "$scratch/demo" "$scratch/fire"
cp "$scratch/demo/pki/team-b-ca.pem" "$scratch/fire/pki/api-clients.pem"
serve "$scratch/fire"
expect "Clients are refused now, and somebody gets in who should not"
look fire /
stop

# It was good, and then somebody saved half a file.
cp -a "$scratch/well" "$scratch/broken"
serve "$scratch/broken"
echo 'server {' >"$scratch/broken/conf.d/99-half.conf"
for _ in 1 2 3 4 5 6 7 8 9 10; do
    sleep 1
    curl -fs "$base/" | grep -qF "nginx will not reload or start" && break
done
expect "nginx will not reload or start"
look broken /
stop

# 2,000 server blocks.
tree fleet
i=0
while [ $i -lt 2000 ]; do
    printf 'server { listen 127.0.0.1:18443 ssl; server_name host-%d.example.test; ssl_verify_client on;\n' $i
    printf '    ssl_client_certificate pki/team-b-ca.pem; location / { root site; } }\n'
    i=$((i + 1))
done >"$scratch/fleet/conf.d/fleet.conf"
serve "$scratch/fleet"
expect "2000 server blocks with TLS, 1 to 50 shown"
look fleet '/?q=host-1&page=2'
stop

[ $failed = 0 ]
