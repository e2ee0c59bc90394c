#!/bin/sh
# install_test.sh BUILD: cmake --install leaves a program that runs, units that name what is there, and all that ships
# beside it; what the administrator wrote into the service's flags stays.
set -eu

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
prefix=$scratch/opt

fail() {
    echo "$*"
    exit 1
}

install_there() { cmake --install "$1" --prefix "$prefix" >"$scratch/log" 2>&1 || { cat "$scratch/log"; fail "not installed"; }; }

install_there "$1"
"$prefix/bin/nginx-mtls-exporter" --version >/dev/null || fail "the installed program does not run"

units=$prefix/lib/systemd/system
sed -n -e 's/^ExecStart=\([^ ]*\).*/\1/p' -e 's/^EnvironmentFile=-//p' -e 's/^Documentation=file://p' \
    "$units/nginx-mtls-exporter.service" "$units/nginx-mtls-exporter.socket" >"$scratch/named"
[ "$(wc -l <"$scratch/named")" -eq 4 ] || fail "the units name other files than expected: $(cat "$scratch/named")"
while read -r named; do
    case $named in "$prefix"/*) ;; *) fail "a unit names $named, outside the prefix" ;; esac
    [ -e "$named" ] || fail "a unit names $named, which is not there"
done <"$scratch/named"
grep -q "^ExecPaths=$prefix/bin/nginx-mtls-exporter " "$units/nginx-mtls-exporter.service" || fail "the unit may not run the program"
grep -q "^ExecStart=$prefix/bin/nginx-mtls-exporter " "$prefix/share/doc/nginx-mtls-exporter/systemd/socket-activated.conf" ||
    fail "socket-activated.conf starts another program"
[ ! -e "$units/nginx-mtls-exporter.service.d" ] || fail "a drop-in takes effect without being asked for"

for file in share/nginx-mtls-exporter/alerts/nginx-mtls.rules.yml share/nginx-mtls-exporter/alerts/nginx-mtls-fleet.rules.yml \
    share/nginx-mtls-exporter/alerts/severities.md share/nginx-mtls-exporter/dashboards/nginx-mtls-overview.json \
    share/nginx-mtls-exporter/mixin/mixin.libsonnet share/nginx-mtls-exporter/alerts/runbook.md \
    share/nginx-mtls-exporter/policies/nginx_mtls.rego share/doc/nginx-mtls-exporter/systemd/ssl-cert.conf \
    share/doc/nginx-mtls-exporter/systemd/no-capability.conf share/doc/nginx-mtls-exporter/systemd/log-access.conf \
    share/doc/nginx-mtls-exporter/systemd/observer.conf lib/systemd/system/nginx-mtls-observer.socket \
    share/nginx-mtls-exporter/nginx/mtls-observer-http.conf share/nginx-mtls-exporter/nginx/mtls-observer-line.conf \
    share/nginx-mtls-exporter/nginx/mtls-observer-stream.conf \
    lib/sysusers.d/nginx-mtls-exporter.conf lib/tmpfiles.d/nginx-mtls-exporter.conf share/doc/nginx-mtls-exporter/docs/metrics.md \
    share/doc/nginx-mtls-exporter/examples/prometheus.yml share/doc/nginx-mtls-exporter/examples/demo/nginx.conf \
    share/man/man8/nginx-mtls-exporter.8 share/man/man5/nginx-mtls-exporter.5 share/bash-completion/completions/nginx-mtls-exporter \
    share/zsh/site-functions/_nginx-mtls-exporter share/fish/vendor_completions.d/nginx-mtls-exporter.fish; do
    [ -f "$prefix/$file" ] || fail "$file is not installed"
done

# Links: of the alerts to the runbook, of the example to the rules, of the README to what is installed.
data=$prefix/share/nginx-mtls-exporter
doc=$prefix/share/doc/nginx-mtls-exporter
sed -n 's/^ *runbook_url: "\(.*\)"$/\1/p' "$data/alerts/nginx-mtls.rules.yml" >"$scratch/links"
[ "$(wc -l <"$scratch/links")" -eq "$(grep -c -- '- alert:' "$data/alerts/nginx-mtls.rules.yml")" ] || fail "an alert has no runbook_url"
while read -r link; do
    page=${link#file://}
    page=${page%%#*}
    [ -f "$page" ] || fail "runbook_url $link: there is no $page"
    # As Markdown makes an anchor of a heading: in lower case.
    sed -n 's/^## //p' "$page" | tr '[:upper:]' '[:lower:]' | grep -qxF -- "${link##*#}" || fail "runbook_url $link: no such heading"
done <"$scratch/links"
rules=$(sed -n 's/^  - \(.*rules.yml\)$/\1/p' "$doc/examples/prometheus.yml")
[ -f "$doc/examples/$rules" ] || fail "examples/prometheus.yml names $rules, which is not installed there"
grep -o ']([^)#:]*' "$doc/README.md" | cut -c3- | grep -E '^(alerts|dashboards|docs|examples|mixin|policies)/' >"$scratch/links"
while read -r link; do
    [ -e "$doc/$link" ] || fail "README.md links to $link, which is not installed"
done <"$scratch/links"
[ -x "$prefix/share/doc/nginx-mtls-exporter/examples/demo/make-pki.sh" ] || fail "make-pki.sh cannot be run"

echo 'ARGS="--log.level debug"' >"$prefix/etc/default/nginx-mtls-exporter"
install_there "$1"
grep -q debug "$prefix/etc/default/nginx-mtls-exporter" || fail "the flags of the service were overwritten"
echo "installed: $(find "$prefix" -type f | wc -l) files"
