#!/bin/sh
# SPDX-License-Identifier: ISC
#
# kith config: what kithd itself says of a configuration, in words and in JSON.

. "${top_srcdir:?}/tests/support/tap.sh"
. "$top_srcdir/tests/cli/lib.sh"
: "${tmp:?}" "${sock:?}" "${kith:?}" "${rc:?}" "${python:?}"

conf=$tmp/kith.conf

# ---- against kithd

cat >"$conf" <<'CONF'
[cluster]
name = prod
[network]
listen = 127.0.0.1:5999
[timing]
forget-after = 2h
CONF
run config show --config "$conf"
check "show" exits 0
check "a setting of the file, and where it stands" \
	grep -qE "^listen = 127.0.0.1:5999 +; $conf:4\$" "$tmp/out"
check "a default" grep -qE '^level = info +; default$' "$tmp/out"
run config show --config "$conf" network.listen
check "one setting" sh -c "printf 'network.listen\t127.0.0.1:5999\n' | cmp - '$tmp/out'"
run config show --config "$conf" timing --plain
check "one section" grep -qx "timing.forget-after$(printf '\t')2h" "$tmp/out"
check "what is not set is a dash" grep -qx "timing.probe-interval$(printf '\t')-" "$tmp/out"
check "of it alone" sh -c "! grep -v '^timing\.' '$tmp/out'"
run config show --config "$conf" network.listne
check "no such setting" exits 1
run config show --config "$conf" --json
check "show as JSON" json "
[s for s in d['settings'] if s['key'] == 'listen' and s['section'] == 'network'] ==
[{'section': 'network', 'key': 'listen', 'value': '127.0.0.1:5999', 'origin': '$conf:4'}]
and [s['value'] for s in d['settings'] if s['key'] == 'probe-interval'] == [None]"
run config show --config "$conf" log.level --json
check "one setting as JSON" json '[s["value"] for s in d["settings"]] == ["info"]'

cat >"$conf" <<'CONF'
[network]
listne = 127.0.0.1:5999
[timing]
forget-after = soon
CONF
run config check --config "$conf"
check "check finds mistakes" exits 78
check "each with its line, and a guess" tells "$conf:2: unknown setting"
check "and all of them" tells "$conf:4:"
check "no data" silent out
run config check --config "$conf" --json
check "as JSON too" exits 78
check "one document with places" json "
d['error']['code'] == 'config' and len(d['problems']) >= 2
and {(p['file'], p['line']) for p in d['problems']} >= {('$conf', 2), ('$conf', 4)}"
run config show --config "$conf"
check "what has mistakes is not shown" exits 78
run config check --config "$tmp/none.conf"
check "no such file" exits 78

# ---- how it asks, against a script in kithd's place

cat >"$tmp/kithd" <<'KITHD'
#!/bin/sh
echo "$@" >"${0%/*}/argv"
cat "${0%/*}/says" >&2
exit "$(cat "${0%/*}/status")"
KITHD
chmod +x "$tmp/kithd"
KITHD=$tmp/kithd
export KITHD
echo 'a remark' >"$tmp/says"
echo 0 >"$tmp/status"
run config check --config x.conf
check "a good configuration" exits 0
check "kithd is asked to judge it" test "$(cat "$tmp/argv")" = "--check -c x.conf"
check "what it remarks is passed on" tells "a remark"
check "good is said" tells "the configuration is good"
run config check -c x.conf --json
check "good in JSON" json 'd["ok"] and d["problems"] == [] and d["remarks"][0]["message"] == "a remark"'
run config show
check "without a file kithd looks for its own" test "$(cat "$tmp/argv")" = "--print-config"
for pair in 77:4 2:2 71:70 78:78; do
	echo "${pair%:*}" >"$tmp/status"
	run config check
	check "kithd's ${pair%:*} is our ${pair#*:}" exits "${pair#*:}"
done
printf '#!/bin/sh\nexec sleep 1000\n' >"$tmp/kithd"
run config check --timeout 500ms
check "one that does not end" exits 5
KITHD=$tmp/nothing
run config check
check "no kithd" exits 3
run config frobnicate
check "neither check nor show" exits 2
run config check a
check "check takes no key" exits 2

done_testing
