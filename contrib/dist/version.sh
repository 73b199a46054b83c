#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Prints the version without a newline: a release tarball carries it in .tarball-version, a git
# clone takes it from the nearest v* tag, anything else is a development tree without a number.

top=$(cd "$(dirname "$0")/../.." && pwd) || exit 1

if [ -s "$top/.tarball-version" ]; then
	version=$(cat "$top/.tarball-version")
elif [ -e "$top/.git" ] &&
	version=$(git -C "$top" describe --tags --match 'v[0-9]*' --dirty 2>/dev/null); then
	version=${version#v}
else
	version=0.0.0-dev
fi
printf %s "$version"
