#!/bin/sh
# SPDX-License-Identifier: ISC
#
# init, admit and join FILE: what they write, who may read it, what they refuse, and that nothing
# half-done is left behind. No daemon is needed, and none is asked.

. "${top_srcdir:?}/tests/support/tap.sh"
. "$top_srcdir/tests/cli/lib.sh"
: "${tmp:?}" "${sock:?}" "${kith:?}" "${rc:?}"
cd "$tmp" || exit 99

mode_is() { [ "$(stat -c %a "$2")" = "$1" ] || { stat -c '%a %n' "$2"; false; }; }
absent() { [ ! -e "$1" ] || { ls -la "$1"; false; }; }

# ---- init

run init prod --name web-1 --zone a --seed 10.0.0.1:5484 --seed seed.example.org \
	--state web-1 --config web-1.conf
check "init" exits 0
check "no data" silent out
check "it says what it made" tells "prod is a new cluster, and web-1 its first member"
check "and what is next" tells "Next: kithd -c web-1.conf/kith.conf --state web-1"
check "and how others come in" tells "kith admit NAME > NAME.join"
for file in prod.authority web-1/identity web-1/epoch web-1/epoch.old web-1/cluster.join; do
	check "$file is for its owner only" mode_is 600 "$file"
done
check "so is the state directory" mode_is 700 web-1
check "kith.conf is for all to read" mode_is 644 web-1.conf/kith.conf
check "the authority's file has the seeds" sh -c \
	"grep -qx 'seed = 10.0.0.1:5484' prod.authority && grep -qx 'seed = seed.example.org' prod.authority"
check "the first member needs none" sh -c "! grep -q seed web-1/cluster.join"
check "cluster.join has no identity" sh -c "! grep -q '^identity' web-1/cluster.join"

cp prod.authority before
run init prod --name web-1 --state again --config again.conf
check "a second authority of that name is refused" exits 6
check "the first is untouched" cmp prod.authority before
check "and no state directory was made" absent again
mv prod.authority kept
run init prod --name web-1 --state web-1 --config web-1.conf
check "a host that is a member is refused" exits 6
check "in words" tells "a member of a cluster already"
check "and no authority is made" absent prod.authority
mv kept prod.authority
run init Prod --state x --config x.conf
check "a name that is none" exits 2
run init --state x --config x.conf
check "no name" exits 2
run init other --name web-1 --days 0 --state x --config x.conf
check "days that are none" exits 2
check "nothing was made" sh -c '! ls -d x x.conf Prod.authority other.authority 2>/dev/null'
mkdir away
chmod 500 away
if [ "$(id -u)" -ne 0 ]; then
	run init other --name w --authority away/a --state x --config x.conf
	check "an authority's file that cannot be written" exits 4
fi
run init other --name w --authority no/such/place --state y --config y.conf --json
check "nor one without a directory" json 'not d["ok"]'
check "and then nothing is installed" absent y/cluster.join
run init other --name w --state y --config y.conf --json
check "another try succeeds" json 'd["cluster"] == "other" and d["authority_file"] == "other.authority"'
rm other.authority

# ---- admit and join

umask 022
run admit db-1 --zone b --service 'db-*' --service backup --days 7
check "admit" exits 0
check "the first line is a warning" sh -c "head -n 1 '$tmp/out' | grep -qx '# SECRET: this is db-1 of prod'"
check "words go to stderr" tells "db-1 may be a member of prod until"
check "a file that the shell made becomes private" mode_is 600 "$tmp/out"
cp "$tmp/out" db-1.join
run join db-1.join --state db-1 --config db-1.conf
check "join FILE" exits 0
check "it says who this host is now" tells "this host is db-1 of prod now"
check "and that the file is of no more use" tells "db-1.join is of no more use"
check "the identity is installed" mode_is 600 db-1/identity
check "the same identity again is fine" sh -c \
	"'$kith' join db-1.join --state db-1 --config db-1.conf 2>/dev/null"
