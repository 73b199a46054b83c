#!/bin/sh
# SPDX-License-Identifier: ISC
#
# What an embedder gets: make install into an empty root, then a program in C and one in C++ that
# know nothing but the installed headers, pkg-config and the shared library.

. "${top_srcdir:?}/tests/support/tap.sh"
: "${top_builddir:?}" "${CC:=cc}" "${CXX=}"

tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT

if [ -n "$SANITIZER" ]; then
	skip "the library installs" "a sanitized library is not for embedding"
	done_testing
	exit
fi

if ! grep -qw kith_version "$top_srcdir/src/lib/libkith.map"; then
	skip "the library installs" "the library has no public function yet"
	done_testing
	exit
fi

# The make that runs this test must not hand its own flags and targets down.
unset MAKEFLAGS MFLAGS MAKELEVEL TESTS
install_root() {
	make -C "$top_builddir" install DESTDIR="$tmp/root"
}
check "make install works" install_root

pc=$(find "$tmp/root" -name libkith.pc)
library=$(find "$tmp/root" -name 'libkith.so')
PKG_CONFIG_PATH=$(dirname "${pc:-/nonexistent/x}")
PKG_CONFIG_SYSROOT_DIR=$tmp/root
LD_LIBRARY_PATH=$(dirname "${library:-/nonexistent/x}")
export PKG_CONFIG_PATH PKG_CONFIG_SYSROOT_DIR LD_LIBRARY_PATH

cat >"$tmp/embed.c" <<'C'
#include <kith/kith.h>
#include <stdio.h>

int main(void)
{
	puts(kith_version());
	return 0;
}
C
cp "$tmp/embed.c" "$tmp/embed.cc"

embed() { # SUFFIX COMPILER...
	suffix=$1
	shift
	# shellcheck disable=SC2046 # several words
	"$@" -Wall -Wextra -Werror "$tmp/embed.$suffix" -o "$tmp/embed-$suffix" \
		$(pkg-config --cflags --libs libkith) || return 1
	"$tmp/embed-$suffix" >"$tmp/version" || return 1
	[ "$(cat "$tmp/version")" = "$(pkg-config --modversion libkith)" ] || {
		echo "the library says $(cat "$tmp/version"), libkith.pc $(pkg-config --modversion libkith)"
		return 1
	}
}

# shellcheck disable=SC2086 # CC may carry flags
check "a C program is compiled, linked and run" embed c $CC
if [ -n "$CXX" ]; then
	# shellcheck disable=SC2086
	check "a C++ program is compiled, linked and run" embed cc $CXX
else
	skip "a C++ program is compiled, linked and run" "no C++ compiler"
fi

done_testing
