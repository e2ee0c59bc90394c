# shellcheck shell=sh
# ./dev run: build, serve, say what was found and what to do next. Sourced by dev, which defines die, setup and build.
EXPORTER=build/release/nginx-mtls-exporter
EXPORTER_PID=""
SCRATCH=""

stop_exporter() {
    [ -n "$EXPORTER_PID" ] || return 0
    kill "$EXPORTER_PID" 2>/dev/null || true
    wait "$EXPORTER_PID" 2>/dev/null || true
    EXPORTER_PID=""
}

clean_up() {
    stop_exporter
    allow_service_starts
    [ -z "$SCRATCH" ] || rm -rf "$SCRATCH"
}

# start_exporter HOST:PORT FLAGS...: 0 when it answers /-/ready, 1 when it ended or did not within 30 s.
start_exporter() {
    base_url="http://$1"
    "$EXPORTER" --web.listen-address "$@" &
    EXPORTER_PID=$!
    tries=0
    while [ $tries -lt 300 ]; do
        sleep 0.1  # before the first look too: who answers must be ours, not another one whose port we failed to get
        kill -0 "$EXPORTER_PID" 2>/dev/null || return 1
        if curl -fs -o "$SCRATCH/ready" "$base_url/-/ready"; then return 0; fi
        tries=$((tries + 1))
    done
    return 1
}

scrape() { curl -fs "$base_url/metrics" >"$SCRATCH/metrics"; }

# Does nginx's configuration ask any client for a certificate? The exporter itself is the judge.
host_asks() {
    [ -r "$1" ] || return 1
    port=$((20000 + $$ % 10000))
    for candidate in $port $((port + 10007)) $((port + 20011)); do
        if start_exporter "127.0.0.1:$candidate" --nginx.conf "$1" >"$SCRATCH/log" 2>&1; then
            scrape
            stop_exporter
            grep -q '^nginx_mtls_server_info{.*verify_client="o[np]' "$SCRATCH/metrics"
            return
        fi
        stop_exporter
    done
    return 1
}

run() {
    port=10059 address=127.0.0.1 once=no demo=""
    while [ $# -gt 0 ]; do
        case $1 in
            --port) port=${2:?run: --port needs a number}; shift ;;
            --port=*) port=${1#*=} ;;
            --address) address=${2:?run: --address needs a host}; shift ;;
            --address=*) address=${1#*=} ;;
            --once) once=yes ;;
            *) die "run: unknown argument '$1'" ;;
        esac
        shift
    done
    setup run
    serve_port=$port
    build release
    SCRATCH=$(mktemp -d)
    conf=${NGINX_CONF:-/etc/nginx/nginx.conf}
    if host_asks "$conf"; then
        what="this host's nginx: $conf"
        set -- --nginx.conf "$conf"
    else
        what="the bundled example on a throw-away PKI, because $(why_not "$conf")"
        demo=$SCRATCH/demo
        examples/demo/make-pki.sh "$demo" >&2
        examples/demo/observe.sh "$demo"
        set -- --nginx.conf "$demo/nginx.conf" --config.file "$demo/settings.yml"
    fi
    start_exporter "$address:$serve_port" "$@" ||
        die "the exporter does not answer on $address:$serve_port (see above); another port: ./dev run --port N"
    [ -z "$demo" ] || examples/demo/observe.sh --come "$demo"
    printf '\nServing %s\n\n' "$what"
    "$EXPORTER" check "$@" --fail-on never --format brief
    print_next "$@"
    [ "$once" = no ] || return 0
    printf '\nCtrl-C ends it.\n'
    wait "$EXPORTER_PID"
}

# The address of the page comes last, where it is seen.
print_next() {
    cat <<EOF

Next:
  all of it      $EXPORTER check $*
  Prometheus     scrape $base_url/metrics (examples/prometheus.yml), alerts in alerts/nginx-mtls.rules.yml
EOF
    [ -z "$demo" ] || echo "  the clients    $EXPORTER clients --state $demo/clients.db (simulated: a rotation from team A to team B)"
    echo "  the page       $base_url/"
}

why_not() {
    if [ -r "$1" ]; then echo "$1 asks no client for a certificate"; else echo "$1 cannot be read"; fi
}
