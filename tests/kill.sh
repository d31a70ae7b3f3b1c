#!/bin/bash
# The gateway killed at random moments under load; an independent program compares afterwards.
# Usage: tests/kill.sh BUILD [KILLS [SEED]]
set -u
cd "$(dirname "$0")/.."
build=${1:-build} kills=${2:-${KILLS:-1000}} seed=${3:-${SEED:-$RANDOM}}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sekisho=$build/sekisho
"$sekisho" init "$work/city" --city kill --policy policy/chofu/chofu.policy >/dev/null || exit 1
for login in hanako taro; do
	echo 'correct horse battery' |
		"$sekisho" user add "$work/city" --login $login --zones internet,lgwan >/dev/null || exit 1
done
"$build/tests/kill_load" "$sekisho" "$work/city" "$kills" "$seed" 'correct horse battery' \
	>"$work/receipts" 2>"$work/log"
status=$?
if [ $status != 0 ]; then
	grep -v ' info ' "$work/log" | tail -20
	exit 1
fi
echo "killed $kills times (seed $seed)"
python3 tests/kill/kill_check.py "$work/city" "$work/receipts" || exit 1
"$sekisho" log verify "$work/city"
