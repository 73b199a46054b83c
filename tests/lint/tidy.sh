#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Style that a program can judge: lengths, banned calls with what to use instead, leftovers, and
# the licence line. Sources are read as text, so the rules hold for code that no build reaches.

. "${top_srcdir:?}/tests/support/tap.sh"

file_lines_max=600
function_lines_max=70
columns_max=108 # we aim at 100; a little over beats a bad break

tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
cd "$top_srcdir" || exit 99

# Our files: what git knows in a clone, what was shipped in a tarball. Corpora are bytes, not text.
find configure.ac Makefile.am include src tests man contrib \
	\( -name 'build*' -o -name '*.in' -o -name '*.repro' \) -type d -prune -o -type f -print |
	grep -vE '^contrib/m4/(libtool|lt[a-z]*|lt~obsolete|ax_.*)\.m4$|/__pycache__/' |
	sort >"$tmp/files"
if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
	git ls-files --cached --others --exclude-standard | sort | comm -12 - "$tmp/files" >"$tmp/own"
	[ -s "$tmp/own" ] && mv "$tmp/own" "$tmp/files"
fi
grep -E '\.[ch]$' "$tmp/files" >"$tmp/c"
grep -E '\.([chm]|am|ac|m4|mk|sh|py|map|pc\.in|lua|[1-8])$' "$tmp/files" >"$tmp/marked"
grep -vE '\.[a-z]+$' "$tmp/files" | xargs awk 'FNR == 1 && /^#!/ { print FILENAME }' >>"$tmp/marked"

# The objections of each rule; the files are the arguments.

long_files() {
	awk -v max=$file_lines_max 'FNR == 1 && NR > 1 { if (n > max) print f ": " n " lines" }
		{ n = FNR; f = FILENAME } END { if (n > max) print f ": " n " lines" }' "$@"
}

