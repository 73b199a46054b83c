#!/bin/sh
# SPDX-License-Identifier: ISC
#
# link.sh SHELL LIBTOOL ARGUMENT...: libtool, with a short way for what the build does most.
#
# A unit test links the rooms' archives. libtool forks some 200 processes to find out that this is
# a plain compiler call with .libs/libkith_x.a in place of libkith_x.la: 2.3 s of processor time
# for 0.1 s of linking, times a hundred programs. Here that one case is a loop; everything else,
# libraries and whatever links a shared one of ours, goes to libtool untouched.

libtool() {
	exec "$shell" "$libtool" "$@"
}
shell=$1 libtool=$2
shift 2

# Is it the one case? The .la files are libtool's own shell assignments.
mode=
previous=
for argument; do
	case $previous:$argument in
	-o:*.la) libtool "$@" ;;
	esac
	previous=$argument
	case $argument in
	--mode=link) mode='link' ;;
	--mode=* | *.lo | -static* | -all-static | -shared | -module | -no-install | -rpath | -R* | \
		-dl* | -export* | -version* | -release | -Wc,* | -Xc* | -XC* | -thread-safe | -objectlist)
		libtool "$@" ;;
	/*.la) libtool "$@" ;;
	*.la)
		dlname='' library_names='' dependency_libs='' installed=yes
		[ -f "$argument" ] || libtool "$@"
		. "./$argument"
		case $installed:$dlname:$library_names:$dependency_libs in
		no:::*.la*) libtool "$@" ;;
		no:::*) ;;
		*) libtool "$@" ;;
		esac
		;;
	esac
done
[ "$mode" = link ] || libtool "$@"

left=$#
while [ "$left" -gt 0 ]; do
	argument=$1
	shift
	left=$((left - 1))
	case $argument in
	--mode=* | --tag=* | --silent | --quiet | --verbose | --no-silent) ;;
	*.la)
		. "./$argument"
		directory=${argument%"${argument##*/}"}
		# shellcheck disable=SC2086,SC2154 # both come from the .la file; the second is a list
		set -- "$@" "${directory}.libs/$old_library" $dependency_libs
		;;
	*) set -- "$@" "$argument" ;;
	esac
done
exec "$@"
