#!/bin/sh
# preflight.sh [NGINX_CONF]: what nginx will refuse, now and within 30 days. Exit 0: nothing, 1: findings, 2: nginx would
# refuse the configuration itself. For cron, a deployment script, or any CI system that has a shell:
#
#     ./preflight.sh /etc/nginx/nginx.conf && systemctl reload nginx
set -eu

conf=${1:-/etc/nginx/nginx.conf}
worst=0

check() {
    code=0
    nginx-mtls-exporter check --nginx.conf "$conf" "$@" || code=$?
    [ "$code" -le "$worst" ] || worst=$code
}

check
# Only what refuses clients or lets in others: that a certificate ends in some weeks is no reason to stop a deployment.
check --at +30d --fail-on critical
exit "$worst"
