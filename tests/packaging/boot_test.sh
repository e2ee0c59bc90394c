#!/bin/bash
# boot_test.sh PACKAGES SUITE: the Debian package in a booted Debian: installed, it serves the host's nginx within a second;
# a hang, a reload, an upgrade, the drop-ins and removal go as they should; purge leaves nothing. SUITE's package is taken
# from PACKAGES/out, as ./dev package leaves it.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
packages=$1 suite=$2
# shellcheck source=tests/packaging/container.sh
. "$here/container.sh"

fail() {
    echo "FAILED: $*"
    [ -z "${leader:-}" ] || guest journalctl -u nginx-mtls-exporter --no-pager -n 15 || true
    exit 1
}

is() { [ "$2" = "$3" ] || fail "$1: expected '$3', got '$2'"; }

says() { printf '%s: %s\n' "$suite" "$*"; }

scrape() { guest curl -fs --max-time 5 http://127.0.0.1:10059/metrics; }

# has LINE: this line, a pattern, is in /metrics within 10 s.
has() {
    for _ in $(seq 50); do
        if scrape 2>/dev/null | grep -q -- "$1"; then return 0; fi
        sleep 0.2
    done
    scrape | grep "^${1%%[\{ ]*}" || true
    fail "/metrics has no line $1"
}

property() { guest systemctl show -P "$1" nginx-mtls-exporter.service; }

files_there() {
    guest find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /tmp -o -path /var/tmp -o -path /var/log \
        -o -path /var/cache -o -path /var/lib/apt -o -path /deb -o -path /var/lib/systemd/timers \) -prune -o -print | sort
}

drop_in() {
    guest mkdir -p /etc/systemd/system/nginx-mtls-exporter.service.d
    guest cp "/usr/share/doc/nginx-mtls-exporter/systemd/$1.conf" /etc/systemd/system/nginx-mtls-exporter.service.d/
    guest systemctl daemon-reload
}

no_drop_in() {
    guest rm -rf /etc/systemd/system/nginx-mtls-exporter.service.d
    guest systemctl daemon-reload
}

exposed() { guest systemd-analyze security --no-pager nginx-mtls-exporter.service | sed -n 's/.*level for [^:]*: \([0-9.]*\) .*/\1/p'; }

# ------------------------------------------------------------------------------------------------

prepare() {
    take_package "$packages" "$suite"
    cp "$here/guest_setup.sh" "$root/deb/"
    # The same package with a later version.
    dpkg-deb -R "$deb" "$scratch/unpacked"
    sed -i 's/^\(Version: .*\)/\1+next/' "$scratch/unpacked/DEBIAN/control"
    dpkg-deb --root-owner-group -b "$scratch/unpacked" "$root/deb/new.deb" >/dev/null
    rm -r "$scratch/unpacked"
    boot_container
    guest sh -eu /deb/guest_setup.sh
    files_there >"$scratch/before"
}

install_it() {
    guest env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "/deb/$1.deb" >"$scratch/apt" 2>&1 ||
        { cat "$scratch/apt"; fail "apt-get install $1.deb"; }
}

installed_it_serves() {
    install_it old
    started=$(date +%s%N)
    has '^nginx_mtls_server_enforced{.*server="api.example.test".*} 1$'
    says "installed; served the host's nginx $((($(date +%s%N) - started) / 1000000)) ms after apt-get ended"
    is "active" "$(guest systemctl is-active nginx-mtls-exporter)" active
    is "enabled" "$(guest systemctl is-enabled nginx-mtls-exporter)" enabled
    is "the socket unit" "$(guest systemctl is-enabled nginx-mtls-exporter.socket)" disabled
    is "failed units" "$(guest systemctl list-units --failed --no-legend)" ""
    is "the account" "$(guest sh -c "ps -o user:32= -p $(property MainPID)" 2>/dev/null || guest stat -c %U "/proc/$(property MainPID)")" nginx-mtls-exporter
    is "the settings' directory" "$(guest stat -c '%a %U %G' /etc/nginx-mtls-exporter)" "750 root nginx-mtls-exporter"
    guest nginx-mtls-exporter check --format brief >"$scratch/brief" || true  # 1: findings
    grep -q ", nginx 1\." "$scratch/brief" || { cat "$scratch/brief"; fail "check by hand says nothing of this nginx"; }
    says "exposure of the running unit: $(exposed)"
    guest man nginx-mtls-exporter >/dev/null 2>&1 || guest test -s /usr/share/man/man8/nginx-mtls-exporter.8.gz || fail "no manual page"
    guest systemctl is-system-running >/dev/null || fail "the system is degraded"
}

