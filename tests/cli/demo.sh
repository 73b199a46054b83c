#!/bin/sh
# SPDX-License-Identifier: ISC
#
# kith demo: it shows what it promises, leaves nothing behind, and says what went wrong.

. "${top_srcdir:?}/tests/support/tap.sh"
. "$top_srcdir/tests/cli/lib.sh"
: "${tmp:?}" "${sock:?}" "${kith:?}" "${rc:?}" "${python:?}"
mkdir "$tmp/d"
TMPDIR=$tmp/d
export TMPDIR

# What a demo started, by the directory that its command line names.
leftover() { ps -eo pid,args | grep "$tmp/d/kith-demo" | grep -v grep; }
none_left() { [ -z "$(leftover)" ] || { leftover; false; }; }
empty() { [ -z "$(ls -A "$tmp/d")" ] || { ls -lR "$tmp/d"; false; }; }

run demo
check "demo" exits 0
check "step 1" grep -q '^ 1 three nodes started on 127.0.0.1  *a :[0-9]*   b :[0-9]*   c :[0-9]* ' "$tmp/out"
check "step 2" grep -q '^ 2 they found each other  *3 alive, each sees all  *([0-9.]*s)$' "$tmp/out"
check "step 3" grep -q '^ 3 b offers web on port 8080  *all three list it  *([0-9.]*s)$' "$tmp/out"
check "a line to ask for it" grep -q '^     dig @127.0.0.1 -p [0-9]* web.service.kith.internal SRV$' "$tmp/out"
check "step 4" grep -q '^ 4 b killed with SIGKILL  *a and c agree: it failed, and web is gone  *([0-9.]*s)$' "$tmp/out"
check "step 5" grep -q '^ 5 why?' "$tmp/out"
check "why b" says "b is failed since"
check "the verdict" says "verdict       its host is up, but kithd is not"
check "it ends by itself where no terminal is" says "All ended, and the directory is removed."
check "the directory is removed" empty
check "no daemon is left" none_left

run demo --json
check "demo as JSON" exits 0
check "one document" \
	json '[s["step"] for s in d["steps"]] == [1, 2, 3, 4] and d["why"]["member"]["state"] == "failed"'
run demo --json --keep
check "--keep wants a person" exits 2

# --keep, until somebody interrupts it; what it prints can be typed.
"$kith" demo --keep >"$tmp/out" 2>"$tmp/err" </dev/null &
demo_pid=$!
check "--keep stays" await 120 grep -q '^Stop: ' "$tmp/out"
keep_sock=$(sed -n 's/.*kith --socket \([^ ]*\) status.*/\1/p' "$tmp/out")
check "and two are alive" sh -c \
	"'$kith' --socket '$keep_sock' --plain members state=alive | wc -l | grep -qx 2"
kill -INT $demo_pid
wait $demo_pid
check "Ctrl-C ends it well" test $? -eq 0
check "nothing is left in the directory" empty
check "nor of the daemons" none_left

# ---- what goes wrong

cat >"$tmp/kithd" <<'KITHD'
#!/bin/sh
echo "no use"
exit 71
KITHD
chmod +x "$tmp/kithd"
KITHD=$tmp/kithd
export KITHD
run demo
check "a kithd that ends at once" exits 1
check "said" tells "has ended by itself"
check "with its log" sh -c "grep -o '/[^ ]*[abc]\.log' '$tmp/err' | xargs grep -qx 'no use'"
rm -rf "$tmp/d"/kith-demo.*
run demo --json
check "the same as JSON" json 'd["error"]["code"] == "demo_failed" and d["error"]["hint"].endswith(".log")'
rm -rf "$tmp/d"/kith-demo.*

printf '#!/bin/sh\nexec sleep 1000\n' >"$tmp/kithd"
"$kith" demo >"$tmp/out" 2>"$tmp/err" </dev/null &
demo_pid=$!
check "a kithd that does not answer" await 60 sh -c "ls '$tmp/d'/kith-demo.*/c.log"
kill -INT $demo_pid
wait $demo_pid
check "can be interrupted" test $? -eq 1
check "and leaves nothing" empty

KITHD=$tmp/nothing
run demo
check "no kithd there" exits 1
rm -rf "$tmp/d"/kith-demo.*
TMPDIR=$tmp/no/such/place
KITHD=$tmp/kithd
export TMPDIR
run demo
check "no place for files" exits 70
check "with the cure" tells "TMPDIR names another place"

done_testing
