# shellcheck shell=sh
# ./dev fuzz. Sourced by dev, which sets the place and defines say, die and build.
FUZZ_BUILD=build/fuzz

fuzz() {
    seconds=60 chosen=""
    while [ $# -gt 0 ]; do
        case $1 in
            --seconds) seconds=${2:?fuzz: --seconds needs a number}; shift ;;
            --seconds=*) seconds=${1#*=} ;;
            *) [ -f "tests/fuzz/$1_fuzz.cc" ] || die "fuzz: no target '$1'"; chosen="$chosen $1" ;;
        esac
        shift
    done
    build fuzz
    [ -n "$chosen" ] || chosen=$(find tests/fuzz -name '*_fuzz.cc' -exec basename {} _fuzz.cc \; | sort)
    failed=0
    for name in $chosen; do fuzz_one "$name" || failed=1; done
    [ "$failed" = 0 ] || die "fuzz: see above; build/fuzz/tests/fuzz/fuzz_TARGET FILE runs one input again"
}

# What a run found interesting stays in the build directory and seeds the next one.
fuzz_one() {
    case $1 in
        http|pem|web) dictionary=$1 seeds="tests/fuzz/corpus/$1" ;;
        bundle|certificate|crl) dictionary=der seeds="tests/fuzz/corpus/$1" ;;
        *) dictionary=nginx seeds="tests/fuzz/corpus/text tests/fuzz/corpus/trees" ;;
    esac
    mkdir -p "$FUZZ_BUILD/corpus/$1" "$FUZZ_BUILD/findings"
    log="$FUZZ_BUILD/$1.log"
    say "fuzzing $1 for $seconds s"
    # shellcheck disable=SC2086  # a list of directories
    if ! "$FUZZ_BUILD/tests/fuzz/fuzz_$1" -max_total_time="$seconds" -timeout=1 -max_len=8192 -print_final_stats=1 \
        -dict="tests/fuzz/$dictionary.dict" -artifact_prefix="$FUZZ_BUILD/findings/$1-" \
        "$FUZZ_BUILD/corpus/$1" $seeds >"$log" 2>&1; then
        tail -n 40 "$log" >&2
        return 1
    fi
    printf '%s: %s inputs, no finding\n' "$1" "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")"
}
