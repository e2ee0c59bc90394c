# shellcheck shell=sh
# A booted Debian in a container (systemd-nspawn), whose changes are gone afterwards. Sourced by the tests beside it, which
# define fail. 77 is "skipped".

skip() { echo "skipped: $*"; exit 77; }

needs_containers() {
    [ "$(id -u)" -eq 0 ] || skip "not root"
    for tool in systemd-nspawn mmdebstrap nsenter unshare; do command -v "$tool" >/dev/null || skip "no $tool"; done
}

# make_base SUITE DIRECTORY: a Debian with nginx that boots, made once.
make_base() {
    [ ! -e "$2/complete" ] || return 0
    rm -rf "$2"
    mkdir -p "$2"
    mirror=${MTLS_MIRROR:-http://deb.debian.org/debian}
    mmdebstrap --variant=minbase --dpkgopt=force-unsafe-io --aptopt='Acquire::Retries "3"' \
        --include=systemd-sysv,dbus,nginx-light,openssl,curl,acl "$1" "$2/root" "deb $mirror $1 main" "deb $mirror-security $1-security main" \
        >"$2/log" 2>&1 || { tail -n 20 "$2/log"; skip "mmdebstrap could not make a $1"; }
    touch "$2/complete"
}

# prepare_container BASE: $root, which the test may change before it boots.
prepare_container() {
    scratch=$(mktemp -d)
    trap stop_container EXIT
    mount -t tmpfs -o size=2g tmpfs "$scratch"
    root=$scratch/root
    mkdir "$scratch/upper" "$scratch/work" "$root"
    mount -t overlay overlay -o "lowerdir=$1/root,upperdir=$scratch/upper,workdir=$scratch/work" "$root"
    rm -f "$root/etc/machine-id" "$root/usr/sbin/policy-rc.d"
    systemd-machine-id-setup --root="$root" >/dev/null 2>&1
    echo "mtls-test" >"$root/etc/hostname"
    leader=""
}

# take_package PACKAGES SUITE: /deb/old.deb inside, with what it depends on in apt's cache. Only this needs the network.
take_package() {
    case $2 in bookworm) release=12 ;; trixie) release=13 ;; *) fail "no suite $2" ;; esac
    deb=$(find "$1/out/" -name "nginx-mtls-exporter_*+deb${release}_*.deb" 2>/dev/null | head -n 1)
    [ -n "$deb" ] || skip "no package of $2 in $1/out; run ./dev package deb --suite $2"
    needs_containers
    make_base "$2" "$1/boot/$2"
    prepare_container "$1/boot/$2"
    mkdir "$root/deb"
    cp "$deb" "$root/deb/old.deb"
    cp /etc/resolv.conf "$root/etc/resolv.conf"
    echo 'APT::Install-Recommends "false";' >"$root/etc/apt/apt.conf.d/99test"
    { chroot "$root" apt-get update -q && chroot "$root" apt-get install -q -y --download-only /deb/old.deb; } \
        >"$scratch/download" 2>&1 || { cat "$scratch/download"; fail "what the package depends on cannot be downloaded"; }
}

boot_container() {
    setsid systemd-nspawn -D "$root" --register=no --keep-unit --private-network --link-journal=no -M "mtls$$" --boot \
        >"$scratch/boot.log" 2>&1 &
    nspawn=$!
    for _ in $(seq 100); do
        sleep 1
        leader=$(pgrep -P "$nspawn" | head -n 1)
        [ -n "$leader" ] || continue
        state=$(guest systemctl is-system-running 2>/dev/null || true)
        case $state in running|degraded) return 0 ;; esac
    done
    tail -n 20 "$scratch/boot.log"
    fail "the container does not boot: ${state:-no leader}"
}

# Runs a command inside.
guest() { nsenter -t "$leader" -m -p -n -i -u -C -- /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 "$@"; }

stop_container() {
    if [ -n "${leader:-}" ]; then
        guest systemctl poweroff >/dev/null 2>&1 || true
        for _ in $(seq 30); do kill -0 "$nspawn" 2>/dev/null || break; sleep 1; done
        kill "$nspawn" 2>/dev/null || true
    fi
    umount "$root" 2>/dev/null || umount -l "$root" 2>/dev/null || true
    umount "$scratch" 2>/dev/null || umount -l "$scratch" 2>/dev/null || true
    rmdir "$scratch" 2>/dev/null || true
}
