#!/bin/bash
# Runs fuzz targets with libFuzzer under ASan and UBSan, those furthest from the goal first.
#   tools/fuzz.sh [SECONDS [TARGET]]
# New inputs join build-fuzz/corpus/TARGET, findings go to tests/crashers/TARGET. docs/fuzzing.tsv
# keeps one line a target, summed over all runs: executions, core seconds, and of the last run
# edges and date. The goal is 10,000,000 executions or 600 core seconds.
set -u
cd "$(dirname "$0")/.."
seconds=${1:-60}
only=${2:-}
record=docs/fuzzing.tsv
[ -d build-fuzz ] || CC=clang meson setup build-fuzz -Dfuzz=true -Db_sanitize=address,undefined \
	-Db_lundef=false -Dbuildtype=debugoptimized >/dev/null || exit 1
ninja -C build-fuzz >build-fuzz/ninja.log || { tail -20 build-fuzz/ninja.log; exit 1; }

# The names of the schemas, for the targets that read XML.
awk -F '\t' '{ n = $1 == "" ? $2 : $1 } n ~ /^[A-Za-z0-9:_]+$/ { print "\"" n "\"" }' \
	data/names/*.tsv | sort -u >build-fuzz/xml.dict

# of TARGET COLUMN: what the record says of it, or 0.
of() { awk -F '\t' -v t="$1" -v c="$2" '$1 == t { v = $c } END { print v + 0 }' "$record"; }

# by_distance: every target, the one with the smallest part of its goal first.
by_distance() {
	local exe t
	for exe in build-fuzz/*_fuzz; do
		t=${exe##*/}
		echo "$(of "$t" 2) $(of "$t" 3) $t"
	done | awk '{ a = $1 / 1e7; b = $2 / 600; print (a > b ? a : b), $3 }' | sort -g | cut -d' ' -f2
}

# add TARGET EXECUTIONS CORE-SECONDS EDGES: adds a run to the record.
add() {
	awk -F '\t' -v t="$1" -v n="$2" -v s="$3" -v e="$4" -v d="$(date +%F)" '
		NR == 1 || $1 < t { print; next }
		$1 == t { n += $2; s += $3; next }
		{ after = after $0 "\n" }
		END { printf "%s\t%d\t%d\t%d\t%s\n%s", t, n, s, e, d, after }' "$record" >build-fuzz/record &&
		cp build-fuzz/record "$record"
}

status=0
for t in ${only:-$(by_distance)}; do
	mkdir -p "build-fuzz/corpus/$t" "tests/crashers/$t" "tests/corpus/$t"
	options=()
	case $t in docx_fuzz | xlsx_fuzz | pptx_fuzz | verify_xml_fuzz) options=(-dict=build-fuzz/xml.dict) ;; esac
	TIMEFORMAT='%U %S'
	{ time "build-fuzz/$t" "${options[@]}" -max_total_time="$seconds" -timeout=20 \
		-rss_limit_mb=3000 -print_final_stats=1 -max_len=65536 \
		-artifact_prefix="tests/crashers/$t/" "build-fuzz/corpus/$t" "tests/corpus/$t" \
		"tests/crashers/$t" >"build-fuzz/$t.log" 2>&1; } 2>build-fuzz/time || {
		echo "$t: FOUND, see build-fuzz/$t.log"
		status=1
	}
	runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "build-fuzz/$t.log")
	edges=$(grep -oE 'cov: [0-9]+' "build-fuzz/$t.log" | tail -1 | cut -c6-)
	add "$t" "${runs:-0}" "$(awk '{ printf "%d", $1 + $2 }' build-fuzz/time)" "${edges:-0}"
	echo "$t: ${runs:-0} executions, ${edges:-0} edges; in all $(of "$t" 2) in $(($(of "$t" 3) / 60)) core-minutes"
done
awk -F '\t' 'NR > 1 { all++; n += $2; s += $3; done += $2 >= 1e7 || $3 >= 600 }
	END { printf "%d of %d targets have reached the goal; %d executions in %d core-minutes\n",
	done, all, n, s / 60 }' "$record"
exit $status