chmod 644 db-1.join
run join db-1.join --state db-1 --config db-1.conf
check "a file that others can read is pointed at" tells "Others on this host can read db-1.join"

run admit db-2
check "any service, said in words" tells "it may offer any service"
cp "$tmp/out" db-2.join
run join db-2.join --state db-1 --config db-1.conf
check "another identity is refused" exits 6
run join - --state db-2
check "standard input that is empty" exits 78
"$kith" join - --state db-2 <db-2.join 2>"$tmp/err"
check "join -" test -s db-2/cluster.join
check "with --state alone no kith.conf is written" tells "Next: kithd --state db-2"

sed 's/^name = .*/name = db-9/' db-2.join >bad.join
run join bad.join --state bad
check "a name that is not the certificate's" exits 78
check "in words" tells "the file says db-9 and its certificate says db-2"
sed 's/^cluster = .*/cluster = dev/' db-2.join >bad.join
run join bad.join --state bad
check "another cluster" tells "not signed by its authority for cluster dev"
sed "s/^identity = .*/$(grep '^identity' db-1.join | sed 's|/|\\/|g')/" db-2.join >bad.join
run join bad.join --state bad
check "another identity than the certificate's" tells "certificate is for another identity"
sed '/^certificate/s/= ./= B/' db-2.join >bad.join
run join bad.join --state bad
check "a damaged certificate" exits 78
echo hello >bad.join
run join bad.join --state bad --json
check "no identity file at all" json 'd["error"]["exit"] == 78'
run join none.join --state bad
check "no such file" exits 78
run join bad.join more.join --state bad
check "two files" exits 2
run join 10.0.0.1 --state bad
check "--state goes with a file" exits 2
check "nothing was installed" sh -c "! ls bad/identity bad/cluster.join 2>/dev/null"

# ---- the identity stays on its host

run init --identity --state db-3
check "init --identity" exits 0
check "prints the public key alone" sh -c "grep -qE '^[A-Za-z0-9+/]{48}\$' '$tmp/out'"
pk=$(cat "$tmp/out")
run init --identity --state db-3
check "and the same again" test "$(cat "$tmp/out")" = "$pk"
run init --identity --state db-3 --json
check "also as JSON" json "d['public_key'] == '$pk'"
run admit db-3 --key "$pk"
cp "$tmp/out" db-3.join
check "admit --key has no identity in it" sh -c "! grep -q '^identity' db-3.join"
run join db-3.join --state db-3
check "join with the own identity" exits 0
run join db-3.join --state db-4
check "on another host it is refused" exits 78
check "with the cure" tells "kith init --identity makes it"
run admit db-3 --key "A$pk"
check "a key with a typing error" exits 2

# ---- admit's mistakes

run admit db-5 --json
check "admit as JSON" json 'd["name"] == "db-5" and d["join_file"].startswith("# SECRET")'
run admit Db-5
check "a name that is none" exits 2
run admit db-5 --days 4000
check "too many days" exits 2
run admit db-5 --seed ':0'
check "a seed that is none" exits 2
run admit db-5 --authority nowhere
check "no such authority" exits 78
cp prod.authority dev.authority
run admit db-5
check "two authorities here" tells "which?"
check "is a matter of usage" exits 2
run admit db-5 --authority dev.authority
check "which is answered with --authority" exits 0
rm ./*.authority
run admit db-5
check "no authority here" tells "no *.authority file is here"

# ---- who owns what root writes

if [ "$(id -u)" -eq 0 ]; then
	chmod 755 "$tmp"
	mkdir owned
	chown 65534:65534 owned
	chmod 700 owned
	run init third --name w --state owned
	check "root writes for the owner of the state directory" \
		test "$(stat -c %u owned/identity owned/cluster.join owned/epoch | sort -u)" = 65534
	check "and keeps the authority's file" test "$(stat -c %u third.authority)" = 0
fi

done_testing
