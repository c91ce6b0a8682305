# SPDX-License-Identifier: BSD-3-Clause
# packages.sh - sourced by tools/quickstart.sh and tests/run.sh.

# install_missing PACKAGE...: asks apt for those that are not there. Lists
# are brought up to date only when apt cannot do without. On a system without
# apt it says what is wanted and goes on; the build tells what is missing.
install_missing() {
	if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null
	then
		echo "no apt-get here; these packages, or what your system" \
		     "calls them, are needed: $*"
		return 0
	fi
	missing=
	for package in "$@"; do
		status=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null ||
			 true)
		[ "$status" = "install ok installed" ] ||
			missing="$missing $package"
	done
	[ -n "$missing" ] || return 0
	echo "installing:$missing"
	as_root=
	if [ "$(id -u)" -ne 0 ]; then
		command -v sudo >/dev/null || {
			echo "not root and no sudo; please install:$missing" >&2
			return 1
		}
		as_root=sudo
	fi
	# Noninteractive: tshark would ask who may capture packets.
	apt="$as_root env DEBIAN_FRONTEND=noninteractive apt-get -y -qq"
	# The lists may name versions that are gone: then once more, fresh.
	# $missing and $apt are lists of words.
	$apt install --no-install-recommends $missing >/dev/null 2>&1 || {
		$apt update >/dev/null &&
			$apt install --no-install-recommends $missing >/dev/null
	}
}

# cores: how many jobs a build may run.
cores() {
	getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2
}
