# shellcheck shell=sh
# ./dev style, ./dev lint and ./dev format. Sourced by dev, which defines say, die, setup and configure.

# The files of the tree, wherever its folders are; build directories and hidden folders left out.
tree_files() { find . \( -name '.?*' -o -name 'build*' \) -type d -prune -o -type f "$@" -print | sed 's|^\./||' | sort; }

cxx_files() { tree_files \( -name '*.h' -o -name '*.cc' \); }

shell_files() { { echo dev; echo .ci/run; tree_files -name '*.sh'; } | sort; }

# What clang-tidy looks at for the changes since the last commit: changed sources, and the sources of changed headers.
changed_units() {
    { git diff --name-only --diff-filter=d HEAD; git ls-files --others --exclude-standard; } | sed -n 's/\.\(cc\|h\)$//p' |
        sort -u | while read -r stem; do [ ! -f "$stem.cc" ] || echo "$stem.cc"; done
}

# Each of these ends in 1 when a file is not as it should be.
check_format() { [ $# -eq 0 ] || clang-format-19 --dry-run -Werror "$@"; }

check_scripts() { [ $# -eq 0 ] || shellcheck -x "$@"; }

check_rules() { promtool check rules alerts/*.rules.yml >&2; }

check_house() {
    bad=0
    for check in self-test "layout ." "citations ."; do
        # shellcheck disable=SC2086  # words
        python3 -B tests/arch/arch_test.py $check || bad=1
    done
    python3 -B tests/arch/docs_test.py . || bad=1
    return $bad
}

check_tidy() { [ $# -eq 0 ] || python3 -B dev.d/tidy.py build/dev "$(jobs_count)" "$@"; }

# All that can be said of the tree without building it; all checks run.
style() {
    setup style
    failed=0
    # shellcheck disable=SC2046
    check_format $(cxx_files) || failed=1
    # shellcheck disable=SC2046
    check_scripts $(shell_files) || failed=1
    check_rules || failed=1
    check_house || failed=1
    [ "$failed" = 0 ] || die "style: see above"
    say "style: clean"
}

# lint: the whole tree's style, and clang-tidy over what changed; --all: over everything; with files: these alone.
lint() {
    setup tidy
    configure dev
    case ${1:-} in
        "") style; units=$(changed_units) ;;
        --all) [ $# -eq 1 ] || die "lint: --all stands alone"; style; units=$(tree_files -name '*.cc') ;;
        -*) die "lint: unknown argument '$1'" ;;
        *) check_files "$@"; units=$(printf '%s\n' "$@" | grep '\.cc$' || true) ;;
    esac
    # shellcheck disable=SC2086
    check_tidy $units || die "lint: see above"
    say "lint: clean"
}

check_files() {
    setup style
    cxx="" scripts="" failed=0
    for file in "$@"; do
        case $file in
            *.cc|*.h) cxx="$cxx $file" ;;
            dev|./dev|.ci/run|*.sh) scripts="$scripts $file" ;;
        esac
    done
    # shellcheck disable=SC2086
    check_format $cxx || failed=1
    # shellcheck disable=SC2086
    check_scripts $scripts || failed=1
    [ "$failed" = 0 ] || die "lint: see above"
}

format() {
    setup style
    # shellcheck disable=SC2046
    clang-format-19 -i $(cxx_files)
}
