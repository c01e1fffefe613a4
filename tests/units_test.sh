#!/usr/bin/env bash
# The systemd units: no mistake in them, and an exposure of at most 2.0. Prints TAP.
units=(tablo-bridge@.service tablo-collect.service tablo-wall@.service)
if ! command -v systemd-analyze > /dev/null || ! systemd-analyze security --help 2> /dev/null | grep -q offline; then
	for i in 1 2 3 4 5 6; do echo "ok $i - units # SKIP no systemd-analyze with --offline"; done
	echo "1..6"
	exit 0
fi
folder=$(mktemp -d) number=0 status=0
trap 'rm -r "$folder"' EXIT
say() { # GOOD NAME OUTPUT
	number=$((number + 1))
	if [ "$1" = 0 ]; then echo "ok $number - $2"; else echo "not ok $number - $2"; sed 's/^/# /' <<< "$3"; status=1; fi
}
for unit in "${units[@]}"; do
	file=$folder/${unit/@/@tty1}
	# The installed program's path is replaced by that of the built one, so that it can be found.
	sed "s|@bindir@/tablo|$TABLO_BIN|" "$TABLO_SOURCE/data/systemd/$unit" > "$file"
	# Of verify only what it says of this unit: others of this machine may have faults of their own.
	said=$(SYSTEMD_LOG_LEVEL=warning systemd-analyze verify --man=no "$file" 2>&1 | grep -F -e "$folder" -e "$(basename "$file"):" || true)
	[ -z "$said" ]; say $? "$unit: nothing to find fault with" "$said"
	said=$(systemd-analyze security --no-pager --offline=true --threshold=20 "$file" 2>&1); say $? "$unit: exposure at most 2.0" "$(grep -E '✗|Overall' <<< "$said")"
done
echo "1..$number"
exit $status
