#!/bin/sh
# deb.sh SOURCE OUT: the Debian package of SOURCE, inside a root that ./dev package made; what lintian finds is an error.
set -eu

source=$1 out=$2
version="$PACKAGE_VERSION+deb$DEBIAN_RELEASE"

cd "$source"
cp -r packaging/debian .
# shellcheck disable=SC2086  # a list of words
dependencies=$(echo $BUILD_PACKAGES | sed "s/ /, /g")
sed -e "s/@MAINTAINER@/$MAINTAINER/" -e "s/@BUILD_PACKAGES@/$dependencies/" packaging/debian/control.in >debian/control
rm debian/control.in
cat >debian/changelog <<TEXT
nginx-mtls-exporter ($version) $SUITE; urgency=medium

  * Built from revision $MTLS_REVISION. Changes are in changelog.gz.

 -- $MAINTAINER  $(LC_ALL=C date -R -u -d "@$SOURCE_DATE_EPOCH")
TEXT

DEB_BUILD_OPTIONS="parallel=$JOBS" dpkg-buildpackage -b -uc -us
cd ..
for package in nginx-mtls-exporter_*.deb; do lintian --fail-on error --info --suppress-tags bad-distribution-in-changes-file "$package"; done
mv nginx-mtls-exporter_*.deb "$out/"
for symbols in nginx-mtls-exporter-dbgsym_*.deb; do [ ! -e "$symbols" ] || mv "$symbols" "$out/"; done
