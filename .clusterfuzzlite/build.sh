#!/bin/bash -eu
# SPDX-License-Identifier: BSD-3-Clause
#
# build.sh - what ClusterFuzzLite runs in its image: every target with its
# seeds, options and dictionary into $OUT. The image sets CC, CFLAGS and
# LIB_FUZZING_ENGINE; without nDPI, which is not ours.
build=$WORK/build
cmake -G Ninja -S "$SRC/libseep" -B "$build" \
	-DCMAKE_BUILD_TYPE=None -DSEEP_BUILD_FUZZ=ON \
	-DSEEP_FUZZ_ENGINE="$LIB_FUZZING_ENGINE" \
	-DSEEP_BUILD_TESTS=OFF -DSEEP_BUILD_BENCH=OFF -DSEEP_BUILD_TOOLS=OFF \
	-DSEEP_WITH_NDPI=OFF -DSEEP_WERROR=OFF
cmake --build "$build"

fuzz=$SRC/libseep/tests/fuzz
mkdir -p "$OUT/lib"
for program in "$build"/tests/fuzz/fuzz_*; do
	name=${program##*/fuzz_}
	[ "$name" != seeds ] || continue
	# The runner has not the libraries of the builder.
	ldd "$program" | awk '/libJudy|libpcap|libpsl|libzstd|libz\./ {
		print $3 }' | xargs -r cp -L -t "$OUT/lib"
	patchelf --set-rpath '$ORIGIN/lib' "$program"
	cp "$program" "$OUT/"
	(cd "$build/tests/fuzz/corpus/$name" &&
		python3 -m zipfile -c "$OUT/fuzz_${name}_seed_corpus.zip" ./*)
	[ ! -f "$fuzz/$name.options" ] ||
		cp "$fuzz/$name.options" "$OUT/fuzz_$name.options"
done
cp "$fuzz"/dict/*.dict "$OUT/"
