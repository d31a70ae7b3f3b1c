#!/bin/bash
# The gateway killed at random moments under load; an independent program compares afterwards.
# Usage: tests/kill.sh BUILD [KILLS [SEED [disk]]]
# With "disk" writes and fsyncs fail now and then, and each kill is a power cut: what no
# fsync had covered is gone.
set -u
cd "$(dirname "$0")/.."
build=${1:-build} kills=${2:-${KILLS:-1000}} seed=${3:-${SEED:-$RANDOM}}
fault=()
if [ "${4:-}" = disk ]; then fault=("$(realpath "$build")/tests/libkill_fault.so"); fi
work=$(mktemp -d)
chmod 711 "$work" # each role is another user
trap 'rm -rf "$work"' EXIT
sekisho=$build/sekisho
"$sekisho" init "$work/city" --city kill --policy policy/chofu/chofu.policy >/dev/null || exit 1
for login in hanako taro; do
	echo 'correct horse battery' |
		"$sekisho" user add "$work/city" --login $login --zones internet,lgwan >/dev/null || exit 1
done
# Here all roles are one user: kill_load starts them, not the parent.
chown -R "$(id -u):$(id -g)" "$work/city"
"$build/tests/kill_load" "$sekisho" "$work/city" "$kills" "$seed" 'correct horse battery' \
	"${fault[@]}" \
	>"$work/receipts" 2>"$work/log"
status=$?
if [ $status != 0 ]; then
	grep -v ' info ' "$work/log" | tail -20
	exit 1
fi
echo "killed $kills times (seed $seed)$(sed -n "s/^kill_load: \([0-9]* faults\)$/, \1/p" "$work/log")"
python3 tests/kill/kill_check.py "$work/city" "$work/receipts" || exit 1
"$sekisho" log verify "$work/city"
