#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Services, with real daemons: what one host offers is seen on the others, in each of the three ways to
# offer it, for as long as each of them lasts.

. "${top_srcdir:?}/tests/daemon/lib.sh"

: "${tmp:?}" "${kith:?}" "${kithd:?}" "${ended:=}"

run_pid=
at_end_of_services() {
	[ -z "$run_pid" ] || kill -9 "$run_pid" 2>/dev/null
	at_end
}
trap at_end_of_services EXIT

# shows NAME PATTERN [KITH-ARGUMENT...]: a row that NAME's kith services prints.
shows() {
	shows_name=$1 shows_pattern=$2
	shift 2
	ask "$shows_name" --plain services "$@" 2>/dev/null | tr '\t' ' ' | grep -q "$shows_pattern"
}
lacks() { ! shows "$@"; }
counts() { # NAME CONDITION: reached by itself, however slow the machine is
	ask "$1" wait "$2" --for 20s >/dev/null 2>&1
}
# says TEXT KITH-ARGUMENT...: a's kith says it. `check` runs in a process of its own, so the exit code
# goes through a file to `exited`.
says() {
	says_text=$1
	shift
	ask a "$@" >"$tmp/out" 2>&1
	echo $? >"$tmp/code"
	grep -qF -- "$says_text" "$tmp/out" || { diag "$(cat "$tmp/out")"; false; }
}

exited() { [ "$(cat "$tmp/code")" -eq "$1" ]; }

cluster a b c
printf '[service.http]\nport = 80\ntag = v1\nport.admin = 81\nmeta.path = /x y\n' >"$tmp/a.conf"
start a -c "$tmp/a.conf"
for name in b c; do
	start $name -o "cluster.seed=$(addr a)"
done
for name in a b c; do
	ask $name wait 'members>=3' --for 20s >/dev/null 2>&1 || not_ok "$name joins"
done
"$kith" --socket "$tmp/b.sock" watch services --plain >"$tmp/watch.txt" 2>&1 &
watch_pid=$!

# ---- configured

check "what is configured is offered" counts b 'service http>=1'
check "as it is said" shows b '^passing http a - 127.0.0.1:80 1 v1 - http .* admin=81 path=/x y - ' -v
check "here it is told who asked for it" shows a ' configured ' -v
check "the log tells of own ones" logged a 'info  *service\.added service=http id=http$'
check "it is not taken back by a command" says 'kith.conf' deregister http
check "which is a refusal" exited 6
check "nor said again by one" says 'kith.conf' register http --port 1

# ---- registered for good

check "one is registered" says 'To undo: kith deregister web-1' register web --id web-1 --port 8080 --tag v2
check "the others see it" counts b 'service web>=1'
check "each of them" counts c 'service web>=1'
check "a watcher is told" until_true grep -q '	a	service	added	web	web-1$' "$tmp/watch.txt"
cp "$tmp/a/services" "$tmp/services.before"
check "said again it is no change" says 'just so' register web --id web-1 --port 8080 --tag v2
check "and no write" cmp "$tmp/services.before" "$tmp/a/services"
check "said otherwise it is one" says 'as it is said now' register web --id web-1 --port 8081
check "which is seen" until_true shows b '^passing web a - 127.0.0.1:8081 1 - -'
check "a watcher is told of that, too" until_true grep -q '	a	service	changed	web	web-1$' "$tmp/watch.txt"
check "a number is no port" says 'no port' register x --port 0
check "which is a mistake of the command line" exited 2
check "a service has its bounds" says '860 bytes' register big --meta "a=$(printf '%0900d' 0)"
check "and a refusal" exited 6
stop a KILL
start a -c "$tmp/a.conf" -o "cluster.seed=$(addr b)"
check "it is kept over a crash" counts b 'service web>=1'
check "as it was said last" shows b '^passing web a - 127.0.0.1:8081 1 - -'
check "here, too" shows a ' registered ' -v

# ---- drained

