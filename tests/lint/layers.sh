#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Who may include whom, and what each room may ask of the world.
#
# Two views of one table: the #include lines of src/<room>/, and the undefined symbols of the
# room's archive. The second cannot be talked round by a declaration written by hand. The rooms
# below the host (base wire seal core lib) also own no writable global, so that many nodes live in
# one process without meeting. At the end mutants prove that each rule bites.
#
# To open a door: add the header to headers_of, the symbol to symbols_of, and say why.

. "${top_srcdir:?}/tests/support/tap.sh"
# Tools are unquoted below: libtool sets NM to a command with an option.
: "${top_builddir:?}" "${CC:=cc}" "${NM:=nm}" "${OBJDUMP:=objdump}"

all_rooms="base wire seal core lib files query daemon cli sim"
pure_rooms="base wire seal core lib"

# ---- the table

# Rooms whose headers a room includes, its own among them.
rooms_of() {
	case $1 in
	base) echo base ;;
	wire) echo base wire ;;
	seal) echo base seal ;;
	core) echo base wire seal core ;;
	lib) echo base wire seal core lib ;;
	query) echo base query ;;
	files) echo base files ;;
	daemon) echo base files query daemon ;;
	sim) echo base query sim ;;
	cli) echo base wire seal files cli ;;
	esac
}

# Single headers of other rooms, and public ones. types.h and stats.h are the shared vocabulary;
# seal and core also speak in the structures of kith.h. Its functions live in lib, so the symbols
# keep them from calling one.
doors_of() {
	echo kith/types.h kith/stats.h
	case $1 in
	seal | core) echo kith/kith.h ;;
	lib | query | daemon) echo 'kith/*.h' ;;
	# core/plain.h: the experiment that compares our detector with the published ones switches it
	# over, which nobody else may.
	sim) echo 'kith/*.h' core/plain.h core/pool.h seal/seal.h ;;
	# The RPC's words, and the writer and reader of its bytes: the archive libkith_json.
	cli) echo kith/client.h 'query/json*.h' query/buf.h query/calls.h query/out.h query/tree.h ;;
	esac
}

# Headers from outside. A room that lists "*" may use the whole C library and the system's, but of
# other people's libraries only those it names.
headers_of() {
	pure="assert.h inttypes.h limits.h stdalign.h stdarg.h stdbool.h stddef.h stdint.h stdlib.h
		string.h"
	case $1 in
	base) echo "$pure" ;;
	lib) echo "$pure" config.h ;; # the version
	core) echo "$pure" uthash.h ;;
	wire) echo "$pure" 'msgpack.h' 'msgpack/*.h' ;;
	seal) echo "$pure" sodium.h ;;
	query)
		# regex.h: Serf's member filters are regular expressions.
		echo "$pure" config.h ctype.h errno.h stdio.h time.h regex.h uthash.h jansson.h \
			'ldns/*.h' msgpack.h 'msgpack/*.h'
		;;
	files) echo '*' ini.h uthash.h ;;
	daemon) echo '*' ev.h microhttpd.h ares.h ini.h uthash.h ;;
	cli) echo '*' msgpack.h 'msgpack/*.h' sodium.h uthash.h ;;
	# sodium.h: its primitives are what the clear-text seal replaces.
	sim) echo '*' sodium.h uthash.h ;;
	esac
}
foreign_headers="sodium* msgpack* ldns/* jansson* ev.h microhttpd* ares* ini.h uthash.h curl/*"

# Symbols from outside, as one extended regular expression. What the compiler itself calls is in
# `quiet`: stack protector, FORTIFY's twins, clang's bcmp for a memcmp that asks for equality, failed
# assertions, wide arithmetic.
symbols_of() {
	quiet='_GLOBAL_OFFSET_TABLE_|__stack_chk_fail|__assert_fail'
	quiet="$quiet|bcmp|__(mem|str)[a-z]+_chk|__(u?div|u?mod|mul)[a-z]*[0-9]"
	memory='malloc|calloc|realloc|free|abort|bsearch|mem(cpy|move|set|cmp|chr|rchr)'
	memory="$memory|str(n?len|n?cmp|r?chr|str|c?spn)"
	case $1 in
	base | core | lib) echo "^($quiet|$memory)\$" ;;
	wire) echo "^($quiet|$memory|msgpack_[a-z0-9_]+)\$" ;;
	seal) echo "^($quiet|$memory|crypto_[a-z0-9_]+|sodium_[a-z0-9_]+|randombytes_buf_deterministic)\$" ;;
	query) echo . ;;
	esac
}

