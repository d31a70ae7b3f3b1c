#!/bin/bash
# A witness as a process: asked over HTTP, killed, asked again. Usage: witness.sh SEKISHO VERIFIER LOGGER
set -u
sekisho=$1 verifier=$2 make_log=$3
export LC_ALL=C
n=0 bad=0 pid=
tmp=$(mktemp -d)
trap '[ -z "$pid" ] || kill "$pid"; rm -rf "$tmp"' EXIT
ok() { # ok NAME COMMAND...
	local name=$1
	shift
	n=$((n + 1))
	if "$@" >"$tmp/said"; then echo "ok $n - $name"; else echo "not ok $n - $name"; sed 's/^/# /' "$tmp/said"; bad=1; fi
}
start() { # start [FLAGS]
	"$sekisho" log witness --listen 127.0.0.1:0 --silence 1 "$@" "$tmp/wit" >"$tmp/port" 2>>"$tmp/events" &
	pid=$!
	for _ in $(seq 200); do
		port=$(sed -n 's/^port //p' "$tmp/port")
		[ -n "$port" ] && return 0
		sleep 0.05
	done
	return 1
}
ask() { # ask WANTED-STATUS BODY
	local got
	got=$(curl -s -o "$tmp/answer" -w '%{http_code}' --data-binary "@$2" \
		-H 'Content-Type: application/octet-stream' "http://localhost:$port/add-checkpoint")
	[ "$got" = "$1" ] || { echo "# $got"; head -3 "$tmp/answer" "$tmp/events" | sed 's/^/# /'; return 1; }
}
fails() { ! "$@" >/dev/null 2>&1; }

mkdir "$tmp/a"
ok 'a log of 3' "$make_log" "$tmp/a" 3
ok 'a new witness' "$sekisho" log new-witness "$tmp/wit" witness.example/audit
cp "$tmp/a/log/key" "$tmp/wit/logs"
ok 'starts' start
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$tmp/tls.key" \
	-out "$tmp/tls.crt" -subj /CN=localhost -addext subjectAltName=DNS:localhost 2>/dev/null
ok 'listens elsewhere with TLS only' fails "$sekisho" log witness --listen 127.0.0.1:0 --tls-cert "$tmp/tls.crt" "$tmp/wit"
ok 'nor in plaintext beyond loopback' fails "$sekisho" log witness --listen 0.0.0.0:0 "$tmp/wit"
ok 'a second one does not' fails "$sekisho" log witness --listen 127.0.0.1:0 "$tmp/wit"
cp "$tmp/a/log/checkpoint" "$tmp/at3"
{ printf 'old 0\n\n'; cat "$tmp/at3"; } >"$tmp/first"
ok 'cosigns the first checkpoint' ask 200 "$tmp/first"
cat "$tmp/at3" "$tmp/answer" >"$tmp/cosigned"
cp -r "$tmp/a" "$tmp/b"
ok 'the log grows to 500' "$make_log" "$tmp/a" 500
ok 'a claim of growth is its request' "$sekisho" log consistency -o "$tmp/claim" "$tmp/at3" "$tmp/a"
kill -9 "$pid"
wait "$pid" 2>/dev/null
ok 'starts again after kill -9' start
ok 'and remembers: the first is stale' ask 409 "$tmp/first"
ok 'cosigns what grew' ask 200 "$tmp/claim"
ok 'says how far it saw' ask 409 "$tmp/first"
ok 'in a line' [ "$(cat "$tmp/answer")" = 500 ]
# Another history from the same start, signed by the same key: the host was set back and went on.
ok 'another history grows' "$make_log" "$tmp/b" 600 other
{ sed 's/^old 3$/old 500/' "$tmp/claim" | sed '/^$/,$d'; echo; cat "$tmp/b/log/checkpoint"; } >"$tmp/fork"
ok 'a fork gets nothing' ask 422 "$tmp/fork"
ok 'its evidence is kept' test -s "$tmp"/wit/fork-*
printf 'x' >"$tmp/junk"
ok 'junk' ask 400 "$tmp/junk"
ok 'an auditor asks for the witness' "$verifier" growth "$tmp/at3" "$tmp/claim" --key "$tmp/a/log/key"
ok 'and misses it where it is required' fails "$verifier" growth "$tmp/at3" "$tmp/claim" \
	--key "$tmp/a/log/key" --witness "$tmp/wit/vkey"
"$sekisho" log prove -o "$tmp/p" "$tmp/b" 2
ok 'proves and verifies with the static program' "$verifier" proof "$tmp/p" --key "$tmp/a/log/key"
ok 'exports' "$sekisho" log export "$tmp/a" "$tmp/copy"
ok 'verifies the copy' "$verifier" log "$tmp/copy" --key "$tmp/a/log/key"
kill "$pid"
wait "$pid" 2>/dev/null
pid=
ok 'speaks TLS' start --tls-cert "$tmp/tls.crt" --tls-key "$tmp/tls.key"
ok 'and answers there' [ "$(curl -s --cacert "$tmp/tls.crt" --data-binary "@$tmp/first" \
	-H 'Content-Type: application/octet-stream' "https://localhost:$port/add-checkpoint")" = 500 ]
kill "$pid"
wait "$pid" 2>/dev/null
ok 'restarts for the rest' start
for _ in $(seq 100); do grep -q silent "$tmp/events" && break; sleep 0.1; done
ok 'silence is an alarm' grep -q silent "$tmp/events"
ok 'so is a fork' grep -q fork "$tmp/events"
echo "1..$n"
exit $bad
