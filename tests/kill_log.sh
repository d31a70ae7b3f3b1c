#!/bin/bash
# Append and sign killed at random points; an independent program judges what is left.
# Usage: tests/kill_log.sh BUILD [KILLS [SEED]]
set -u
cd "$(dirname "$0")/.."
build=${1:-build} kills=${2:-${LOG_KILLS:-10000}} seed=${3:-${SEED:-$RANDOM}}
# In memory where there is such a place: a killed process leaves the same there, and sooner.
work=$(mktemp -d -p "$([ -w /dev/shm ] && echo /dev/shm || echo "${TMPDIR:-/tmp}")")
trap 'rm -rf "$work"' EXIT
mkdir "$work/city"
"$build/tests/kill_log" "$work/city" "$kills" "$seed" >"$work/receipts" || exit 1
echo "seed $seed"
python3 tests/kill/kill_log_check.py "$work/city" "$work/receipts" "$kills"
