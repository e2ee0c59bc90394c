# shellcheck shell=sh
# ./dev nginxes: Debian's own nginx of 12, 13 and sid, unpacked beside each other. Sourced by dev, which defines say and die.
MIRROR=${MTLS_MIRROR:-http://deb.debian.org/debian}

# nginxes [SUITE...]: build/nginxes/SUITE holds the packages' files, and SUITE/usr/sbin/nginx runs from there: its
# loader and library path point into its own directory, so the process keeps its name and title.
nginxes() {
    [ $# -gt 0 ] || set -- bookworm trixie sid
    setup nginxes
    for suite in "$@"; do
        case $suite in bookworm|trixie|sid) ;; *) die "nginxes: no suite '$suite': bookworm, trixie, sid" ;; esac
        unpack_nginx "$suite" "$PWD/build/nginxes/$suite"
        "build/nginxes/$suite/usr/sbin/nginx" -V 2>&1 | sed -n '1,2p' >&2
    done
}

unpack_nginx() {
    [ ! -x "$2/usr/sbin/nginx" ] || return 0
    say "unpacking nginx of $1"
    rm -rf "$2.part"
    download_nginx "$1" "$2.part/apt"
    for package in "$2.part"/apt/archives/*.deb; do dpkg -x "$package" "$2.part"; done
    rm -rf "$2.part/apt"
    libraries=$(cd "$2.part" && find usr/lib lib -name 'libc.so.6' -exec dirname {} \; 2>/dev/null | head -n 1)
    patchelf --set-interpreter "$2/$(loader_in "$2.part")" --force-rpath \
        --set-rpath "$2/$libraries:$2/usr/$libraries" "$2.part/usr/sbin/nginx"
    mv "$2.part" "$2"
}

loader_in() { (cd "$1" && find . -name 'ld-linux*.so.*' | sed 's|^\./||' | head -n 1); }

# apt with a state of its own: it knows nothing installed, so it fetches every library that nginx needs.
download_nginx() {
    security=""
    [ "$1" = sid ] || security="deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $MIRROR-security $1-security main"
    make_private_apt "$2" "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $MIRROR $1 main" "$security" ||
        die "nginxes: apt-get update for $1 failed; MTLS_MIRROR names another mirror"
    # shellcheck disable=SC2046  # a list of words
    private_apt "$2" install --download-only --no-install-recommends -y nginx-light libnginx-mod-stream \
        libnginx-mod-mail $(modules_of "$1") >&2 || die "nginxes: apt-get could not fetch nginx of $1"
}

# What the tests of other products ask: Lua's hook is Debian 12's.
modules_of() { [ "$1" != bookworm ] || echo libnginx-mod-http-lua; }

# make_private_apt DIR SOURCE...: the lists of these sources, and nothing installed.
make_private_apt() {
    mkdir -p "$1/lists/partial" "$1/archives/partial" "$1/etc/preferences.d"
    : > "$1/status"
    state=$1
    shift
    printf '%s\n' "$@" > "$state/etc/sources.list"
    private_apt "$state" update >&2
}

private_apt() {
    state=$1
    shift
    apt-get -q -o Acquire::Retries=1 -o Acquire::http::Timeout=20 -o "Dir::State=$state" -o "Dir::State::lists=$state/lists" -o "Dir::State::status=$state/status" \
        -o "Dir::Cache=$state" -o "Dir::Cache::archives=$state/archives" -o "Dir::Etc::sourcelist=$state/etc/sources.list" \
        -o "Dir::Etc::sourceparts=/dev/null" -o "Dir::Etc::preferencesparts=$state/etc/preferences.d" \
        -o "Dir::Etc::main=/dev/null" -o APT::Sandbox::User=root -o Debug::NoLocking=1 "$@"
}
