# shellcheck shell=sh
# What is needed of Debian 12 or 13, and ./dev setup. Sourced by dev, which defines say and die.
BUILD_PACKAGES="g++ cmake ninja-build pkg-config libuv1-dev libspdlog-dev libcli11-dev libyaml-cpp-dev libcrypt-dev
    nlohmann-json3-dev libsystemd-dev libssl-dev libpcre2-dev zlib1g-dev libsqlite3-dev libexpected-dev libboost-dev
    prometheus-cpp-dev"
TEST_BUILD_PACKAGES="catch2 libbenchmark-dev"
TEST_PACKAGES="bindfs faketime systemd prometheus prometheus-alertmanager openssl python3 curl vim-tiny jsonnet
    fish zsh"
NGINX_PACKAGES="nginx-light libnginx-mod-stream libnginx-mod-mail"
STYLE_PACKAGES="clang-format-19 shellcheck prometheus python3 g++"
TIDY_PACKAGES="clang-tidy-19 git"
FUZZ_PACKAGES="clang-19 libclang-rt-19-dev"
BENCH_PACKAGES="prometheus-node-exporter nginx-light python3 python3-cryptography"
NGINXES_PACKAGES="patchelf debian-archive-keyring"
PACKAGE_PACKAGES="mmdebstrap debian-archive-keyring git"
IMAGE_PACKAGES="buildah"
MIXIN_PACKAGES="jsonnet"
DOCS_PACKAGES="mkdocs python3"
RUN_PACKAGES="openssl curl ca-certificates"

SUDO=""
POLICY_IS_OURS=no
POLICY=/usr/sbin/policy-rc.d

# setup [WHAT...]: installs what these purposes need and lack; without a purpose, what all of them do.
setup() {
    [ $# -gt 0 ] || set -- run test style tidy fuzz bench
    packages=""
    for purpose in "$@"; do packages="$packages $(packages_for "$purpose")" || exit 1; done
    command -v dpkg-query >/dev/null 2>&1 || die "needs Debian's dpkg; elsewhere install by hand: $packages"
    # shellcheck disable=SC2086  # a list of words
    missing=$(lacking $packages)
    if [ -n "$missing" ]; then
        say "./dev setup $*: installing $missing"
        install_packages "$missing"
    fi
}

packages_for() {
    case $1 in
        build) echo "$BUILD_PACKAGES" ;;
        test-build) echo "$BUILD_PACKAGES $TEST_BUILD_PACKAGES" ;;
        test) echo "$BUILD_PACKAGES $TEST_BUILD_PACKAGES $TEST_PACKAGES $(nginx_packages)" ;;
        style) echo "$STYLE_PACKAGES" ;;
        tidy) echo "$BUILD_PACKAGES $TEST_BUILD_PACKAGES $TIDY_PACKAGES" ;;
        fuzz) echo "$BUILD_PACKAGES $TEST_BUILD_PACKAGES $FUZZ_PACKAGES" ;;
        bench) echo "$BUILD_PACKAGES $TEST_BUILD_PACKAGES $BENCH_PACKAGES" ;;
        nginxes) echo "$NGINXES_PACKAGES" ;;
        package) echo "$PACKAGE_PACKAGES" ;;
        image) echo "$IMAGE_PACKAGES" ;;
        mixin) echo "$MIXIN_PACKAGES" ;;
        docs) echo "$DOCS_PACKAGES" ;;
        run) echo "$BUILD_PACKAGES $RUN_PACKAGES" ;;
        *) die "setup: no purpose '$1': build, test-build, test, style, tidy, fuzz, bench, nginxes, package, image, mixin, docs, run" ;;
    esac
}

# An nginx that is not Debian's stays; its package and ours exclude each other.
nginx_packages() {
    if [ -x /usr/sbin/nginx ] && [ -n "$(lacking nginx-common)" ]; then return; fi
    echo "$NGINX_PACKAGES"
}

lacking() {
    printf '%s\n' "$@" | sort -u | while read -r package; do
        case $(dpkg-query -W -f='${db:Status-Abbrev}' "$package" 2>/dev/null || true) in
            ii*|hi*) ;;
            *) printf '%s ' "$package" ;;
        esac
    done
}

install_packages() {
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null 2>&1 ||
            die "neither root nor sudo; as root run: apt-get install --no-install-recommends $1"
        SUDO="sudo"
    fi
    forbid_service_starts
    $SUDO env DEBIAN_FRONTEND=noninteractive apt-get update -q >&2 || say "apt-get update failed; trying with the lists there are"
    # shellcheck disable=SC2086  # a list of words
    $SUDO env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $1 >&2 ||
        die "apt-get could not install: $1"
    allow_service_starts
}

# An installed nginx or prometheus must not start: 101 is "forbidden by policy" (invoke-rc.d(8)).
forbid_service_starts() {
    [ ! -e "$POLICY" ] || return 0
    POLICY_IS_OURS=yes
    printf '#!/bin/sh\nexit 101\n' | $SUDO tee "$POLICY" >/dev/null
    $SUDO chmod 755 "$POLICY"
}

allow_service_starts() {
    [ "$POLICY_IS_OURS" = yes ] || return 0
    POLICY_IS_OURS=no
    $SUDO rm -f "$POLICY"
}
