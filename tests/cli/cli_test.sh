#!/bin/bash
# The commands that need no server, as a person calls them. Usage: cli_test.sh SEKISHO SOURCE
# Runs a second time as an ordinary user when it is started by root.
set -u
sekisho=$1 src=$2
export LC_ALL=C
n=0 bad=0
ok() { # ok NAME COMMAND...: the command must succeed
	local name=$1
	shift
	n=$((n + 1))
	if "$@"; then echo "ok $n - $who $name"; else echo "not ok $n - $who $name"; bad=1; fi
}
says() { # says CODE COMMAND...: the exit code, output to $tmp/out and $tmp/err
	local want=$1 code
	shift
	"$@" >"$tmp/out" 2>"$tmp/err"
	code=$?
	[ $code = "$want" ] || { echo "# $* gave $code"; sed 's/^/# /' "$tmp/out" "$tmp/err" | head -20; return 1; }
}
has() { grep -q -- "$1" "$2" || { echo "# no [$1] in:"; sed 's/^/# /' "$2" | head -20; return 1; }; }

commands() {
	ok 'prints its version' says 0 $sekisho --version
	ok 'prints help' says 0 $sekisho --help
	ok 'lists sanitize' has '^  sanitize ' "$tmp/out"
	ok 'hides what is its own' bash -c "! grep -q zygote '$tmp/out'"
	ok 'speaks Japanese' says 0 env LC_ALL=ja_JP.UTF-8 $sekisho --help
	ok 'says 使い方' has 使い方 "$tmp/out"
	ok 'refuses no command' says 1 $sekisho
	ok 'refuses an unknown command' says 1 $sekisho nonsense
	ok 'refuses a mistyped command' says 1 $sekisho sanitise x
	ok 'says which one was meant' has "did you mean 'sanitize'" "$tmp/err"
	ok 'refuses a mistyped second word' says 1 $sekisho policy chekc x
	ok 'says which two words were meant' has "did you mean 'policy check'" "$tmp/err"
	ok 'refuses a folder that is no installation' says 1 $sekisho status "$tmp"
	ok 'says how to make one' has 'sekisho init' "$tmp/err"
	ok 'refuses listeners that have no name' says 1 $sekisho init "$tmp/city" \
		--policy "$src/policy/chofu/chofu.policy" --hosts ' '
	ok 'says so' has 'hosts: there is no name' "$tmp/err"
	ok 'began no installation' test ! -e "$tmp/city"
	ok 'refuses an unknown option' says 1 $sekisho sanitize --nonsense x
	ok 'refuses a bad value' says 1 $sekisho sanitize --method nonsense x
	ok 'refuses a missing value' says 1 $sekisho sanitize x --output
	ok 'refuses a missing file' says 1 $sekisho sanitize -o "$tmp/none" "$tmp/missing"
	ok 'prints a completion that bash reads' bash -c "$sekisho completion bash | bash -n"
}

sanitize() {
	local photo="$src/samples/写真.jpg" png="$src/samples/図面.png"

	ok 'cleans a photograph' says 0 $sekisho sanitize -o "$tmp/o" "$photo"
	ok 'names what was removed' has 'The place where a photograph was taken was removed' "$tmp/out"
	ok 'writes the output' test -s "$tmp/o/写真.jpg"
	ok 'writes the report' has '"picture-location"' "$tmp/o/写真.jpg.report.json"
	ok 'has no GPS in the output' bash -c "! grep -q Exif '$tmp/o/写真.jpg'"
	cp "$tmp/o/写真.jpg" "$tmp/first"
	ok 'cleans it again' says 0 $sekisho sanitize -o "$tmp/o" "$photo"
	ok 'replaced nothing' cmp "$tmp/first" "$tmp/o/写真.jpg"
	ok 'wrote a second name' cmp "$tmp/first" "$tmp/o/写真-2.jpg"
	ok 'verifies both, without the reports' says 0 $sekisho verify "$tmp/o"
	ok 'refuses the original' says 2 $sekisho verify "$photo"
	printf x >>"$tmp/o/写真-2.jpg"
	ok 'refuses one byte more' says 2 $sekisho verify "$tmp/o"
	ok 'cleans without a sandbox the same' says 0 $sekisho sanitize --no-sandbox -o "$tmp/p" "$png"
	ok 'with it' says 0 $sekisho sanitize -o "$tmp/q" "$png"
	ok 'gives the same bytes' cmp "$tmp/p/図面.png" "$tmp/q/図面.png"
	cp "$png" "$tmp/$(printf '図\342\200\256gpj.png')"
	ok 'cleans a file whose name is turned' says 0 $sekisho sanitize -o "$tmp/r" "$tmp/$(printf '図\342\200\256gpj.png')"
	ok 'writes a name that reads one way' test -s "$tmp/r/図gpj.png"
	ok 'inspects: something' says 3 $sekisho inspect "$photo"
	ok 'inspects: nothing in an output' says 0 $sekisho inspect "$tmp/first"
}

