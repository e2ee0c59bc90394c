# shellcheck shell=bash
# The unit's sandbox and its drop-ins in the booted container: what is seen of nginx, and what is said where something
# is hidden. Sourced by boot_test.sh, which boots $root with $scratch.
# shellcheck disable=SC2154

quiet_since() {
    noise=$(guest journalctl -u nginx-mtls-exporter --no-pager -o cat -p warning --since "@$1" | sort | uniq -c | sort -rn | head -n 3)
    says "  warnings since: ${noise:-none}"
}

restart_and_wait() {
    mark=$(date +%s)
    guest systemctl restart nginx-mtls-exporter || fail "the exporter does not start with $*"
    has '^nginx_mtls_evaluations_total'
}

the_sandbox() {
    has '^nginx_mtls_nginx_running 1$'
    has '^nginx_mtls_file_readable{path="/etc/nginx/pki/clients.pem".*} 1$'
    says "shipped unit: nginx's processes are seen, a file 0600 of root is read"

    guest mkdir -p /run/systemd/system/nginx-mtls-exporter.service.d
    printf '[Service]\nProtectProc=invisible\n' >"$root/deb/invisible.conf"
    guest cp /deb/invisible.conf /run/systemd/system/nginx-mtls-exporter.service.d/
    guest systemctl daemon-reload
    restart_and_wait ProtectProc=invisible
    has '^nginx_mtls_server_enforced{.*} 1$'
    if scrape | grep '^nginx_mtls_nginx_running'; then fail "nginx is called running or stopped although /proc hides it"; fi
    says "ProtectProc=invisible: no nginx_mtls_nginx_running; files are judged all the same"
    quiet_since "$mark"
    guest rm -r /run/systemd/system/nginx-mtls-exporter.service.d

    if guest mount -o remount,hidepid=2 /proc 2>/dev/null; then
        guest systemctl daemon-reload
        restart_and_wait hidepid=2
        says "hidepid=2: $(scrape | grep '^nginx_mtls_nginx_running' || echo no nginx_mtls_nginx_running)"
        quiet_since "$mark"
        guest mount -o remount,hidepid=0 /proc
    fi

    guest systemctl stop nginx
    has '^nginx_mtls_nginx_running 0$'
    guest systemctl start nginx
    has '^nginx_mtls_nginx_running 1$'
    says "nginx stopped and started: nginx_mtls_nginx_running 0, then 1"

    drop_in no-capability
    restart_and_wait no-capability
    has '^nginx_mtls_file_readable{path="/etc/nginx/pki/clients.pem".*} 0$'
    has '^nginx_mtls_nginx_running 1$'
    is "capabilities" "$(guest grep CapEff "/proc/$(property MainPID)/status" | tr -d '[:space:]')" CapEff:0000000000000000
    # The account exists before the service runs, so an ACL can name it.
    guest setfacl -m u:nginx-mtls-exporter:r /etc/nginx/pki/clients.pem
    has '^nginx_mtls_file_readable{path="/etc/nginx/pki/clients.pem".*} 1$'
    says "no-capability.conf: exposure $(exposed); a file of root shows as unreadable, and an ACL for the account mends that"
    quiet_since "$mark"
    guest setfacl -b /etc/nginx/pki/clients.pem
    no_drop_in

    drop_in log-access
    restart_and_wait log-access
    guest grep -q '^Groups:.*\b4\b' "/proc/$(property MainPID)/status" || fail "log-access.conf gives no group adm"
    says "log-access.conf: exposure $(exposed); group adm"
    no_drop_in

    the_socket
}

the_socket() {
    drop_in socket-activated
    guest systemctl stop nginx-mtls-exporter
    guest systemctl start nginx-mtls-exporter.socket
    restart_and_wait socket-activated
    has '^nginx_mtls_server_enforced{.*} 1$'
    has '^nginx_mtls_nginx_running 1$'
    is "interfaces of the exporter" "$(guest sh -c "nsenter -t $(property MainPID) -n ls /sys/class/net 2>/dev/null || nsenter -t $(property MainPID) -n cat /proc/net/dev" | grep -c eth)" 0
    # Nobody who scrapes during a restart is refused.
    # shellcheck disable=SC2016  # the loop runs inside
    guest sh -c 'for n in $(seq 40); do curl -fs -o /dev/null --max-time 10 http://127.0.0.1:10059/metrics || echo "refused: curl $?"; sleep 0.05; done' >"$scratch/refused" &
    asker=$!
    guest systemctl restart nginx-mtls-exporter
    wait "$asker"
    is "scrapes refused during a restart" "$(cat "$scratch/refused")" ""
    says "socket-activated.conf: exposure $(exposed); scraped without a network, and no scrape is refused during a restart"
    guest systemctl stop nginx-mtls-exporter.service nginx-mtls-exporter.socket
    no_drop_in
    guest systemctl start nginx-mtls-exporter
    has '^nginx_mtls_evaluations_total'
}
