#!/bin/sh
# SPDX-License-Identifier: ISC
#
# packages.sh build|check|full: installs the Debian packages that are still missing for that much,
# as root or through sudo. Says nothing to apt when nothing is missing.
#
# build   what configure and make ask for
# check   build, and what the tests and gates use
# full    check, and what the long cases use

build="autoconf automake libtool make gcc libc6-dev pkg-config
	libsodium-dev libmsgpack-dev libev-dev libinih-dev libc-ares-dev libldns-dev
	uthash-dev"
check="serf g++ binutils xz-utils libcmocka-dev mandoc python3 python3-nacl iproute2 procps
	libfaketime gnuplot-nox bind9-dnsutils"
full="clang libclang-rt-dev llvm valgrind shellcheck unbound dnsmasq-base haproxy"

case ${1-} in
build) wanted=$build ;;
check) wanted="$build $check" ;;
full) wanted="$build $check $full" ;;
*)
	echo "usage: packages.sh build|check|full" >&2
	exit 2
	;;
esac

missing=
for package in $wanted; do
	state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)
	[ "$state" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null; then
	echo "packages.sh: this is no Debian; install what Debian calls:$missing" >&2
	exit 1
fi
as_root=
if [ "$(id -u)" -ne 0 ]; then
	if ! command -v sudo >/dev/null; then
		echo "packages.sh: run as root, or install yourself:$missing" >&2
		exit 1
	fi
	as_root="sudo"
fi

echo "installing:$missing"
apt="$as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300"
# A machine that has fetched the lists before may be off the network for this step.
$apt update || echo "packages.sh: apt-get update failed; trying with the lists at hand" >&2
# shellcheck disable=SC2086 # both are lists
$apt install -y --no-install-recommends $missing >/dev/null || {
	echo "packages.sh: apt-get could not install:$missing" >&2
	exit 1
}