# Symbols that are refused although the line above admits them; $why is the reason. query turns bytes
# into bytes: it may use the rest of C, but asks the system for nothing. (No command substitution: it
# is asked hundreds of times, and a process each is what this test would spend its time on.)
refused() {
	case $1:$2 in
	query:socket | query:bind | query:connect | query:listen | query:accept* | query:send | \
		query:sendto | query:sendmsg | query:recv | query:recvfrom | query:recvmsg | \
		query:poll | query:select | query:open* | query:read | query:write | query:close | \
		query:fopen* | query:fread* | query:fwrite | query:fgets* | query:f?puts | \
		query:puts | query:printf | query:__printf_chk | query:fprintf | \
		query:__fprintf_chk | query:getenv | query:getrandom | query:getentropy | \
		query:time | query:clock_gettime | query:gettimeofday | query:fork | query:system)
		why="query does no I/O and has no clock; the daemon does, and hands over" ;;
	wire:msgpack_unpack | wire:msgpack_unpack_next | wire:msgpack_unpacker_*)
		why="it sizes arrays before their items are seen; use wire/mp.h" ;;
	seal:crypto_*seed_keypair) return 1 ;;
	seal:crypto_*_keypair | seal:crypto_*_keygen | seal:crypto_pwhash_str*)
		why="it draws entropy of its own; take bytes from the host's stream" ;;
	*) return 1 ;;
	esac
}

# ---- include lines

