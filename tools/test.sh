#!/bin/bash
# Every test: gcc and clang with warnings as errors, the pure rooms under ASan and UBSan, house and
# system tests. The last line counts the cases of all of them.
set -u
cd "$(dirname "$0")/.."
export LC_ALL=C.UTF-8
pass=0 fail=0 skip=0

# count NAME LOG: adds the TAP cases that meson's test log holds.
count() {
	local p f s
	p=$(grep -cE '^ok [0-9]+' "$2")
	s=$(grep -cE '^ok [0-9]+.*# SKIP' "$2")
	f=$(grep -cE '^not ok [0-9]+' "$2")
	pass=$((pass + p - s)) skip=$((skip + s)) fail=$((fail + f))
	echo "== $1: $((p - s)) passed, $f failed, $s skipped"
	grep -E '^not ok|# SKIP' "$2" | sort | uniq -c | head -40
}

# run NAME BUILD-DIR SUITE-ARGS... -- MESON-ARGS...: builds and tests one configuration.
run() {
	local name=$1 dir=$2
	shift 2
	local suites=()
	while [ "$1" != -- ]; do suites+=("$1"); shift; done
	shift
	if [ -d "$dir" ]; then meson configure "$dir" "$@" >/dev/null; else
		meson setup "$dir" "$@" >"$dir.setup.log" 2>&1 || { cat "$dir.setup.log"; fail=$((fail + 1)); return; }
	fi
	rm -f "$dir.setup.log"
	if ! ninja -C "$dir" >"$dir/ninja.log" 2>&1; then
		grep -A12 -E 'error|FAILED' "$dir/ninja.log" | head -80
		echo "== $name: does not build"
		fail=$((fail + 1))
		return
	fi
	meson test -C "$dir" --no-rebuild --print-errorlogs "${suites[@]}" >"$dir/test.log" 2>&1
	local status=$?
	local before=$fail
	count "$name" "$dir/meson-logs/testlog.txt"
	if [ $status -ne 0 ] && [ "$before" = "$fail" ]; then
		# A program that died says so nowhere in TAP.
		grep -E '(FAIL|TIMEOUT|ERROR)' "$dir/test.log" | head -20
		fail=$((fail + 1))
	fi
}

run gcc build -- -Dwerror=true -Dbuildtype=debugoptimized
pure=(--suite base --suite names --suite format --suite verify --suite policy --suite tlog --suite fuzz)
CC=clang run 'clang, ASan and UBSan' build-asan "${pure[@]}" -- -Dwerror=true \
	-Db_sanitize=address,undefined -Db_lundef=false

tools/lint.sh --quick >build/lint.log 2>&1
count lint build/lint.log

echo
echo "$pass passed, $fail failed, $skip skipped"
[ "$fail" = 0 ] && [ "$pass" -gt 0 ]