a_hang_is_ended() {
    first=$(property MainPID)
    # A stopped process takes no SIGABRT; systemd waits TimeoutAbortSec before it kills.
    guest mkdir -p /run/systemd/system/nginx-mtls-exporter.service.d
    printf '[Service]\nTimeoutAbortSec=2s\n' >"$root/deb/abort.conf"
    guest cp /deb/abort.conf /run/systemd/system/nginx-mtls-exporter.service.d/
    guest systemctl daemon-reload
    guest kill -STOP "$first"
    began=$(date +%s)
    for _ in $(seq 90); do
        sleep 1
        [ "$(property MainPID)" = "$first" ] || [ "$(property MainPID)" = 0 ] || break
    done
    [ "$(property MainPID)" != "$first" ] || fail "the hung exporter was not ended"
    has '^nginx_mtls_server_enforced{.*} 1$'
    is "restarts" "$(property NRestarts)" 1
    guest journalctl -u nginx-mtls-exporter --no-pager | grep -q "Watchdog timeout" || fail "it was not the watchdog"
    says "hung; the watchdog ended it and it served again after $(($(date +%s) - began)) s"
    guest rm -r /run/systemd/system/nginx-mtls-exporter.service.d
    guest systemctl daemon-reload
}

a_reload_is_no_restart() {
    first=$(property MainPID)
    guest sed -i 's/^ARGS=.*/ARGS="--config.file \/etc\/nginx-mtls-exporter\/settings.yml"/' /etc/default/nginx-mtls-exporter
    guest sh -c 'cp /etc/nginx/pki/server.pem /etc/nginx-mtls-exporter/phone.pem
        printf "canaries:\n  - name: phone\n    certificate: /etc/nginx-mtls-exporter/phone.pem\n" >/etc/nginx-mtls-exporter/settings.yml
        chgrp nginx-mtls-exporter /etc/nginx-mtls-exporter/*; chmod 640 /etc/nginx-mtls-exporter/*'
    guest systemctl restart nginx-mtls-exporter
    has '^nginx_mtls_canary_accepted{.*canary="phone".*} 0$'
    first=$(property MainPID)
    guest sed -i 's/name: phone/name: laptop/' /etc/nginx-mtls-exporter/settings.yml
    guest systemctl reload nginx-mtls-exporter
    has '^nginx_mtls_canary_accepted{.*canary="laptop".*} 0$'
    is "the process after a reload" "$(property MainPID)" "$first"
    says "reloaded: settings of root:nginx-mtls-exporter 0640 are read again by the same process"
}

an_upgrade_restarts() {
    first=$(property MainPID)
    install_it new
    has '^nginx_mtls_canary_accepted{.*canary="laptop".*} 0$'
    [ "$(property MainPID)" != "$first" ] || fail "the upgrade did not restart the exporter"
    guest grep -q settings.yml /etc/default/nginx-mtls-exporter || fail "the upgrade lost the administrator's flags"
    says "upgraded: restarted, flags kept"
}

removal_and_purge() {
    # A port that systemd holds is given back too.
    drop_in socket-activated
    guest systemctl stop nginx-mtls-exporter
    guest systemctl enable -q --now nginx-mtls-exporter.socket
    guest systemctl start nginx-mtls-exporter
    has '^nginx_mtls_server_enforced{.*} 1$'
    guest apt-get remove -q -y nginx-mtls-exporter >"$scratch/apt" 2>&1 || { cat "$scratch/apt"; fail "apt-get remove"; }
    if scrape >/dev/null 2>&1; then fail "the port is still served after removal"; fi
    no_drop_in
    is "the socket after removal" "$(guest systemctl is-active nginx-mtls-exporter.socket || true)" inactive
    is "processes after removal" "$(guest pgrep -c nginx-mtls-exp || true)" 0
    guest test -e /etc/default/nginx-mtls-exporter || fail "removal took the configuration"
    guest rm -rf /etc/nginx-mtls-exporter/phone.pem /etc/nginx-mtls-exporter/settings.yml
    { guest apt-get purge -q -y nginx-mtls-exporter && guest apt-get autoremove -q -y --purge; } >"$scratch/apt" 2>&1 ||
        { cat "$scratch/apt"; fail "apt-get purge"; }
    files_there >"$scratch/after"
    left=$(comm -13 "$scratch/before" "$scratch/after" | grep -v -E '^/etc/(passwd|group|shadow|gshadow|subuid|subgid)-$|^/etc/\.pwd\.lock$|/var/lib/systemd/(random-seed|catalog)|^/var/lib/private$' || true)
    is "left after purge" "$left" ""
    if guest getent passwd nginx-mtls-exporter; then fail "the account is left after purge"; fi
    is "failed units after purge" "$(guest systemctl list-units --failed --no-legend)" ""
    says "removed and purged: nothing is left"
}

prepare
installed_it_serves
# shellcheck source=tests/packaging/sandbox.sh
. "$here/sandbox.sh"
the_sandbox
a_hang_is_ended
a_reload_is_no_restart
an_upgrade_restarts
removal_and_purge
says "passed"