check "a service is drained" says 'To undo: kith undrain web-1' drain web-1 --reason 'new disk'
check "no answer names it" until_true lacks b ' web '
check "it is listed, with the reason" shows b '^drained web a .* new disk' --all
check "the whole host is drained" says 'so will those registered later' drain --reason 'all of it'
check "with what is configured" until_true shows b '^drained http a .* all of it' --all
check "its services do not come back one by one" says 'kith undrain, without an id' undrain web-1
ask a register late >/dev/null 2>&1
check "what is registered then is drained" until_true shows b '^drained late a .* all of it' --all
stop a KILL
start a -c "$tmp/a.conf" -o "cluster.seed=$(addr b)"
check "a drain is kept over a crash" until_true shows a '^drained late ' --all
check "of what is configured, too" shows a '^drained http ' --all
check "it ends" says 'back in the answers' undrain
check "and all are named again" counts b 'service web>=1'
check "all" counts b 'service http>=1'
check "one is withdrawn" says 'no longer offered' deregister late
check "and gone" until_true lacks b ' late ' --all
check "twice is not found" says 'no service with the id late' deregister late
check "and so exits with 1" exited 1

# ---- for as long as a client is connected

# run_in_a ARGUMENT...: kith run, which ends by itself in no test; its process in $run_pid.
run_in_a() {
	rm -f "$tmp/sleeper.pid"
	"$kith" --socket "$tmp/a.sock" run "$@" >"$tmp/run.out" 2>&1 &
	run_pid=$!
}
# A name for a process of ours alone, so that its end can be seen.
sleeper=$tmp/sleeper
printf '#!/bin/sh\ntrap "exit 7" TERM\necho $$ >%s\nwhile :; do sleep 0.1; done\n' "$tmp/sleeper.pid" >"$sleeper"
chmod +x "$sleeper"
sleeper_is_gone() { ! kill -0 "$(cat "$tmp/sleeper.pid")" 2>/dev/null; }

run_in_a --service job:9000 --tag x -- "$sleeper"
check "a program is offered while it runs" counts b 'service job>=1'
check "here it is told so" shows a '^passing job .* session ' -v
until_true test -s "$tmp/sleeper.pid" # from here on it minds signals
check "its name is taken" says 'another program' register job
kill -9 $run_pid
wait $run_pid 2>/dev/null
check "when kith is killed it is withdrawn at once" counts b 'service job==0'
check "entirely" until_true lacks b ' job ' --all
check "and the program is told to end" until_true sleeper_is_gone
check "what is registered for good stays" shows b ' web '

run_in_a --service job:9000 -- "$sleeper"
check "it is offered again" counts b 'service job>=1'
until_true test -s "$tmp/sleeper.pid"
kill -TERM $run_pid
wait $run_pid
check "it exits as the program does" test $? -eq 7
run_pid=
check "drained before it ended" until_true grep -q '	a	service	changed	job	job$' "$tmp/watch.txt"
check "and withdrawn then" until_true lacks b ' job ' --all

run_in_a --service job:9000 -- "$sleeper"
check "once more" counts b 'service job>=1'
until_true test -s "$tmp/sleeper.pid"
stop a KILL
start a -c "$tmp/a.conf" -o "cluster.seed=$(addr b)"
check "kithd restarts, and it is registered again" until_true shows a '^passing job .* session ' -v
kill -TERM $run_pid
wait $run_pid
run_pid=
ask a run --service job -- false
check "a program that fails" test $? -eq 1
ask a run --service job -- "$tmp/nothing" 2>"$tmp/out"
check "or is not there" test $? -eq 127
check "which is said" grep -q 'cannot run .*No such file' "$tmp/out"
ask a run --service http -- "$sleeper" 2>"$tmp/out"
check "one that may not be offered is ended" test $? -eq 6
check "with the reason" grep -q 'kith.conf' "$tmp/out"

# The port that is waited for opens later; python has a free one.
cat >"$tmp/late.py" <<'PYTHON'
import os, socket, sys, time
port, go = int(sys.argv[1]), sys.argv[2]
while not os.path.exists(go):
    time.sleep(0.05)
s = socket.create_server(("127.0.0.1", port))
while True:
    s.accept()[0].close()
PYTHON
port=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
run_in_a --service "late:$port" --ready-tcp -- python3 "$tmp/late.py" "$port" "$tmp/go"
ask a register other >/dev/null 2>&1 # what is told after it came after it
check "a port that is closed" counts b 'service other>=1'
check "is not offered" lacks b ' late ' --all
touch "$tmp/go"
check "once it is open it is" counts b 'service late>=1'
kill -TERM $run_pid
wait $run_pid
check "a signal that ends it shows as a shell shows it" test $? -eq 143
run_pid=

