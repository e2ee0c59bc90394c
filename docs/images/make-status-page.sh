#!/bin/sh
# make-status-page.sh EXPORTER: takes the pictures of the status page in this folder, and fails if the page does.
# EXPORTER is the exporter's binary. Needs what tests/page/page_test.sh needs, and pngquant.
set -eu

exporter=${1:?usage: make-status-page.sh EXPORTER}
here=$(cd -- "$(dirname -- "$0")" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

"$here/../../tests/page/page_test.sh" "$here/../.." "$exporter" "$scratch"

# keep PICTURE NAME
keep() { pngquant --force --strip --output "$here/$2.png" 32 "$scratch/$1.png"; }
keep demo-top status-page
keep well-top page-well
keep rotation-top page-rotation
keep fire-top page-fire
keep broken-top page-broken
keep demo-dark-top page-dark
keep demo-390-top page-phone
ls -l "$here"/*.png
