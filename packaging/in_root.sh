#!/bin/sh
# in_root.sh ROOT WORK CCACHE PLACE SUITE KIND: packaging/KIND.sh inside ROOT, WORK being /build there; CCACHE is a
# directory of ccache's, or empty. ./dev package calls it in namespaces of its own, so the mounts end with it.
set -eu

root=$1 work=$2 ccache=$3 place=$4 suite=$5 kind=$6
mount --bind "$work" "$root/build"
mount -t proc proc "$root/proc"
launcher=""
if [ -n "$ccache" ]; then
    mount --bind "$ccache" "$root/ccache"
    launcher=ccache
fi
exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TZ="${TZ:-UTC}" LANG="${LANG:-C}" SUITE="$suite" JOBS="$JOBS" \
    MAINTAINER="$MAINTAINER" BUILD_PACKAGES="$BUILD_PACKAGES" DEBIAN_RELEASE="$DEBIAN_RELEASE" PACKAGE_VERSION="$PACKAGE_VERSION" \
    SOURCE_DATE_EPOCH="$SOURCE_DATE_EPOCH" MTLS_REVISION="$MTLS_REVISION" MTLS_BRANCH="$MTLS_BRANCH" \
    CMAKE_CXX_COMPILER_LAUNCHER="$launcher" CCACHE_DIR=/ccache CCACHE_NOHASHDIR=1 \
    chroot "$root" sh -eu "/build/$place/packaging/$kind.sh" "/build/$place" /build/out