# A function's body starts with a brace in the first column and ends with one.
long_functions() {
	awk -v max=$function_lines_max '
		FNR == 1 { start = 0 }
		/^[a-zA-Z_].*\(/ && !/;[[:space:]]*$/ { name = $0 }
		/^{/ { start = FNR }
		/^}/ && start {
			if (FNR - start - 1 > max) {
				sub(/\(.*/, "", name)
				sub(/.*[ *]/, "", name)
				print FILENAME ":" start ": " name "() has " FNR - start - 1 " lines"
			}
			start = 0
		}' "$@"
}

# A tab goes to the next multiple of eight. A line that holds text for people may run over: a
# message that is broken in two cannot be searched for.
long_lines() {
	LC_ALL=C awk -v max=$columns_max '{
		line = $0
		gsub(/[\200-\277]/, "", line) # the tail bytes of a UTF-8 character take no column
		while ((i = index(line, "\t")) > 0)
			line = substr(line, 1, i - 1) substr("        ", 1, 8 - (i - 1) % 8) \
				substr(line, i + 1)
		if (length(line) > max && !/"[^"]* [^"]*"/ && !/https?:/)
			print FILENAME ":" FNR ": " length(line) " columns"
	}' "$@"
}

# Comments and the insides of strings do not call anything.
banned_calls() {
	awk '
		BEGIN {
			say["sprintf"] = say["vsprintf"] = "snprintf, or base/text.h"
			say["strcpy"] = say["strcat"] = "base/text.h, or memcpy of a checked length"
			say["strncpy"] = say["strncat"] = "base/text.h: it always ends in NUL"
			say["gets"] = "fgets"
			say["rand"] = say["srand"] = say["random"] = "base/rng.h with a seed"
			say["atoi"] = say["atol"] = "strtol with its end checked"
			say["strtok"] = "strchr or strcspn"
			say["alloca"] = "a bounded array"
		}
		/^[[:space:]]*(\/)?\*/ { next }
		{
			line = $0
			gsub(/"([^"\\]|\\.)*"/, "\"\"", line)
			gsub(/\/\*.*\*\//, "", line)
			sub(/\/\/.*/, "", line)
			while (match(line, /[a-zA-Z_][a-zA-Z0-9_]*[[:space:]]*\(/)) {
				word = substr(line, RSTART, RLENGTH - 1)
				sub(/[[:space:]]+$/, "", word)
				before = RSTART > 1 ? substr(line, RSTART - 1, 1) : ""
				if (word in say && before !~ /[.>]/)
					print FILENAME ":" FNR ": " word "(): use " say[word]
				line = substr(line, RSTART + RLENGTH)
			}
		}' "$@"
}

leftovers() {
	grep -nE '(^|[^A-Za-z_])(TO''DO|FIX''ME|XX''X)([^A-Za-z_]|$)' "$@" /dev/null
}

unlicensed() {
	awk 'FNR == 1 { if (NR > 1 && !has) print file; has = 0; file = FILENAME }
		FNR <= 5 && /SPDX-License-Identifier: ISC/ { has = 1 }
		END { if (!has) print file }' "$@"
}

# A source that no local.mk lists is not in the tarball, or not built at all. A program's own
# default source (tests/unit/test_x for test_x.c) is listed without its suffix.
unlisted() {
	find src tests -name '*.mk' -exec awk '
		{ sub(/#.*/, ""); gsub(/\\$/, "")
		  dir = FILENAME; sub(/\/[^\/]*$/, "", dir)
		  for (i = 1; i <= NF; i++) { word = $i; sub(/^%D%/, dir, word); print word } }
		' {} + >"$tmp/words"
	printf '%s\n' "$@" | awk '
		FILENAME != "-" { listed[$1] = 1; next }
		{ bare = $1; sub(/\.c$/, "", bare)
		  if (!($1 in listed) && !(bare in listed)) print $1 }' "$tmp/words" -
}

blank_ends() {
	grep -nE '[[:blank:]]+$' "$@" /dev/null
}

silent() { # NAME LIST RULE
	# shellcheck disable=SC2046 # no file of ours has a blank in its name
	faults=$("$3" $(cat "$2"))
	if [ -z "$faults" ]; then
		ok "$1"
	else
		not_ok "$1"
		diag "$faults"
	fi
}

check "there are sources to look at" test -s "$tmp/c" -a -s "$tmp/marked"
silent "no file is over $file_lines_max lines" "$tmp/c" long_files
silent "no function is over $function_lines_max lines" "$tmp/c" long_functions
silent "no line is over $columns_max columns" "$tmp/c" long_lines
silent "no banned call" "$tmp/c" banned_calls
silent "nothing is left to do" "$tmp/marked" leftovers
silent "every file names its licence" "$tmp/marked" unlicensed
silent "every source is in a local.mk" "$tmp/c" unlisted
silent "no line ends in blanks" "$tmp/marked" blank_ends

# The gate itself: one mutant breaks every rule.
mutant=$tmp/mutant.c
{
	echo 'static int long_one(int a)'
	echo '{'
	i=0
	while [ $i -lt 71 ]; do
		echo '	a++;'
		i=$((i + 1))
	done
	echo '	return a;'
	echo '}'
	awk 'BEGIN { for (i = 0; i < 600; i++) print "int v" i ";" }'
	awk 'BEGIN { printf "\t/* "; for (i = 0; i < 100; i++) printf "x"; print " */" }'
	echo 'void f(char *b) { strcpy(b, "sprintf("); }'
	echo '/* TO''DO: finish */ '
} >"$mutant"
echo "$mutant" >"$tmp/mutants"
for rule in long_files long_functions long_lines banned_calls leftovers unlicensed unlisted \
	blank_ends; do
	if [ "$($rule "$mutant" | wc -l)" -eq 1 ]; then
		ok "$rule is caught, once"
	else
		not_ok "$rule is caught, once"
		diag "$($rule "$mutant")"
	fi
done

done_testing
