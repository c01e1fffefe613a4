#!/usr/bin/env bash
# Who may include whom: an include against the table of docs/ARCHITECTURE.md fails here. Prints TAP.
cd "${TABLO_SOURCE:-$(dirname "$0")/..}" || exit 1
declare -A may=(
	[base]='^base/'
	[config]='^(base|config)/|^feed/event\.h$'
	[feed]='^(base|config|feed)/|^journal/frame\.h$'
	[journal]='^(base|config|journal)/|^feed/(event|wire|pack|pack_write|replay_ring)\.h$'
	[metrics]='^(base|config|metrics)/|^feed/(event|opening|veiled)\.h$'
	[replay]='^(base|config|journal|metrics|replay)/|^feed/event\.h$|^store/(proof|timeline)\.h$'
	[report]='^(base|config|metrics|replay|report)/|^feed/event\.h$|^tui/format\.h$'
	[store]='^(base|config|journal|metrics|store)/|^feed/event\.h$'
	[tui]='^(base|config|tui)/'
	[widgets]='^(base|config|metrics|widgets)/|^store/(proof|snapshot|snapshot_ask|snapshot_forecast|timeline)\.h$|^tui/(area|big|canvas|dump|format|glyphs|keys|theme|screen_keys)\.h$|^feed/event\.h$'
	[app]='^(base|config|feed|journal|metrics|replay|report|store|tui|widgets|app)/'
)
number=0 status=0
say() { # GOOD NAME
	number=$((number + 1))
	if [ "$1" = true ]; then echo "ok $number - $2"; else echo "not ok $number - $2"; status=1; fi
}
for folder in base config feed journal metrics replay report store tui widgets app; do
	bad=$(grep -rnoE '^#include "[^"]+"' "$folder" --include='*.[ch]' | while IFS= read -r line; do
		path=${line#*\"} path=${path%\"*}
		[[ $path =~ ${may[$folder]} ]] || echo "# $line"
	done)
	[ -n "$bad" ] && echo "$bad"
	say "$([ -z "$bad" ] && echo true || echo false)" "$folder includes only what it may"
done
only() { # HEADER-PATTERN ALLOWED-FILES-PATTERN NAME
	local bad
	bad=$(grep -rnE "^#include <($1)>" base config feed journal metrics replay report store tui widgets app --include='*.[ch]' | grep -vE "^($2):" | sed 's/^/# /')
	[ -n "$bad" ] && echo "$bad"
	say "$([ -z "$bad" ] && echo true || echo false)" "$3"
}
only '(ncursesw/)?n?curses\.h|term\.h' 'tui/screen(_state\.h|_[a-z]+\.c|\.c)' 'curses stays in the screen'
only 'zmq\.h' 'feed/([a-z]+/)?[a-z_]+\.[ch]|app/[a-z_]+\.c' 'ZeroMQ stays in feed/ and the loop'
only 'hiredis/.*' 'store/[a-z_]+\.c' 'hiredis stays in store/'
only 'msgpack\.h' 'feed/(pack|wire_encode)\.c' 'msgpack-c stays in feed/'
only 'microhttpd\.h' 'feed/http_(request\.c|server\.c|server_state\.h)' 'libmicrohttpd stays in the HTTP server'
bad=$(grep -rnE '\b(time\(NULL\)|gettimeofday|clock_gettime|rand\(\)|srand\()' --include='*.c' base config feed journal metrics replay report store tui widgets app | grep -v '^base/clock\.c' | sed 's/^/# /')
[ -n "$bad" ] && echo "$bad"
say "$([ -z "$bad" ] && echo true || echo false)" 'time comes from base/clock.c only'
echo "1..$number"
exit $status