trees() {
	mkdir -p "$tmp/in/a/b"
	cp "$src/samples/図面.png" "$tmp/in/x.png"
	cp "$src/samples/図面.png" "$tmp/in/a/b/x.png"
	printf '\1\2\3\4' >"$tmp/in/a/unknown.docx"
	ln -s /etc/passwd "$tmp/in/a/link"
	ok 'walks folders, holds one' says 2 $sekisho sanitize -o "$tmp/r" "$tmp/in"
	ok 'keeps the folders' test -s "$tmp/r/a/b/x.png" -a -s "$tmp/r/x.png"
	ok 'writes no held file' test ! -e "$tmp/r/a/unknown.docx"
	ok 'writes its report' has '"held"' "$tmp/r/a/unknown.docx.report.json"
	ok 'left the link out' test ! -e "$tmp/r/a/link"
	ok 'counts' has 'clean 2, held 1, errors 0' "$tmp/out"
	ok 'prints JSON' says 2 $sekisho sanitize --json -o "$tmp/s" "$tmp/in"
	ok 'three objects of JSON' python3 -c 'import json,sys
rows=[json.loads(l) for l in open(sys.argv[1])]
assert sorted(r["status"] for r in rows)==["clean","clean","held"], rows
assert all(r["report"]["items"] for r in rows if r["status"]=="held")' "$tmp/out"
	if [ "$(id -u)" != 0 ]; then
		chmod 0 "$tmp/in/x.png"
		ok 'says what it may not read' says 1 $sekisho sanitize -o "$tmp/t" "$tmp/in/x.png"
		ok 'permission' has 'permission denied' "$tmp/out"
	fi
}

hostile() {
	local f
	for f in 巨大画像.png 目録二つ.zip 名前不一致.zip 実体爆弾.docx 爆弾.zip 入れ子爆弾.zip 暗号化.pdf; do
		ok "holds $f" says 2 $sekisho sanitize -o "$tmp/h" "$src/samples/hostile/$f"
		ok "writes nothing of $f" test ! -e "$tmp/h/$f"
	done
}

who=${SEKISHO_WHO:-$(id -un)}
tmp=$(mktemp -d)
trap 'chmod -R u+rwX "$tmp"; rm -rf "$tmp"' EXIT
n=${SEKISHO_FROM:-0}
commands
sanitize
trees
hostile
if [ "$(id -u)" = 0 ]; then
	# A copy: the build folder may stand where an ordinary user cannot go.
	copy=$(mktemp -d)
	cp "$sekisho" "${sekisho%/*}/sekisho-worker" "$copy/"
	mkdir "$copy/src"
	cp -r "$src/samples" "$src/policy" "$copy/src/"
	cp "$0" "$copy/cli_test.sh"
	chmod -R a+rX "$copy"
	SEKISHO_WHO=nobody SEKISHO_FROM=$n setpriv --reuid=65534 --regid=65534 --clear-groups \
		bash "$copy/cli_test.sh" "$copy/sekisho" "$copy/src" || bad=1
	rm -rf "$copy"
else
	echo "1..$n"
fi
exit $bad
