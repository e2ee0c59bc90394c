# shellcheck shell=sh
# ./dev mixin and ./dev docs: what is rendered from the tree. Sourced by dev, which defines say, die and setup.

# jsonnet names each file that it writes.
mixin() {
    setup mixin
    mkdir -p alerts dashboards
    jsonnet -S -m . mixin/render.jsonnet || die "mixin: see above"
}

docs() {
    setup docs
    mkdir -p build
    python3 -B dev.d/docs_site.py . build/docs || die "docs: see above"
    say "build/docs/index.html"
}
