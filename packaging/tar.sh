#!/bin/sh
# tar.sh SOURCE OUT: SOURCE as a tarball to unpack below /usr/local, inside a root of Debian 12 that ./dev package made.
# Its program has everything inside but glibc and libsystemd.
set -eu

source=$1 out=$2
export LC_ALL=C.UTF-8  # as debhelper does: no locale in what is built, and ccache knows the objects of the Debian package
name=nginx-mtls-exporter-$PACKAGE_VERSION.linux-$(dpkg --print-architecture)
cd "$source"
flags="$(dpkg-buildflags --get CXXFLAGS) $(dpkg-buildflags --get CPPFLAGS)"  # those of the Debian package
scratch=$source/build/static

# Debian has no archive of prometheus-cpp; only its core is used.
build_prometheus_cpp() {
    mkdir -p "$scratch/prometheus" && cd "$scratch/prometheus"
    dpkg-source --no-check -x /sources/prometheus-cpp_*.dsc unpacked
    cmake -S unpacked -B built -G Ninja -DBUILD_SHARED_LIBS=OFF -DENABLE_PULL=OFF -DENABLE_PUSH=OFF -DENABLE_TESTING=OFF \
        -DENABLE_COMPRESSION=OFF -DCMAKE_POSITION_INDEPENDENT_CODE=ON -DCMAKE_CXX_FLAGS="$flags" -DCMAKE_INSTALL_PREFIX="$scratch/prefix"
    cmake --build built -j "$JOBS"
    cmake --install built
}

build_prometheus_cpp >"$source/prometheus.log" 2>&1 || { cat "$source/prometheus.log"; exit 1; }
cd "$source"
cmake -S . -B "$scratch/built" -G Ninja -DCMAKE_BUILD_TYPE=None -DCMAKE_CXX_FLAGS="$flags" -DMTLS_STATIC=ON -DMTLS_TESTS=OFF \
    -DCMAKE_EXE_LINKER_FLAGS="$(dpkg-buildflags --get LDFLAGS)" \
    -DCMAKE_PREFIX_PATH="$scratch/prefix" -DMTLS_REVISION="$MTLS_REVISION" -DMTLS_BRANCH="$MTLS_BRANCH"
cmake --build "$scratch/built" -j "$JOBS"
DESTDIR=$scratch/staged cmake --install "$scratch/built" --prefix /usr/local --strip
tree=$scratch/staged/usr/local

python3 packaging/sbom.py "$tree/bin/nginx-mtls-exporter" "$PACKAGE_VERSION" libssl-dev zlib1g-dev libyaml-cpp-dev libfmt-dev \
    libuv1-dev libpcre2-dev libsqlite3-dev libcrypt-dev prometheus-cpp-dev "libstdc++-$(gcc -dumpversion)-dev" >"$out/$name.spdx.json"
mkdir -p "$tree/share/doc/nginx-mtls-exporter"
cp "$out/$name.spdx.json" "$tree/share/doc/nginx-mtls-exporter/sbom.spdx.json"
mv "$tree" "$scratch/$name"
tar -C "$scratch" -c --sort=name --owner=0 --group=0 --numeric-owner --mode=u+rwX,go+rX,go-w --mtime="@$SOURCE_DATE_EPOCH" "$name" |
    gzip -9n >"$out/$name.tar.gz"
