#!/bin/sh
# image_test.sh SOURCE PACKAGES: the root file system of the OCI image, entered as its user: the program inside serves the
# bundled example; and buildah runs the image itself, where it is installed.
set -eu

source=$1 packages=$2
rootfs=$packages/oci/rootfs
image=$(find "$packages/out/" -name '*.oci.tar' 2>/dev/null | head -n 1)
if [ -z "$image" ]; then echo "skipped: no image in $packages/out; run ./dev package tar oci"; exit 77; fi
[ "$(id -u)" -eq 0 ] || { echo "skipped: not root"; exit 77; }

scratch=$(mktemp -d)
chmod 755 "$scratch"
port=$((20000 + $$ % 10000))
trap 'kill $served 2>/dev/null || true; rm -rf "$scratch"' EXIT
served=""
"$source/examples/demo/make-pki.sh" "$scratch/demo" >/dev/null
chmod -R a+rX "$scratch/demo"

# Files are reopened through /proc/self/fd, as in every container there is a /proc.
# shellcheck disable=SC2016  # the words are those of the inner shell
unshare --mount sh -eu -c '
    mount --bind "$2" "$1/tmp"
    mount -t proc proc "$1/proc"
    exec chroot --userspec=65532:65532 "$1" /usr/local/bin/nginx-mtls-exporter --nginx.conf /tmp/demo/nginx.conf \
        --web.listen-address "127.0.0.1:$3"
    ' serve "$rootfs" "$scratch" "$port" 2>"$scratch/log" &
served=$!
for _ in $(seq 100); do
    sleep 0.2
    if curl -fs -o "$scratch/ready" "http://127.0.0.1:$port/-/ready"; then break; fi
done
curl -fs -o "$scratch/metrics" "http://127.0.0.1:$port/metrics"
grep -q '^nginx_mtls_server_enforced{.*server="api.example.test".*} 1$' "$scratch/metrics" || { cat "$scratch/log"; echo "the root does not serve"; exit 1; }
echo "the root, without a shell, as user 65532: serves the example"

command -v buildah >/dev/null || { echo "buildah is missing: the image itself is not run"; exit 0; }
container=$(buildah from "oci-archive:$image")
version=$(buildah run --isolation chroot "$container" -- /usr/local/bin/nginx-mtls-exporter --version) || { buildah rm "$container" >/dev/null; exit 1; }
name=$(buildah inspect --format '{{.FromImageID}}' "$container")
buildah rm "$container" >/dev/null
buildah rmi "$name" >/dev/null
echo "buildah runs the image: $version"
