#!/bin/sh
# policies_test.sh ROOT EXPORTER: OPA reads the shipped policies, their own tests pass, and the line of
# docs/commands.md denies what a dump of EXPORTER shows. OPA is the `opa` command or what ./dev opa has built. Without
# either only what a pattern can tell: `with` modifies an expression of a body, OPA 1 does not parse it in the head of a
# rule.
set -eu

if grep -nE '^[^#[:space:]].*[[:space:]]with[[:space:]].*[[:space:]]as[[:space:]]' "$1"/policies/*.rego; then
    echo "a rule head has \`with\`: give it a body, NAME := value if { value := ... with input as ... }"
    exit 1
fi
opa=$(command -v opa || echo "$1/build/opa/opa_lines")
[ -x "$opa" ] || { echo "skipped: no opa, and ./dev opa has not built one, so the policies are not evaluated"; exit 77; }
"$opa" test "$1/policies"

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
mkdir -p "$directory/etc/nginx"
denied() { # MODE DEPTH: what the policy says of one server block
    cat > "$directory/etc/nginx/nginx.conf" <<CONF
events { }
http { server { listen 127.0.0.1:8443 ssl; server_name a;
  ssl_certificate a.pem; ssl_certificate_key a.key; ssl_client_certificate ca.pem;
  ssl_verify_client $1; ssl_verify_depth $2; } }
CONF
    "$exporter" dump --format opa --nginx.version 1.26.3 --root "$directory" > "$directory/servers.json"
    code=0
    (cd "$root" && "$opa" eval --fail-defined --input "$directory/servers.json" --data policies/nginx_mtls.rego \
        'data.nginx.mtls.deny[message]') > "$directory/denied" || code=$?
    echo "$code"
}
root=$1
exporter=$2
[ "$(denied on 2)" = 0 ] || { echo "a sound server block is denied:"; cat "$directory/denied"; exit 1; }
[ "$(denied optional 1)" = 1 ] || { echo "optional and a depth of 1 are not denied"; exit 1; }
grep -q "ssl_verify_client is optional" "$directory/denied"
grep -q "ssl_verify_depth is 1" "$directory/denied"
grep -q "^/etc/nginx/nginx.conf:2: " "$directory/denied"
