#!/bin/bash
# Every command has a manual page, and every page is clean. Usage: man.sh SEKISHO SOURCE
set -u
n=0 bad=0
tap() { # tap STATUS NAME
	n=$((n + 1))
	if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; bad=1; fi
}
for word in $(LC_ALL=C "$1" --help | sed -n 's/^  \([a-z]*\) .*/\1/p' | sort -u); do
	[ -s "$2/man/sekisho-$word.1" ]
	tap $? "sekisho $word has a page"
done
[ $n -gt 2 ]
tap $? 'the help lists commands'
if command -v mandoc >/dev/null; then
	for page in "$2"/man/*.[1-9]; do
		mandoc -Tlint -W warning "$page" | sed 's/^/# /'
		tap "${PIPESTATUS[0]}" "$(basename "$page") is clean"
	done
fi
echo "1..$n"
exit $bad
