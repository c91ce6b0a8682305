#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# seeds.sh - every hash table that the tool fills with what strangers chose
# has a random key: whoever makes an engine or a source hands it a seed.
. "$SEEP_SOURCE_DIR/tests/meta/common.sh"

options='SEEP_(ENGINE|ZEEK|CAPTURE)_OPTS_INIT'
makers='seep_(engine|zeek_source|capture_source)_new *\('
made=0
for file in tools/*.c; do
	# Its one flow is its own: it asks which service a port belongs to.
	[ "$file" != tools/service.c ] || continue
	code=$(uncomment "$file")
	calls=$(echo "$code" | grep -cE "$makers" || true)
	wanted=$(echo "$code" | grep -cE "$options" || true)
	drawn=$(echo "$code" | grep -c '\.seed = seed_draw();' || true)
	[ "$calls" -eq "$wanted" ] ||
		fail "$file: $calls made, of which $wanted with options"
	[ "$drawn" -ge "$wanted" ] ||
		fail "$file: $wanted options, $drawn of them with a seed"
	made=$((made + calls))
done
[ $made -gt 3 ] || fail "the tool makes no engine and no source"
exit $failed
