#!/bin/sh
# build.sh PACKAGES: the tarball of ./dev package as an OCI image: the program, the libraries that it names, a user, and
# nothing else, not even a shell. ./dev package says SOURCE_DATE_EPOCH and MTLS_REVISION. The root file system is PACKAGES/oci/rootfs, the image PACKAGES/out/NAME.oci.tar.
set -eu

packages=$1
rootfs=$packages/oci/rootfs
libraries=$packages/roots/bookworm  # where the tarball's program was linked

fail() {
    echo "oci: $*" >&2
    exit 1
}

set -- "$packages"/out/nginx-mtls-exporter-*.linux-*.tar.gz
if [ $# -ne 1 ] || [ ! -f "$1" ]; then fail "needs one tarball in $packages/out; run ./dev package tar"; fi
name=$(basename "$1" .tar.gz)
version=${name#nginx-mtls-exporter-}
version=${version%.linux-*}

rm -rf "$packages/oci"
mkdir -p "$rootfs/usr/local" "$rootfs/usr/lib" "$rootfs/etc" "$rootfs/proc" "$rootfs/tmp"
for link in lib lib64 bin sbin; do mkdir -p "$rootfs/usr/$link" && ln -s "usr/$link" "$rootfs/$link"; done
tar -C "$rootfs/usr/local" --strip-components=1 -xzf "$1"
rm -rf "$rootfs/usr/local/lib/systemd" "$rootfs/usr/local/lib/sysusers.d" "$rootfs/usr/local/lib/tmpfiles.d" "$rootfs/usr/local/etc"
# Everything that the loader opens, links followed, at the path where it looks.
cp "$rootfs/usr/local/bin/nginx-mtls-exporter" "$libraries/tmp/asked"
needed=$(chroot "$libraries" ldd /tmp/asked | grep -o '/[^ ]*')
rm "$libraries/tmp/asked"
for library in $needed; do
    case $library in /tmp/*) continue ;; esac
    mkdir -p "$rootfs$(dirname "$library")"
    cp "$libraries/$library" "$rootfs$library"
done
echo 'nginx-mtls-exporter:x:65532:65532::/:/usr/sbin/nologin' >"$rootfs/etc/passwd"
echo 'nginx-mtls-exporter:x:65532:' >"$rootfs/etc/group"
find "$rootfs" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +

command -v buildah >/dev/null || fail "$rootfs is ready, but buildah is missing: apt-get install buildah"
image=$packages/out/$name.oci.tar
container=$(buildah from scratch)
trap 'buildah rm "$container" >/dev/null' EXIT
buildah add --quiet "$container" "$rootfs" /
buildah config --user 65532:65532 --port 10059 --entrypoint '["/usr/local/bin/nginx-mtls-exporter"]' --cmd '' \
    --label org.opencontainers.image.title=nginx-mtls-exporter --label org.opencontainers.image.licenses=Apache-2.0 \
    --label "org.opencontainers.image.version=$version" --label "org.opencontainers.image.revision=$MTLS_REVISION" "$container"
rm -f "$packages"/out/*.oci.tar
rm -rf "$packages/oci/layout"
buildah commit --quiet --timestamp "$SOURCE_DATE_EPOCH" "$container" \
    "oci:$packages/oci/layout:nginx-mtls-exporter:$(echo "$version" | tr '~+' '--')"
# As buildah's own archive, but with nothing of the time at which it is written.
tar -C "$packages/oci/layout" -c --sort=name --owner=0 --group=0 --numeric-owner --mode=u+rwX,go+rX,go-w --mtime="@$SOURCE_DATE_EPOCH" \
    . >"$image"
