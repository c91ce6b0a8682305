# SPDX-License-Identifier: BSD-3-Clause
# hostile.sh - names that strangers and file systems supply reach no terminal
# and no shell as they are: hostile.py makes them, runs the tool and looks.
. "$(dirname "$0")/lib.sh"

checks=$((checks + 1))
python3 -B "$here/hostile.py" "$seep" >out 2>err || fail "hostile.py"
cat out
finish