# include_faults ROOM SRC: objections to the include lines of SRC/ROOM/*.[ch], with file and line.
include_faults() {
	awk -v room="$1" -v rooms="$(rooms_of "$1")" -v doors="$(doors_of "$1")" \
		-v headers="$(headers_of "$1" | tr '\n\t' '  ')" -v foreign="$foreign_headers" '
		function listed(name, list, skip_star,    i, n, word, words) {
			n = split(list, words, " ")
			for (i = 1; i <= n; i++) {
				word = words[i]
				if (skip_star && word == "*")
					continue
				gsub(/\./, "[.]", word)
				gsub(/\*/, ".*", word)
				if (name ~ "^" word "$")
					return 1
			}
			return 0
		}
		function fault(text) {
			file = FILENAME
			sub(/.*\//, "", file)
			print "src/" room "/" file ":" FNR ": " text
		}
		/^[[:space:]]*#[[:space:]]*include/ && match($0, /[<"][^>"]+[>"]/) {
			mark = substr($0, RSTART, 1)
			name = substr($0, RSTART + 1, RLENGTH - 2)
			above = name
			sub(/\/.*/, "", above)
			if (mark == "\"") {
				if (name !~ /\//)
					fault("\"" name "\" lacks its room")
				else if (!listed(above, rooms) && !listed(name, doors))
					fault("room " room " may not include \"" name "\"")
			} else if (above == "kith") {
				if (!listed(name, doors))
					fault("room " room " may not include <" name ">")
			} else if (listed(name, foreign)) {
				if (!listed(name, headers, 1))
					fault("library header <" name "> does not belong in room " room)
			} else if (!listed(name, headers))
				fault("<" name "> is not among the C headers of room " room)
		}' "$2/$1"/*.[ch] 2>/dev/null # a room may be empty yet
}

# order_faults ROOM SRC: a source file that has a header of its own includes it before all others,
# so that the header is known to stand alone.
order_faults() {
	for file in "$2/$1"/*.c; do
		[ -f "${file%.c}.h" ] && echo "$file"
	done | xargs awk '
		FNR == 1 {
			own = FILENAME
			sub(/\.c$/, ".h", own)
			sub(/.*\/src\//, "", own)
			done = 0
		}
		!done && /^#include/ && !/<config.h>/ {
			match($0, /[<"][^>"]+[>"]/)
			first = substr($0, RSTART + 1, RLENGTH - 2)
			if (first != own)
				print FILENAME ":" FNR ": includes " first " before " own
			done = 1
		}' /dev/null
}

# ---- symbols

# defined_in ROOM...: the names that these rooms' archives define.
defined_in() {
	for room; do
		$NM -g --defined-only "$top_builddir/.libs/libkith_$room.a" 2>/dev/null
	done | awk 'NF >= 3 { print $3 }' | sort -u
}

# symbol_faults ROOM FILE...: objections to what the objects or archives leave undefined.
symbol_faults() {
	room=$1
	shift
	# shellcheck disable=SC2046
	defined_in $(rooms_of "$room") >"$tmp/defined"
	$NM -u "$@" 2>/dev/null | awk 'NF == 2 { print $2 }' | sort -u |
		comm -23 - "$tmp/defined" >"$tmp/outside"
	grep -vE "$(symbols_of "$room")" "$tmp/outside" |
		sed "s/.*/room $room may not use &()/"
	while read -r symbol; do
		if refused "$room" "$symbol"; then
			echo "room $room may not use $symbol(): $why"
		fi
	done <"$tmp/outside"
}

# global_faults FILE...: writable objects. Tables of pointers that the loader fills in and then
# write-protects (.data.rel.ro) are constants.
global_faults() {
	$OBJDUMP -t "$@" 2>/dev/null | awk '
		/:[[:space:]]+file format/ { file = $1; sub(/:$/, "", file) }
		$0 ~ /[[:space:]](\.data|\.bss|\.tdata|\.tbss|\*COM\*)/ && $0 ~ / O / &&
		$0 !~ /\.data\.rel\.ro/ { print file ": " $NF " is a writable global" }
		$0 ~ /\*COM\*/ && $0 !~ / O / { print file ": " $NF " is a writable global" }'
}

# ---- the claims

tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT

silent() { # NAME COMMAND...: the command has no objection to print.
	name=$1
	shift
	faults=$("$@")
	if [ -z "$faults" ]; then
		ok "$name"
	else
		not_ok "$name"
		diag "$faults"
	fi
}

loud() { # NAME COMMAND...: the command objects; for the mutants.
	name=$1
	shift
	if [ -n "$("$@")" ]; then ok "$name"; else not_ok "$name"; fi
}

for directory in "$top_srcdir"/src/*/; do
	room=$(basename "$directory")
	case " $all_rooms " in
	*" $room "*) ok "$room is in the table" ;;
	*) not_ok "$room is in the table" ;;
	esac
done

for room in $all_rooms; do
	[ -d "$top_srcdir/src/$room" ] || continue
	silent "$room includes only what it may" include_faults "$room" "$top_srcdir/src"
	silent "$room includes a file's own header first" order_faults "$room" "$top_srcdir/src"
done

# ldns is the DNS's alone: an archive of its own, so that nothing else of query needs it.
ldns_faults() { # SRC
	grep -l '#[[:space:]]*include[[:space:]]*<ldns/' "$1"/query/*.[ch] 2>/dev/null | grep -v '/dns[^/]*$' |
		sed "s|.*|& includes ldns, which only query's dns*.[ch] may|"
}
silent "query includes ldns for the DNS only" ldns_faults "$top_srcdir/src"
if [ -f "$top_builddir/.libs/libkith_dns.a" ] && [ -z "$SANITIZER" ]; then
	silent "the DNS does no I/O" symbol_faults query "$top_builddir/.libs/libkith_dns.a"
fi
needs_ldns() { $OBJDUMP -p "$1" 2>/dev/null | grep 'NEEDED.*libldns'; }
for program in "$top_builddir/.libs/kith" "$top_builddir/kith" "$top_builddir/.libs/libkith.so"; do
	[ -f "$program" ] && silent "${program##*/} does not need ldns" needs_ldns "$program"
done

for room in $pure_rooms query; do
	archive=$top_builddir/.libs/libkith_$room.a
	if [ -n "$SANITIZER" ]; then
		skip "$room uses only what it may" "a sanitizer adds symbols of its own"
	elif [ ! -f "$archive" ]; then
		not_ok "$room has an archive at $archive"
	else
		silent "$room uses only what it may" symbol_faults "$room" "$archive"
		[ "$room" = query ] || silent "$room has no writable global" global_faults "$archive"
	fi
