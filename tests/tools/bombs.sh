# SPDX-License-Identifier: BSD-3-Clause
# bombs.sh - files that claim or unpack to far more than they hold cost time,
# not memory: bombs.py makes them and looks at the largest resident size.
. "$(dirname "$0")/lib.sh"

checks=$((checks + 1))
python3 -B "$here/bombs.py" "$seep" >out 2>err || fail "bombs.py"
cat out
finish
