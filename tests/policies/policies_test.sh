#!/bin/sh
# policies_test.sh ROOT: OPA reads the shipped policies, and their own tests pass. Without OPA only what a pattern can
# tell: `with` modifies an expression of a body, OPA 1 does not parse it in the head of a rule.
set -eu

if grep -nE '^[^#[:space:]].*[[:space:]]with[[:space:]].*[[:space:]]as[[:space:]]' "$1"/policies/*.rego; then
    echo "a rule head has \`with\`: give it a body, NAME := value if { value := ... with input as ... }"
    exit 1
fi
command -v opa >/dev/null || { echo "skipped: no opa, so the policies are not evaluated"; exit 77; }
opa test --verbose "$1/policies"
