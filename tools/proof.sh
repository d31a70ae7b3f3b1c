#!/bin/bash
# The long proofs. Each prints one line that says what was shown; the last line counts them.
set -u
cd "$(dirname "$0")/.."
export LC_ALL=C.UTF-8
meson setup build-proof -Dwerror=true >/dev/null 2>&1
ninja -C build-proof >/dev/null || exit 1
pass=0 fail=0 skip=0
proof() { # proof NAME COMMAND...
	echo "== $1"
	shift
	"$@"
	case $? in
	0) pass=$((pass + 1)) ;;
	77) skip=$((skip + 1)) ;;
	*) fail=$((fail + 1)) ;;
	esac
}
[ -x tests/corpus.sh ] && proof corpus tests/corpus.sh build-proof/sekisho
[ -x build-proof/tests/mutate_test ] && proof mutations build-proof/tests/mutate_test
[ -x tests/kill.sh ] && proof kills tests/kill.sh build-proof
proof fuzz tools/fuzz.sh "${FUZZ_SECONDS:-600}"
echo "$pass passed, $fail failed, $skip skipped"
[ $fail = 0 ]
