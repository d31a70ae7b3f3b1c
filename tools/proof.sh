#!/bin/bash
# The long proofs. Each prints one line that says what was shown; the last line counts them.
# KILLS (1000), LOG_KILLS (10000), LOG_ENTRIES (10000000) and FUZZ_SECONDS (600, of each target) set
# how long it takes: about half an hour and as many times FUZZ_SECONDS as there are targets. A short
# round: KILLS=10 LOG_KILLS=100 LOG_ENTRIES=70000 FUZZ_SECONDS=5.
set -u
cd "$(dirname "$0")/.."
export LC_ALL=C.UTF-8
meson setup build-proof -Dwerror=true >/dev/null 2>&1
ninja -C build-proof >build-proof/ninja.log || { tail -20 build-proof/ninja.log; exit 1; }
pass=0 fail=0 skip=0
proof() { # proof NAME COMMAND...
	local name=$1 from=$SECONDS status
	echo "== $name"
	shift
	"$@"
	status=$?
	echo "== $name: $((SECONDS - from)) s"
	case $status in
	0) pass=$((pass + 1)) ;;
	77) skip=$((skip + 1)) ;;
	*) fail=$((fail + 1)) ;;
	esac
}
proof corpus tests/corpus.sh build-proof/sekisho
proof mutations build-proof/tests/mutate_test
proof kills tests/kill.sh build-proof
proof log-kills tests/kill_log.sh build-proof
proof long-logs tests/long_log.sh build-proof
proof fuzz tools/fuzz.sh "${FUZZ_SECONDS:-600}"
echo "$pass passed, $fail failed, $skip skipped"
[ $fail = 0 ]
