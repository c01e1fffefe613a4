#!/usr/bin/env bash
# fuzz_test.sh TARGET CORPUS [SECONDS]: the corpus, then a few seconds of new inputs. Prints TAP.
target=$1 corpus=$2 seconds=${3:-3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/new"
[ -d "$corpus" ] && found=$corpus || found=
# -rss_limit_mb bounds the memory that an input may make us take; -timeout the seconds.
if "$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -max_len=70000 -artifact_prefix="$work/" -close_fd_mask=1 "$work/new" $found > "$work/log" 2>&1; then
	echo "ok 1 - $(basename "$target"), $(grep -oE 'Done [0-9]+ runs' "$work/log" | head -1)"
else
	echo "not ok 1 - $(basename "$target")"
	tail -40 "$work/log" | sed 's/^/# /'
	for input in "$work"/crash-* "$work"/leak-* "$work"/timeout-* "$work"/oom-*; do
		[ -f "$input" ] && echo "# $(basename "$input"): $(base64 -w0 < "$input" | head -c 2000)"
	done
	exit 1
fi
