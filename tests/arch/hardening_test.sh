#!/bin/sh
# hardening_test.sh BINARY [fortified]: position independent, nothing to write where code or jumps are, guarded stack,
# and checked lengths. 0 or 1.
set -eu

binary=$1
failed=0

asks() {
    printf '%s\n' "$2" | grep -Eq -- "$3" || { echo "$binary: no $1"; failed=1; }
}

segments=$(readelf -W -h -l "$binary")
dynamic=$(readelf -W -d "$binary")
symbols=$(readelf -W --dyn-syms "$binary")
asks "position independent code" "$segments" 'Type: +DYN'
asks "read-only relocations" "$segments" 'GNU_RELRO'
asks "binding at start (full RELRO)" "$dynamic" 'BIND_NOW|FLAGS.*NOW'
asks "stack without execution" "$segments" 'GNU_STACK .* RW '
asks "guarded stack" "$symbols" '__stack_chk_fail'
# Sanitizers look after that themselves, and without optimisation there is none.
if [ "${2-}" = fortified ]; then
    asks "checked lengths (_FORTIFY_SOURCE)" "$symbols" '__(memcpy|explicit_bzero)_chk'
fi
if [ "$(uname -m)" = x86_64 ]; then
    asks "checked jumps (-fcf-protection)" "$(objdump -d --disassemble=main "$binary")" 'endbr64'
fi
exit $failed
