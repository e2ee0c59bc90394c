# shellcheck shell=sh
# ./dev package: Debian packages, a tarball and an OCI image, each built in a root of its own. Sourced by dev, which
# defines say, die and setup.
PACKAGES=build/package
MAINTAINER="nginx-mtls-exporter maintainers <maintainers@nginx-mtls-exporter.invalid>"
DEBIAN_MIRROR=${MTLS_MIRROR:-http://deb.debian.org/debian}
ROOT_PACKAGES="build-essential debhelper dpkg-dev lintian python3 ccache"  # on top of BUILD_PACKAGES
TARBALL_SUITE=bookworm  # the older glibc: what is linked there runs on both

package() {
    suites="bookworm trixie" kinds="" again=no
    while [ $# -gt 0 ]; do
        case $1 in
            --suite) suites=${2:?package: --suite needs bookworm or trixie}; shift ;;
            --suite=*) suites=${1#*=} ;;
            --twice) again=yes ;;
            deb|tar|oci) kinds="$kinds $1" ;;
            *) die "package: unknown argument '$1'" ;;
        esac
        shift
    done
    [ "$(id -u)" -eq 0 ] || die "package: needs root, for chroot(8); try: sudo ./dev package"
    setup package
    name_source
    mkdir -p "$PACKAGES/out"
    for kind in ${kinds:-deb tar}; do
        case $kind in
            deb) for suite in $suites; do build_in "$suite" deb; done ;;
            tar) build_in "$TARBALL_SUITE" tar ;;
            oci) setup image; packaging/oci/build.sh "$PACKAGES" ;;
        esac
    done
    rm -f "$PACKAGES/out/SHA256SUMS"
    sums=$(cd "$PACKAGES/out" && sha256sum -- *)
    printf '%s\n' "$sums" >"$PACKAGES/out/SHA256SUMS"
    say "in $PACKAGES/out:"
    (cd "$PACKAGES/out" && ls -l) >&2
}

# A tagged commit is the release; anything else comes before the next one.
name_source() {
    SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)} || die "package: needs a git checkout"
    MTLS_REVISION=$(git rev-parse --short=12 HEAD)
    MTLS_BRANCH=$(git rev-parse --abbrev-ref HEAD)
    release=$(sed -n 's/^project(.* VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
    git describe --tags --exact-match --match "v$release" >/dev/null 2>&1 ||
        release="$release~git$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y%m%d%H%M).$MTLS_REVISION"
    PACKAGE_VERSION=${MTLS_PACKAGE_VERSION:-$release}
    JOBS=$(jobs_count)
    export SOURCE_DATE_EPOCH MTLS_REVISION MTLS_BRANCH PACKAGE_VERSION MAINTAINER BUILD_PACKAGES JOBS
}

release_of() {
    case $1 in
        bookworm) echo 12 ;;
        trixie) echo 13 ;;
        *) die "package: no suite '$1': bookworm, trixie" ;;
    esac
}

# build_in SUITE KIND
build_in() {
    DEBIAN_RELEASE=$(release_of "$1")
    export DEBIAN_RELEASE
    root=$PACKAGES/roots/$1
    make_root "$1" "$root"
    work=$PACKAGES/work/$2-$1
    say "building $2 in $1"
    rm -rf "$work"
    build_once "$1" "$2" "$work" "${CCACHE_DIR:-}" source
    if [ "$again" = yes ]; then
        say "building $2 in $1 again: elsewhere, at another time of day and place, without ccache"
        rm -rf "$work.again"
        TZ=Pacific/Apia LANG=C.UTF-8 build_once "$1" "$2" "$work.again" "" elsewhere/deeper
        diff -r "$work/out" "$work.again/out" >&2 || die "package: two builds of $2 in $1 differ"
        say "$2 in $1: the two builds are byte-identical"
    fi
    case $2 in
        deb) rm -f "$PACKAGES/out/"*"+deb${DEBIAN_RELEASE}_"*.deb ;;
        tar) rm -f "$PACKAGES/out/"*.tar.gz "$PACKAGES/out/"*.spdx.json ;;
    esac
    cp "$work/out/"* "$PACKAGES/out/"
}

# build_once SUITE KIND WORK CCACHE PLACE: WORK/out gets what packaging/KIND.sh makes of the source at /build/PLACE.
build_once() {
    mkdir -p "$3/$5" "$3/out"
    # The times of files are those of the checkout; packages keep times before SOURCE_DATE_EPOCH.
    git ls-files -z --cached --others --exclude-standard |
        tar -c --null --ignore-failed-read --mtime="@$SOURCE_DATE_EPOCH" -T - | tar -x -C "$3/$5"
    mkdir -p "$root/build" "$root/ccache"
    # Without a network, and with mounts of its own, which end with it.
    unshare --mount --net --pid --fork --kill-child packaging/in_root.sh "$root" "$3" "$4" "$5" "$1" "$2" >&2 ||
        die "package: building $2 in $1 failed, see above"
}

# Made once; a root of another list of packages is made again.
make_root() {
    # shellcheck disable=SC2086  # a list of words
    wanted=$(echo $BUILD_PACKAGES $ROOT_PACKAGES | tr ' ' ',')
    [ "$(cat "$2.packages" 2>/dev/null)" != "$wanted" ] || return 0
    say "making a root of $1"
    rm -rf "$2" "$2.packages"
    mkdir -p "$(dirname "$2")"
    # prometheus-cpp has no archive in Debian, so the tarball's is built from Debian's source.
    hook=true
    [ "$1" != "$TARBALL_SUITE" ] ||
        hook="chroot \"\$1\" sh -c 'mkdir /sources && cd /sources && apt-get source -q --download-only prometheus-cpp'"
    mmdebstrap --variant=minbase --dpkgopt=force-unsafe-io --aptopt='Acquire::Retries "3"' --include="$wanted" --customize-hook="$hook" \
        "$1" "$2" "deb $DEBIAN_MIRROR $1 main" "deb $DEBIAN_MIRROR-security $1-security main" \
        "deb-src $DEBIAN_MIRROR $1 main" >&2 || die "package: mmdebstrap could not make a root of $1"
    echo "$wanted" >"$2.packages"
}
