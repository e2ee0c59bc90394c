# shellcheck shell=sh
# ./dev opa: OPA's library and Go from Debian's sid, unpacked under build/opa, and tests/policies/opa_lines.go built with
# them. Sourced by dev, which defines say and die, after nginxes.sh.
opa() {
    program=$PWD/build/opa/opa_lines
    [ ! -x "$program" ] || return 0
    setup nginxes
    part=$PWD/build/opa.part
    unpack_opa "$part"
    say "building $program"
    mkdir -p build/opa
    go_root=$(echo "$part"/root/usr/lib/go-1.*)
    GOROOT=$go_root GOPATH=$part/root/usr/share/gocode GO111MODULE=off GOTOOLCHAIN=local CGO_ENABLED=0 \
        GOCACHE=$part/cache "$go_root/bin/go" build -o "$program" tests/policies/opa_lines.go ||
        die "opa: the library of sid does not build"
    rm -rf "$part"
}

unpack_opa() {
    rm -rf "$1"
    make_private_apt "$1/apt" "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $MIRROR sid main" ||
        die "opa: apt-get update for sid failed; MTLS_MIRROR names another mirror"
    private_apt "$1/apt" install --download-only --no-install-recommends -y golang-go \
        golang-github-open-policy-agent-opa-dev >&2 || die "opa: apt-get could not fetch OPA's library of sid"
    for package in "$1"/apt/archives/golang-*.deb; do dpkg -x "$package" "$1/root"; done
}
