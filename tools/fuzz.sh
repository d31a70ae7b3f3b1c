#!/bin/bash
# Runs every fuzz target with libFuzzer under ASan and UBSan for N seconds each; new inputs join
# build-fuzz/corpus, findings go to tests/crashers/<target>/. Appends a line per target to
# docs/fuzzing.tsv: date, target, executions, edges, seconds.
set -u
cd "$(dirname "$0")/.."
seconds=${1:-60}
only=${2:-}
[ -d build-fuzz ] || CC=clang meson setup build-fuzz -Dfuzz=true -Db_sanitize=address,undefined \
	-Db_lundef=false -Dbuildtype=debugoptimized >/dev/null || exit 1
ninja -C build-fuzz >/dev/null || exit 1
[ -e docs/fuzzing.tsv ] || printf 'date\ttarget\texecutions\tedges\tseconds\n' >docs/fuzzing.tsv
status=0
for exe in build-fuzz/*_fuzz; do
	t=${exe##*/}
	[ -z "$only" ] || [ "$only" = "$t" ] || continue
	mkdir -p "build-fuzz/corpus/$t" "tests/crashers/$t"
	"$exe" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=3000 -print_final_stats=1 \
		-max_len=65536 -artifact_prefix="tests/crashers/$t/" \
		"build-fuzz/corpus/$t" "tests/corpus/$t" "tests/crashers/$t" >"build-fuzz/$t.log" 2>&1 || {
		echo "$t: FOUND, see build-fuzz/$t.log"
		status=1
	}
	runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "build-fuzz/$t.log")
	edges=$(grep -oE 'cov: [0-9]+' "build-fuzz/$t.log" | tail -1 | cut -c6-)
	printf '%s\t%s\t%s\t%s\t%s\n' "$(date +%F)" "$t" "${runs:-0}" "${edges:-0}" "$seconds" | tee -a docs/fuzzing.tsv
done
exit $status
