#!/bin/bash
# ansible_test.sh SOURCE PACKAGES SUITE: the Ansible role in a booted Debian: it installs the package, writes settings and
# flags, and hands the port to systemd and takes it back; a second run changes nothing.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
source=$1 packages=$2 suite=$3
# shellcheck source=tests/packaging/container.sh
. "$here/container.sh"

fail() {
    echo "FAILED: $*"
    exit 1
}

play() {
    guest ansible-playbook -i localhost, -c local -e @/deb/vars.yml "$@" /deb/ansible/playbook.yml >"$scratch/play" 2>&1 ||
        { tail -n 30 "$scratch/play"; fail "ansible-playbook $*"; }
    recap=$(grep '^localhost ' "$scratch/play")
}

unchanged() {
    play "$@"
    case $recap in *" changed=0 "*) ;; *) grep -B 1 '^changed' "$scratch/play" || true; fail "a second run changes something: $recap" ;; esac
}

# has LINE [COMMAND...]: in /metrics within 10 s.
has() {
    for _ in $(seq 50); do
        if guest curl -fs --max-time 5 http://127.0.0.1:10059/metrics 2>/dev/null | grep -q -- "$1"; then return 0; fi
        sleep 0.2
    done
    fail "/metrics has no line $1"
}

take_package "$packages" "$suite"
chroot "$root" apt-get install -q -y --no-install-recommends ansible-core python3-apt >"$scratch/download" 2>&1 ||
    { tail -n 5 "$scratch/download"; skip "ansible-core cannot be installed"; }
cp -r "$source/packaging/ansible" "$root/deb/"
cp "$here/guest_setup.sh" "$root/deb/"
cat >"$root/deb/vars.yml" <<'VARS'
nginx_mtls_exporter_deb: /deb/old.deb
nginx_mtls_exporter_args: --log.level debug
nginx_mtls_exporter_drop_ins: [log-access]
nginx_mtls_exporter_settings:
  canaries:
    - name: phone
      certificate: /etc/nginx/pki/server.pem
VARS
boot_container
guest sh -eu /deb/guest_setup.sh

play
has '^nginx_mtls_canary_accepted{.*canary="phone".*} 0$'
guest journalctl -u nginx-mtls-exporter --no-pager -o cat | grep -q level=debug || fail "the flags are not in effect"
unchanged
echo "$suite: applied, and applied again without a change"

play -e '{"nginx_mtls_exporter_drop_ins": ["socket-activated"]}'
has '^nginx_mtls_canary_accepted{.*canary="phone".*} 0$'
[ "$(guest systemctl is-active nginx-mtls-exporter.socket)" = active ] || fail "systemd does not hold the port"
unchanged -e '{"nginx_mtls_exporter_drop_ins": ["socket-activated"]}'
play
has '^nginx_mtls_canary_accepted{.*canary="phone".*} 0$'
[ "$(guest systemctl is-active nginx-mtls-exporter.socket || true)" = inactive ] || fail "systemd still holds the port"
echo "$suite: the port went to systemd and came back"
