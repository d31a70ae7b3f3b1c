#!/bin/bash
# Rules of the house as TAP: man pages, formatting, rooms, pure rooms, sizes.
#   tools/lint.sh [--quick]   (--quick: without the second compiler)
set -u
cd "$(dirname "$0")/.."
n=0 bad=0
tap() { # tap STATUS NAME
	n=$((n + 1))
	if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; bad=1; fi
}

mandoc -Tlint -W warning man/*.[1-9] && s=0 || s=1
tap $s 'man pages are clean'

git ls-files 'src/*.[ch]' 'tests/*.[ch]' 'bench/*.[ch]' | xargs -r clang-format --dry-run -Werror 2>&1 | head -20
[ "${PIPESTATUS[1]}" = 0 ] && s=0 || s=1
tap $s 'sources are clang-format clean'

python3 tests/house/rooms.py && s=0 || s=1
tap $s 'every #include keeps to the table of rooms'

python3 tests/house/pure.py build && s=0 || s=1
tap $s 'pure rooms import nothing but memory, strings and mathematics'

python3 tests/house/sizes.py && s=0 || s=1
tap $s 'no file over 800 and no function over 80 lines but tables'

python3 tests/house/fuzzing.py && s=0 || s=1
tap $s 'every fuzz target has seeds and its line in docs/fuzzing.tsv'

if [ "${1-}" != --quick ]; then
	for c in gcc clang; do
		rm -rf "build-lint-$c"
		CC=$c meson setup "build-lint-$c" -Dwerror=true >/dev/null && ninja -C "build-lint-$c" >"/tmp/lint.$$" 2>&1 && s=0 || s=1
		[ $s = 0 ] || grep -A5 -E 'error' "/tmp/lint.$$" | head -40
		rm -f "/tmp/lint.$$"
		tap $s "builds without warnings under $c"
	done
fi
echo "1..$n"
exit $bad
