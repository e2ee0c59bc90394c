#!/bin/sh
# policies_test.sh ROOT: OPA reads the shipped policies, and their own tests pass.
set -eu

command -v opa >/dev/null || { echo "skipped: no opa"; exit 77; }
opa test --verbose "$1/policies"
