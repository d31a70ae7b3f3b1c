#!/bin/bash
# Measures us and a peer or floor in one run and prints the ratios. Raw numbers go to
# bench/results/DATE.jsonl, one JSON object a line.
set -u
cd "$(dirname "$0")/.."
export LC_ALL=C.UTF-8
mkdir -p bench/results
raw=bench/results/$(date +%F).jsonl
: >"$raw"
rm -rf build-bench
meson setup build-bench -Dbuildtype=release >/dev/null &&
	ninja -C build-bench sekisho sekisho-http sekisho-outbound sekisho-worker bench >/dev/null || exit 1
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# cpu COMMAND...: seconds of CPU of the command and all its descendants, largest resident KiB, exit
# code. By task-clock of perf, which counts what ran in nanoseconds; getrusage counts whole ticks of
# short processes, several times what they used. Without perf: the clock, on one core, which is right
# only on a machine that does nothing else.
cpu() {
	python3 - "$@" <<'EOF'
import os, resource, shutil, subprocess, sys, tempfile, time
os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
quiet = dict(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
used = None
if shutil.which('perf'):
    with tempfile.NamedTemporaryFile('r') as out:
        perf = ['perf', 'stat', '-x', ',', '-e', 'task-clock', '-o', out.name, '--']
        p = subprocess.run(perf + sys.argv[1:], **quiet)
        for line in out:
            cell = line.split(',')
            if len(cell) > 2 and cell[2].startswith('task-clock') and cell[0][:1].isdigit():
                used = float(cell[0]) / 1000
if used is None:
    t = time.time()
    p = subprocess.run(sys.argv[1:], **quiet)
    used = time.time() - t
print(f"{used:.4f} {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss} {p.returncode}")
EOF
}
say() { echo "$1" | tee -a "$raw"; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", (b > 0 ? a / b : 0) }'; }

office() {
	local files=() f
	for f in samples/*.docx samples/*.xlsm samples/*.pptx; do files+=("$f"); done
	if [ -d ../shared/corpus ]; then
		while IFS=$'\t' read -r path _ _ _ class _; do
			[ "$class" = plain ] || continue
			case $path in *.docx | *.xlsx | *.pptx) files+=("../shared/corpus/$path") ;; esac
		done <../shared/corpus/MANIFEST.tsv
	fi
	read -r ours rss _ < <(cpu build-bench/sekisho sanitize -o "$tmp/out" "${files[@]}")
	read -r floor _ < <(cpu build-bench/bench/office_floor "${files[@]}")
	say "{\"bench\":\"office\",\"files\":${#files[@]},\"ours_s\":$ours,\"ours_max_rss_kib\":$rss,\"floor_s\":$floor,\"ratio\":$(ratio "$ours" "$floor"),\"goal\":\"<= 2\"}"

	command -v mat2 >/dev/null || return
	# Files that both accept, first one a process, as each is used on one file; then all in one.
	local m=0 o=0 f1=0 n=0 a b c out both=()
	mkdir -p "$tmp/mat2"
	for f in "${files[@]}"; do
		[ $n -lt 20 ] || break
		cp "$f" "$tmp/mat2/"
		read -r a _ out < <(cpu mat2 "$tmp/mat2/${f##*/}")
		[ "$out" = 0 ] || continue
		read -r b _ out < <(cpu build-bench/sekisho sanitize -o "$tmp/one$n" "$f")
		[ "$out" = 0 ] || continue
		read -r c _ < <(cpu build-bench/bench/office_floor "$f")
		n=$((n + 1)) m=$(awk "BEGIN{print $m+$a}") o=$(awk "BEGIN{print $o+$b}") f1=$(awk "BEGIN{print $f1+$c}")
		both+=("$f")
	done
	say "{\"bench\":\"mat2\",\"shape\":\"a process a file\",\"files\":$n,\"ours_s\":$o,\"mat2_s\":$m,\"ratio\":$(ratio "$m" "$o"),\"goal\":\">= 50\"}"
	say "{\"bench\":\"mat2_floor\",\"shape\":\"a process a file\",\"files\":$n,\"floor_s\":$f1,\"mat2_s\":$m,\"ratio\":$(ratio "$m" "$f1")}"
	rm -rf "$tmp/mat2" && mkdir "$tmp/mat2" && cp "${both[@]}" "$tmp/mat2/"
	read -r m _ < <(cpu mat2 "$tmp"/mat2/*)
	read -r o _ < <(cpu build-bench/sekisho sanitize -o "$tmp/batch" "${both[@]}")
	read -r f1 _ < <(cpu build-bench/bench/office_floor "${both[@]}")
	say "{\"bench\":\"mat2\",\"shape\":\"one process, all files\",\"files\":$n,\"ours_s\":$o,\"mat2_s\":$m,\"ratio\":$(ratio "$m" "$o"),\"goal\":\">= 50\"}"
	# What is attainable: the program that only inflates, parses and deflates, against mat2.
	say "{\"bench\":\"mat2_floor\",\"shape\":\"one process, all files\",\"files\":$n,\"floor_s\":$f1,\"mat2_s\":$m,\"ratio\":$(ratio "$m" "$f1")}"
}

office
[ -x build-bench/bench/image_bench ] && build-bench/bench/image_bench | tee -a "$raw"
build-bench/bench/worker_bench build-bench/sekisho-worker | tee -a "$raw"
mkdir "$tmp/record" && build-bench/bench/record_bench "$tmp/record" | tee -a "$raw" && rm -rf "$tmp/record"
build-bench/bench/policy_bench | tee -a "$raw"
mkdir "$tmp/page" && build-bench/bench/policy_page_bench 10000000 "$tmp/page" | tee -a "$raw"
python3 bench/gateway_bench.py build-bench/sekisho build-bench/bench/gateway_load \
	build-bench/bench/upload_floor | tee -a "$raw"
echo "raw numbers: $raw"
