#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# install.sh BUILD - an installed tree can be moved and is found by
# pkg-config and by CMake; libseep can also be a folder of another project,
# which then installs nothing of it.
. "$SEEP_SOURCE_DIR/tests/meta/common.sh"
build=$1
here=$SEEP_SOURCE_DIR/tests/meta/consumer

rm -rf "$work"
mkdir -p "$work"
cmake --install "$build" --prefix "$work/first" >"$work/install.log" || {
	cat "$work/install.log"
	fail "cmake --install"
	exit 1
}
mv "$work/first" "$work/moved"
moved=$work/moved
libdir=$(dirname "$(dirname "$(find "$moved" -name libseep.pc)")")

# Nothing installed may know where it was built or first put.
for file in $(find "$moved" -name '*.pc' -o -name '*.cmake' -o -name '*.h'); do
	for path in "$SEEP_SOURCE_DIR" "$build" "$work" /usr/lib; do
		if grep -n -F -- "$path" "$file"; then
			fail "$file names $path"
		fi
	done
done
for file in "$moved"/bin/* "$libdir"/*.so; do
	found=$(readelf -d "$file" | grep -E 'R(UN)?PATH' |
		grep -v '\[\$ORIGIN' || true)
	[ -z "$found" ] || fail "$file: $found"
done
"$moved/bin/seep" --version >/dev/null || fail "the moved tool does not run"
[ -s "$moved/share/man/man1/seep.1" ] || fail "no manual page"

# pkg-config alone, shared and static.
PKG_CONFIG_PATH=$libdir/pkgconfig
PKG_CONFIG_LIBDIR=
export PKG_CONFIG_PATH PKG_CONFIG_LIBDIR
strict='-std=c11 -Wall -Wextra -Wpedantic -Werror'
${CC:-cc} $strict "$here/pkgconfig/embed.c" \
	$(pkg-config --cflags --libs libseep) -o "$work/embed" ||
	fail "pkg-config consumer does not build"
LD_LIBRARY_PATH=$libdir "$work/embed" >"$work/embed.out" ||
	fail "pkg-config consumer does not run"
grep -q '10\.2\.0\.7' "$work/embed.out" ||
	fail "the example finds nothing: $(cat "$work/embed.out")"
# A folder of archives alone makes the linker take them.
mkdir "$work/archives"
mv "$libdir"/libseep*.so* "$work/archives"
${CC:-cc} $strict "$here/pkgconfig/embed.c" \
	$(pkg-config --static --cflags --libs libseep) \
	-o "$work/embed-static" ||
	fail "static pkg-config consumer does not build"
mv "$work/archives"/* "$libdir"
"$work/embed-static" | cmp - "$work/embed.out" ||
	fail "the static example says something else"
version=$(sed -n 's/^#define SEEP_VERSION_[A-Z]* //p' \
	"$SEEP_SOURCE_DIR/include/seep/version.h" | paste -s -d .)
for name in libseep libseep-input libseep-capture; do
	[ "$(pkg-config --modversion $name)" = "$version" ] ||
		fail "$name is not of version $version"
	pkg-config --static --libs $name >/dev/null || fail "$name --static"
done
unset PKG_CONFIG_PATH PKG_CONFIG_LIBDIR

# find_package: shared and static, all components.
cmake -S "$here/cmake" -B "$work/find" -DCMAKE_PREFIX_PATH="$moved" \
	>"$work/find.log" 2>&1 &&
	cmake --build "$work/find" >>"$work/find.log" 2>&1 ||
	{ cat "$work/find.log"; fail "find_package consumer"; }
"$work/find/embed" | cmp - "$work/embed.out" || fail "embed by find_package"
"$work/find/readers" || fail "readers by find_package"
"$work/find/readers_static" || fail "static readers by find_package"

# add_subdirectory: builds only libraries, installs nothing of libseep.
cmake -S "$here/subproject" -B "$work/sub" \
	-DSEEP_SOURCE_DIR="$SEEP_SOURCE_DIR" >"$work/sub.log" 2>&1 &&
	cmake --build "$work/sub" --target embed >>"$work/sub.log" 2>&1 ||
	{ cat "$work/sub.log"; fail "sub-project consumer"; }
"$work/sub/embed" | cmp - "$work/embed.out" || fail "embed as sub-project"
cmake --install "$work/sub" --prefix "$work/subinstall" >/dev/null
[ -z "$(find "$work/subinstall" -type f 2>/dev/null)" ] ||
	fail "a sub-project installs files"
exit $failed
