#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Every shell script of ours under shellcheck. Sourced files are followed.

. "${top_srcdir:?}/tests/support/tap.sh"
cd "$top_srcdir" || exit 99

for file in $(find tests contrib .ci \( -name '*.in' -o -name '*.repro' \) -prune -o -type f -print |
	sort); do
	case $(head -n 1 "$file") in
	'#!/bin/sh'* | '#!/bin/bash'* | '#!/usr/bin/env bash'* | '# shellcheck shell='*)
		# SC1090, SC1091: files named through a variable are not followed.
		check "$file" shellcheck -S warning -e SC1090,SC1091 "$file"
		;;
	esac
done
done_testing
