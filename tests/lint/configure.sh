#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Configure itself: for each library that is missing it stops with one sentence that names the
# Debian package to install. A library is made to miss by answering configure's own question.

. "${top_srcdir:?}/tests/support/tap.sh"

tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 99

if [ -e "$top_srcdir/config.status" ]; then
	skip "a missing library is named" "the source directory is configured"
	done_testing
	exit
fi

# The compiler is examined once; configure saves what it found before it asks for libraries.
stops_naming() { # PACKAGE ASSIGNMENT...
	package=$1
	shift
	[ ! -e good.cache ] || cp good.cache config.cache
	if "$top_srcdir/configure" -q -C PKG_CONFIG="$tmp/hide" "$@" >out 2>&1; then
		echo "configure did not stop"
		return 1
	fi
	[ -e good.cache ] || cp config.cache good.cache
	want="was not found; install it (on Debian: apt-get install $package)."
	grep '^configure: error:' out | grep -qF "$want" || { cat out; return 1; }
}

# A pkg-config that does not know the modules whose names match $HIDE.
real=$(command -v pkg-config || command -v pkgconf)
cat >hide <<SH
#!/bin/sh
for word; do
	case \$word in --*) ;; *) echo "\$word" | grep -qE "^(\$HIDE)" && exit 1 ;; esac
done
exec $real "\$@"
SH
chmod +x hide

without() { # MODULE PACKAGE [ASSIGNMENT]
	HIDE=$1
	export HIDE
	check "without $2 configure says so" stops_naming "$2" ${3+"$3"}
}

without libsodium libsodium-dev
without msgpack libmsgpack-dev
without inih libinih-dev
without libcares libc-ares-dev
without ldns libldns-dev
without '^$' libev-dev ac_cv_header_ev_h=no
without '^$' uthash-dev ac_cv_header_uthash_h=no

done_testing