done

# ---- mutants: each breaks one rule and must be caught

mutant() { # ROOM NAME: source on standard input, compiled to $tmp/NAME.o
	mkdir -p "$tmp/src/$1"
	cat >"$tmp/src/$1/$2.c"
	# shellcheck disable=SC2086 # CC may carry flags
	$CC -O1 -fPIC -I"$top_srcdir/src" -I"$top_srcdir/include" -c "$tmp/src/$1/$2.c" \
		-o "$tmp/$2.o" 2>"$tmp/log" || { not_ok "mutant $2 compiles"; diag "$(cat "$tmp/log")"; }
}

mutant core clock <<'C'
#include <time.h>
long core_now(void); long core_now(void) { return (long)time(0); }
C
mutant core hidden_clock <<'C'
extern long time(long *);
long core_now(void); long core_now(void) { return time(0); }
C
mutant core stdio <<'C'
int puts(const char *);
void core_say(void); void core_say(void) { puts("hello"); }
C
mutant core entropy <<'C'
void randombytes_buf(void *, unsigned long);
void core_draw(void *p); void core_draw(void *p) { randombytes_buf(p, 8); }
C
mutant seal entropy2 <<'C'
void randombytes_buf(void *, unsigned long);
void seal_draw(void *p); void seal_draw(void *p) { randombytes_buf(p, 8); }
C
mutant seal keypair <<'C'
int crypto_sign_keypair(unsigned char *, unsigned char *);
void seal_pair(unsigned char *p); void seal_pair(unsigned char *p) { (void)crypto_sign_keypair(p, p); }
C
mutant wire decoder <<'C'
int msgpack_unpack_next(void *, const char *, unsigned long, unsigned long *);
int wire_read(void *p); int wire_read(void *p) { return msgpack_unpack_next(p, "", 0, 0); }
C
mutant query asks <<'C'
int open(const char *, int, ...);
int query_open(void); int query_open(void) { return open("/", 0); }
C
mutant core counter <<'C'
static int calls;
int core_count(void); int core_count(void) { return ++calls; }
C
mkdir -p "$tmp/src/query"
printf '#include <ldns/packet.h>\n' >"$tmp/src/query/conn.c"
cp "$tmp/src/query/conn.c" "$tmp/src/query/dns_more.c"
mkdir -p "$tmp/src/base"
printf '#include "core/node.h"\n' >"$tmp/src/base/up.c"
printf '#include <string.h>\n#include "base/late.h"\n' >"$tmp/src/base/late.c"
: >"$tmp/src/base/late.h"
printf '%s\n' 'int core_fine(const char *, const char *);' '#include <string.h>' \
	'int core_fine(const char *a, const char *b) { return strcmp(a, b); }' | mutant core fine

loud "a query that includes ldns elsewhere is caught" ldns_faults "$tmp/src"
loud "a core that calls time() is caught by its include" include_faults core "$tmp/src"
loud "a core that calls time() is caught by its symbol" symbol_faults core "$tmp/clock.o"
loud "a core that declares time() by hand is caught" symbol_faults core "$tmp/hidden_clock.o"
loud "a core that prints is caught" symbol_faults core "$tmp/stdio.o"
loud "a core that draws entropy is caught" symbol_faults core "$tmp/entropy.o"
loud "a seal that draws entropy is caught" symbol_faults seal "$tmp/entropy2.o"
loud "a seal that makes keys from entropy is caught" symbol_faults seal "$tmp/keypair.o"
loud "a wire that uses the allocating decoder is caught" symbol_faults wire "$tmp/decoder.o"
loud "a query that opens a file is caught" symbol_faults query "$tmp/asks.o"
loud "a core with a static counter is caught" global_faults "$tmp/counter.o"
loud "a base that includes core is caught" include_faults base "$tmp/src"
loud "a header that comes late is caught" order_faults base "$tmp/src"
silent "a core that compares strings is not caught" symbol_faults core "$tmp/fine.o"

done_testing
