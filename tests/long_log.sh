#!/bin/bash
# Own logs of 70,000 entries and of many more: whole, provable, and a proof no longer than its logarithm.
# Usage: tests/long_log.sh BUILD [ENTRIES...]
set -u
cd "$(dirname "$0")/.."
build=${1:-build}
shift
[ $# -gt 0 ] || set -- 70000 "${LOG_ENTRIES:-10000000}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad=0
fault() { echo "FAULT $*"; bad=1; }
spent() { # spent WHAT COMMAND...: runs it and prints the seconds
	local from=$EPOCHREALTIME what=$1
	shift
	"$@" >"$work/said" || { fault "$what"; head -3 "$work/said"; }
	awk -v a="$from" -v b="$EPOCHREALTIME" -v w="$what" 'BEGIN { printf "  %s: %.2f s\n", w, b - a }'
}
for n in "$@"; do
	log=$work/log-$n
	mkdir "$log"
	echo "$n entries"
	spent 'append and sign' "$build/tests/make_log" "$log" "$n"
	key=$log/log/key
	spent 'read and verify all' "$build/sekisho-verify-log" log "$log/log" --key "$key"
	# One hash more for each doubling, and at most one for the last, ragged part.
	most=0
	for ((m = 1; m < n; m *= 2)); do most=$((most + 1)); done
	for i in 0 1 255 256 65535 65536 $((n / 2)) $((n - 2)) $((n - 1)); do
		[ "$i" -lt "$n" ] || continue
		rm -f "$work/proof"
		"$build/sekisho" log prove -o "$work/proof" "$log" "$i" || fault "no proof of $i"
		"$build/sekisho-verify-log" proof "$work/proof" --key "$key" >"$work/said" || fault "proof of $i"
		grep -q "^entry $i\$" "$work/said" || fault "$i is another entry"
		hashes=$(sed -n '/^index /,/^$/p' "$work/proof" | grep -c '=$')
		[ "$hashes" -le "$most" ] || fault "proof of $i has $hashes hashes, more than $most"
	done
	spent "one proof ($most hashes at most, $(stat -c %s "$work/proof") bytes)" \
		"$build/sekisho" log prove "$log" "$((n / 3))"
	echo "  files: $(find "$log/log" -type f | wc -l), $(du -sm "$log" | cut -f1) MiB"
	# One byte of one entry, of one tile and of the checkpoint: each is named.
	middle=$((n / 2 / 256))
	if [ $middle -lt 1000 ]; then middle=$(printf %03d $middle)
	else middle=$(printf 'x%03d/%03d' $((middle / 1000)) $((middle % 1000))); fi
	for file in "tile/entries/$middle" tile/0/000 checkpoint; do
		cp "$log/log/$file" "$work/kept" || { fault "no $file"; continue; }
		printf 'X' | dd of="$log/log/$file" bs=1 seek=7 conv=notrunc status=none
		"$build/sekisho-verify-log" log "$log/log" --key "$key" >"$work/said" && fault "$file may be changed"
		case $file in
		tile/entries/*) grep -Eq 'entry [0-9]|tile/entries' "$work/said" || fault "$file is not named" ;;
		tile/0/*) grep -q 'entry 0' "$work/said" || fault "$file is not named" ;;
		*) grep -q checkpoint "$work/said" || fault "$file is not named" ;;
		esac
		cat "$work/kept" >"$log/log/$file"
	done
	rm -rf "$log"
done
exit $bad
