#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Help, version, completion and the manual page all say what the table of verbs says.

. "${top_srcdir:?}/tests/support/tap.sh"
. "$top_srcdir/tests/cli/lib.sh"
: "${tmp:?}" "${sock:?}" "${kith:?}" "${rc:?}" "${python:?}"

run help
check "help" exits 0
check "no words" silent err
cp "$tmp/out" "$tmp/help"
run --help
check "--help is help" cmp "$tmp/help" "$tmp/out"
run -h
check "so is -h" cmp "$tmp/help" "$tmp/out"
run help --json
check "help as JSON" json 'd["ok"] and len(d["verbs"]) >= 14 and d["flags"][0]["name"] == "socket"'
cp "$tmp/out" "$tmp/table.json"
run version
check "version" grep -qE '^kith [0-9]' "$tmp/out"
cp "$tmp/out" "$tmp/version"
run --version members
check "--version is version" cmp "$tmp/version" "$tmp/out"
run version --json
check "version as JSON" json 'd["version"] == open("'"$tmp"'/version").read().split()[1]'
run help hlep
check "an unknown verb" exits 2
check "is guessed" tells "did you mean kith help help?"
check "nothing is wider than 100 columns" sh -c "! grep -E '^.{101,}' '$tmp/help'"

# One claim a verb, so that a missing one is named.
verbs=$("$python" -c 'import json,sys; print(*[v["name"] for v in json.load(open(sys.argv[1]))["verbs"]])' \
	"$tmp/table.json")
[ -n "$verbs" ] || not_ok "the table names verbs"
for verb in $verbs; do
	check "help lists $verb" grep -qE "^  $verb( |\$)" "$tmp/help"
	run "$verb" --help
	check "$verb has help" sh -c "[ $rc -eq 0 ] && head -n 1 '$tmp/out' | grep -q '^usage: kith $verb'"
	cp "$tmp/out" "$tmp/verb"
	run help "$verb"
	check "help $verb is $verb --help" cmp "$tmp/verb" "$tmp/out"
done

# ---- the manual

page=$top_srcdir/man/kith.1
cat >"$tmp/coverage.py" <<'PYTHON'
import json, re, sys
table, page = json.load(open(sys.argv[1])), open(sys.argv[2]).read()
missing = []
# A verb's part: from its first .It Ic to the next entry of the outer list.
parts = {}
for part in re.split(r"^\.It Ic ", page, flags=re.M)[1:]:
    part = re.split(r"^\.(?:Sh|Ss) ", part, flags=re.M)[0]
    parts[part.split()[0]] = parts.get(part.split()[0], "") + part
def has(text, flag):
    letter = f"Fl {flag['letter']} , " if flag["letter"] else ""
    name = "Fl -" + flag["name"] + ("$" if not flag["value"] else " Ar ")
    return re.search(r"^\.It " + letter + name, text, flags=re.M)
for verb in table["verbs"]:
    if verb["name"] not in parts:
        missing.append(verb["name"])
        continue
    missing += [f"{verb['name']} --{f['name']}" for f in verb["flags"] if not has(parts[verb["name"]], f)]
missing += ["--" + f["name"] for f in table["flags"] if not has(page.split(".Ss Verbs")[0], f)]
unknown = sorted(set(parts) - {v["name"] for v in table["verbs"]})
known = {f["name"] for f in table["flags"]} | {f["name"] for v in table["verbs"] for f in v["flags"]}
known |= {"check", "print-config"}  # kithd's
unknown += sorted({m for m in re.findall(r"Fl -([a-z-]+)", page)} - known)
print("missing:", missing, "unknown:", unknown)
sys.exit(bool(missing or unknown))
PYTHON
check "the manual has every verb and flag, and no other" \
	"$python" "$tmp/coverage.py" "$tmp/table.json" "$page"
for mutant in 's/^\.It Ic why.*/.It Ic whi/' 's/Fl -every/Fl -ever/' 's/Fl t , Fl -timeout/Fl -timeout/'; do
	sed "$mutant" "$page" >"$tmp/mutant"
	check "and $mutant is caught" sh -c "! '$python' '$tmp/coverage.py' '$tmp/table.json' '$tmp/mutant'"
done
sed -n 's/^  *\([0-9][0-9]*\)  .*/\1/p' "$tmp/help" >"$tmp/exits"
sed -n '/^.Sh EXIT STATUS/,/^.El/s/^\.It \([0-9][0-9]*\)$/\1/p' "$page" | cmp - "$tmp/exits" >"$tmp/cmp" 2>&1
check "the manual's exit codes are help's" test ! -s "$tmp/cmp" -a -s "$tmp/exits"

# ---- completion

run completion bash
check "completion bash" exits 0
cp "$tmp/out" "$tmp/completion"
run completion bash --json
check "as JSON" json 'd["completion"] == open("'"$tmp"'/completion").read()'
run completion csh
check "no other shell yet" exits 2

# complete WORD... : what bash offers after these words, sorted.
cat >"$tmp/complete" <<'BASH'
. "$1"
shift
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_kith "$1"
printf '%s\n' "${COMPREPLY[@]}" | sort | tr '\n' ' '
BASH
offers() {
	want=$1
	shift
	got=$(KITH_SOCKET=$sock bash "$tmp/complete" "$tmp/completion" "$kith" "$@")
	[ "$got" = "$want" ] || { echo "$got"; false; }
}
if command -v bash >/dev/null; then
	check "verbs" offers "members " mem
	check "verbs after flags" offers "members " --json -s x mem
	check "flags of the verb and all" offers "--seed --service --socket --state " init --s
	check "words of the verb" offers "check show " config ""
	check "verbs to be helped with" offers "version " help v
	check "values of a flag" offers "always auto " members --color a
	check "nothing when kithd is down" offers " " why ""
	fake "$top_srcdir/tests/cli/script.json"
	check "names when it is there" offers "db-1 db-3 " why db
	check "filters" offers "state=failed " members state=f
	touch "$tmp/some.join"
	check "files" offers "$tmp/some.join " join "$tmp/some"
else
	skip "bash completes" "bash is missing"
fi

done_testing
