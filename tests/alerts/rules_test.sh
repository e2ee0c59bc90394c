#!/bin/sh
# rules_test.sh ROOT: promtool accepts the rules and their unit tests; the example configurations are accepted too.
set -eu
cd -- "$1"

command -v promtool >/dev/null || { echo "skipped: no promtool (package prometheus)"; exit 77; }
promtool check rules alerts/nginx-mtls.rules.yml
promtool test rules alerts/tests/*.yml
promtool check config examples/prometheus.yml

command -v amtool >/dev/null || { echo "no amtool (package prometheus-alertmanager): examples/alertmanager.yml unchecked"; exit 0; }
amtool check-config examples/alertmanager.yml