# ---- a reload

printf '[service.http]\nport = 8000\n[service.new]\nport = 1\n[log]\nlevel = info\n' >"$tmp/a.conf"
check "a reload" says reloaded reload
check "changes one" until_true shows b '^passing http a - 127.0.0.1:8000 1 - -'
check "adds one" until_true shows b ' new '
printf '[service.new]\nport = 1\n[service.x]\nprot = 2\n' >"$tmp/a.conf"
check "a mistake is told with its place" says "a.conf:4: unknown setting 'prot' in [service.x]; did you mean 'port'?" reload
check "and changes nothing" shows b ' http '
printf '[service.new]\nport = 2\n[service.big]\nmeta.a = %0185d\nmeta.b = %0185d\nmeta.c = %0185d\nmeta.d = %0185d\nmeta.e = %0185d\n' 0 0 0 0 0 >"$tmp/a.conf"
check "one that the node refuses" says 'a.conf:4: service.big: all its settings take more than some 860 bytes' reload
check "leaves the others as they were" shows b '^passing new a - 127.0.0.1:1 '
check "it does not start either" sh -c "! '$kithd' --check -c '$tmp/a.conf' --state '$tmp/a' 2>'$tmp/out'"
check "for that reason" grep -q 'a.conf:4: service.big: all its settings' "$tmp/out"
printf '[service.new]\nport = 1\n[service.web]\nid = web-1\nport = 5\n' >"$tmp/a.conf"
says reloaded reload
check "what is left out is withdrawn" until_true lacks b ' http ' --all
check "what was registered may be configured" until_true shows b '^passing web a - 127.0.0.1:5 '
check "and is that then" shows a '^passing web .* configured ' -v

# ---- who may

"$kith" admit d --service 'web-*' --authority "$tmp/test.authority" >"$tmp/d.join" 2>/dev/null
"$kith" join "$tmp/d.join" --state "$tmp/d" --config "$tmp/conf.d2" >/dev/null 2>&1
start d -o "cluster.seed=$(addr b)"
check "a name that the certificate has" ask d register web-x --port 1
check "is offered" counts b 'service web-x>=1'
ask d register db --port 1 >"$tmp/out" 2>&1
check "another one is not allowed" test $? -eq 4
check "and the cure is named" grep -qF "kith admit d --key KEY --service 'db'" "$tmp/out"
ask d register web-y --addr 192.0.2.1 >"$tmp/out" 2>&1
check "nor a foreign address" test $? -eq 4
check "whose cure is another" grep -qF -- "--external" "$tmp/out"
printf '[service.db]\nport = 1\n' >"$tmp/d.conf"
check "so it is with the configuration" sh -c "! '$kithd' --check -c '$tmp/d.conf' --state '$tmp/d' 2>'$tmp/out'"
check "at its place" grep -q "d.conf:2: service.db: the certificate of this host does not allow" "$tmp/out"

stop d QUIT
key=$("$kith" init --identity --state "$tmp/d" --config "$tmp/conf.d2" 2>/dev/null)
"$kith" admit d --key "$key" --service 'web-*' --service db --external \
	--authority "$tmp/test.authority" >"$tmp/d.again" 2>/dev/null
"$kith" join "$tmp/d.again" --state "$tmp/d" --config "$tmp/conf.d2" >/dev/null 2>&1
start d -c "$tmp/d.conf" -o "cluster.seed=$(addr b)"
check "the cure is one" counts b 'service db>=1'
check "for addresses, too" ask d register web-y --addr 192.0.2.1
check "which others see" until_true shows b '^passing web-y d - 192.0.2.1 '
check "what was registered before is still offered" counts b 'service web-x>=1'

# ---- a host that fails, and one that comes back with nothing on disk that can be read

stop d KILL
check "the services of a host that fails are named no more" counts b 'service web-x==0'
printf 'kith-services 2\n' >"$tmp/d/services"
start d -o "cluster.seed=$(addr b)"
check "a kept file of another version is not used" logged d 'file\.ignored.*kith-services 1'
check "and the host has no services" until_true lacks d ' web-x ' --all
check "until they are registered anew" ask d register web-z
check "which replaces the file" grep -q '^kith-services 1' "$tmp/d/services"

kill $watch_pid
for name in a b c d; do
	stop $name QUIT
done
done_testing
