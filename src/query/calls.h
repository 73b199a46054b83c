/* SPDX-License-Identifier: ISC */
/*
 * query/calls.h: what kith's own calls take and answer: the contract between kithd and everything
 * that prints it. Words and constants only; the table that runs the calls is query/table.h.
 *
 * A call goes over Serf's framing (header {Command, Seq}, then one body) to the unix socket, after
 * `handshake`. Each native call has a body both ways; the request's is a map of arguments (or nil),
 * the reply's is one envelope, also after an error:
 *
 *	{"v":1, "ok":true, "index":N, "age_ms":A|null, "isolated":B, <nouns of the call>}
 *	{"v":1, "ok":false, "error":{"code","message","hint","exit"}, <nouns, where told below>}
 *
 * index     rises with every visible change of a member; starts at unix ms
 * age_ms    since a round of ours was last answered, how old the view may be; null: never
 * isolated  more than a third of the members failed: this host may be the one that is cut off
 * hint      the command or setting that helps, or ""
 * exit      what `kith` exits with (KITH_CALL_ERRORS)
 *
 * The header's Error is "" or error.message. Documents only grow: readers skip unknown keys. An
 * unknown argument is an error of code "usage", so that no filter is ever silently ignored.
 * Times are RFC 3339 UTC with milliseconds ("2026-11-23T05:12:44.120Z"); null stands for unknown
 * or never. Addresses are "10.0.0.5:5484", "[fd00::5]:5484". Ids are 32 hexadecimal digits.
 *
 * kith.version      {}
 *	"version": {"kithd":"0.1.0", "libkith":"0.1.0", "protocol_min":1, "protocol_max":1}
 *
 * kith.status       {}
 *	"state": first word of the verdict, KITH_CALL_STATES
 *	"message": the rest of it, "1 member failed", or ""
 *	"cluster": {"name"}
 *	"members": {"alive","restarting","suspect","failed","left"}, counts with this host
 *	"self": {"name","id","state","zone","addrs":[text],"version","uptime_s","self_health" (0 good
 *		to 8 bad),"epoch","seq","certificate_not_after","certificate_left_s"}
 *	"sync": {"joined":bool, "answered_age_ms"|null, "synced_age_ms"|null, "root": hex; equal at
 *		all when views are equal}
 *	"seeds": [{"addr","result" (KITH_CALL_SEEDS)|null: not tried,"message","age_ms"|null,
 *		"attempts"}]
 *	"daemon": {"config_path","state_dir","started"}
 *	"problems": [{"code","member": name|null,"since"|null,"message","hint","note":bool}]; a note
 *		does not change the state: strangers' packets are one (KITH_CALL_DROPPED), and anybody
 *		can send them; that this host is drained is another
 *
 * kith.members      {"filter":[text] (query/filter.h), "all":bool, "after":text, "limit":1..1000}
 *	Left members are listed with `all`, or when the filter speaks of states.
 *	"members": [MEMBER], by name; at most limit (default 1000)
 *	"total": how many match in all
 *	"next": what to give as `after` for the next page, or null
 *	MEMBER: {"name","id","state" (kith_status_name),"self":bool,"zone","addrs":[text],"rtt_us"|null,
 *		"seen_age_ms"|null (a packet of it),"since" (of the state),"state_age_ms",
 *		"quarantined_ms"|null (so long still, if it keeps still),"epoch","seq","version",
 *		"tags":{text:text}}
 *
 * kith.member       {"name": name, id, or the first 4 or more digits of an id}
 *	"member": MEMBER and {"protocol_min","protocol_max","rights":[text],"certificate_not_after",
 *		"issuer" (id of the authority that signed it),"evidence","need","back_s"|null (restarting: announced absence)}
 *	error not_found, ambiguous
 *
 * kith.why          {"name": as for kith.member}
 *	"member": as for kith.member
 *	"verdict": KITH_CALL_VERDICTS;  "message": a sentence;  "hint": what to do next, or ""
 *	"why": [{"at","kind":"round"|"suspicion"|"status"|"answer"|"restored",
 *		"by":{"name","id"}|null (suspicion: the suspector),"refusal":bool (it refused; else it was
 *		silent),"path":["direct","nack:2","tcp_timeout","tcp_refused",
 *		"tcp_accepted"],"from"|null,"to"|null
 *		(states, for kind status),"evidence","need","epoch","seq"}], oldest first
 *	error not_found, ambiguous
 *
 * kith.ping         {"name": as for kith.member}
 *	The member is asked now, in four ways at once, at the addresses of its record; answered when
 *	each has ended, within 2 s. Nothing is concluded from it.
 *	"ping": {"name","id","state","direct": WAY with "addr"|null (that which answered, else the
 *		likeliest),"via": WAY with "by":{"name","id"}|null (the helper),"tcp": WAY with "addr",
 *		"back": WAY with "by": there through that helper, and straight back,
 *		"message": what the ways tell together, or ""}
 *	WAY: {"result" (KITH_CALL_PINGS),"message","rtt_us"|null}
 *	error not_found, ambiguous; refused: it is this host, this host has left, or there are too many
 *	pings at once
 *
 * kith.rtt          {"name": as for kith.member, "from": the same (default: this host)}
 *	The round trip between the two, told by where each says that it lies: nothing is sent.
 *	"rtt": {"from":{"name","id"},"to":{"name","id"},"rtt_us","error_percent" (of the less sure one)}
 *	error not_found, ambiguous; refused: where one of them lies is not known here yet
 *
 * kith.changes      {"from": index (default: the present one), "wait_ms":0..600000 (default 0),
 *		"kinds": ["member","service"] (default: both)}
 *	What happened to members and services after that index, oldest first; when there is nothing
 *	yet, the wait for it. Ask again with the answer's "index" as "from". An index above ours is
 *	answered at once. Skip kinds that you do not know.
 *	"changes": [{"index","at","kind":"member","node": name,"id","from": state|null (joined),"to":
 *		state|null (reaped),"cause" (kith_event_name; between "quarantined" and "released" nothing
 *		else),"by":{"name","id"}|null: this host, or the member itself,"evidence","need"},
 *		{"index","at","kind":"service","service": name,"id","node": name,"node_id",
 *		"change":"added"|"changed"|"removed"}]
 *	"lost": some between are not kept any more; kith.members tells how things are
 *
 * kith.services     {"name": glob, "tag": glob, "node": glob of a name, or a whole id, "all":bool,
 *		"after":text, "limit":1..1000}
 *	Those that may be used; with `all` every one that is known, also of members that failed.
 *	"services": [SERVICE], by name, node and id; at most limit (default 1000)
 *	"total": how many match in all
 *	"next": what to give as `after` for the next page, or null
 *	SERVICE: {"name","id" (one of its host),"node": name,"node_id","state" (of the member),
 *		"quarantined":bool,"self":bool,"origin" (KITH_OFFER_ORIGINS)|null (another host's),"zone",
 *		"addrs":[text] (its own, else the member's; without port),"port"|null,"ports":{text:number},
 *		"tags":[text],"meta":{text:text},"weight","health" (kith_service_health_name),
 *		"health_since"|null,"note","maintenance":bool (drained),"usable":bool}
 *
 * kith.register     {"name","id" (default: the name),"port","addrs":[text],"ports":{text:number},
 *		"tags":[text],"meta":{text:text},"weight" (default 1),"health" (default passing),"note",
 *		"session":bool}
 *	This host offers it, or what is said of it changes. With `session` it is withdrawn when this
 *	connection ends; else it is kept over restarts, and answered once it is on disk, or after
 *	five seconds.
 *	"registered": {"name","id","change":"added"|"changed"|"none"}
 *	"kept": whether it is on disk; null: it is not to be kept
 *	error not_allowed: the certificate does not give the name; too_big; refused: the id is somebody
 *	else's, there are 256, or this host is leaving
 *
 * kith.deregister   {"id"}
 *	Withdraws what was registered by any client of this host.
 *	"deregistered": {"name","id","change":"removed"}, "kept" as above
 *	error not_found; refused: it is configured
 *
 * kith.maintenance  {"id" (default: the whole host, also what is registered later), "on":bool,
 *		"reason": text}
 *	Takes a service out of all answers, or back. It is kept as the service is. Without id, off
 *	ends the maintenance of each id, too.
 *	"maintenance": {"id"|null,"on","reason"}, "kept" as above
 *	error not_found; refused: off for one id while the whole host is in maintenance
 *
 * kith.join         {"addrs":[text "host" or "host:port"], "wait_ms":0..60000 (default 10000)}
 *	"contacted": how many answered (joined, busy)
 *	"seeds": [{"text","addr"|null,"result" (KITH_CALL_SEEDS),"message"}] in the order given
 *	error refused when none answered, or timeout when some may still (not with wait_ms 0); both
 *	with "contacted", "seeds"
 *
 * kith.leave        {}
 *	"left": true; kithd stops when this is sent
 *
 * kith.release      {"name": as for kith.member}
 *	The quarantine of a member that failed and came back too often ends here, now, and what it did
 *	is forgotten. Nobody else is told.
 *	"released": {"name","id","state"}
 *	error not_found, ambiguous; refused when it is not quarantined
 *
 * kith.revoke       {"revocation": its bytes in hex}
 *	What an authority signed on another host enters the cluster here, and is told to all. Answered once
 *	it is on disk, as kith.forget. The same one twice is no error.
 *	"revoked": {"id","name"|null (not listed here)}
 *	error refused: not signed by an authority of this cluster, or over
 *
 * kith.forget       {"name": as for kith.member}
 *	A failed or left member is listed here no longer. Nobody else is told; if it lives, it comes
 *	back. Serf's force-leave does the same, with and without Prune. It is answered once that is on
 *	disk, or after five seconds (a failing disk is told by kith.status).
 *	"forgotten": {"name","id","state"}, as it was
 *	error not_found, ambiguous; refused when it is neither failed nor left
 *
 * kith.tags         {"set":{text:text}, "unset":[text]}; first unset, then set; neither: just tell
 *	"tags": {text:text} afterwards
 *	error too_big (512 bytes as msgpack)
 *
 * kith.stats        {"prefix": text}
 *	"stats": {group:{name:number}}; groups "node" (KITH_STATS), "drops" (KITH_DROPS), "rpc", and the
 *	daemon's own. `prefix` is compared with "group.name".
 *
 * kith.reload       {}
 *	"message": "reloaded; needs restart: network.listen"
 *	error config with the first mistake found; then nothing has changed
 *
 * kith.stop         {}
 *	"stopping": true; without leaving: the others will find this host failed
 */
#ifndef KITH_QUERY_CALLS_H
#define KITH_QUERY_CALLS_H

enum { KITH_CALLS_VERSION = 1 };

/* Exit codes of `kith` (5-ecosystem.md §3.8). */
enum kith_exit {
	KITH_EXIT_YES = 0,
	KITH_EXIT_NO = 1,          /* asked, and the answer is no */
	KITH_EXIT_USAGE = 2,
	KITH_EXIT_UNREACHABLE = 3, /* kithd could not be asked */
	KITH_EXIT_FORBIDDEN = 4,
	KITH_EXIT_TIMEOUT = 5,     /* no answer in time: the outcome is unknown */
	KITH_EXIT_REFUSED = 6,     /* by kithd or a peer */
	KITH_EXIT_BUG = 70,
	KITH_EXIT_CONFIG = 78
};

/* Columns: name, code in "error", exit. */
#define KITH_CALL_ERRORS(X) \
	X(USAGE, "usage", KITH_EXIT_USAGE) \
	X(UNKNOWN_CALL, "unknown_call", KITH_EXIT_USAGE) \
	X(NOT_FOUND, "not_found", KITH_EXIT_NO) \
	X(AMBIGUOUS, "ambiguous", KITH_EXIT_USAGE) \
	X(NOT_ALLOWED, "not_allowed", KITH_EXIT_FORBIDDEN) \
	X(NOT_OFFERED, "not_offered", KITH_EXIT_REFUSED) \
	X(TIMEOUT, "timeout", KITH_EXIT_TIMEOUT) \
	X(REFUSED, "refused", KITH_EXIT_REFUSED) \
	X(TOO_BIG, "too_big", KITH_EXIT_REFUSED) \
	X(CONFIG, "config", KITH_EXIT_CONFIG) \
	X(NO_MEMORY, "no_memory", KITH_EXIT_REFUSED)
enum kith_call_error {
#define X(upper, code, exit) KITH_CALL_##upper,
	KITH_CALL_ERRORS(X)
#undef X
	KITH_CALL_ERROR_COUNT
};

/* First word of `kith status`. The worst that holds is told. Columns: name, word, meaning. */
#define KITH_CALL_STATES(X) \
	X(STARTING, "starting", "the own record is not signed yet") \
	X(LEAVING, "leaving", "a leave is under way, or done") \
	X(ISOLATED, "isolated", "probably cut off") \
	X(DEGRADED, "degraded", "something needs attention; see problems") \
	X(JOINING, "joining", "no seed has answered yet") \
	X(ALONE, "alone", "no other member, and no seed to ask") \
	X(HEALTHY, "healthy", "nothing needs attention")
enum kith_call_state {
#define X(upper, word, help) KITH_CALL_STATE_##upper,
	KITH_CALL_STATES(X)
#undef X
	KITH_CALL_STATE_COUNT
};

/* How asking a seed ended: enum kith_seed_result, and two that the daemon adds. Columns: name,
 * word, sentence. */
#define KITH_CALL_SEEDS(X) \
	X(JOINED, "joined", "joined") \
	X(REFUSED, "refused", "connection refused: the host is up, but nothing listens there") \
	X(TIMEOUT, "timeout", "no answer in time: host down, wrong address, or a firewall") \
	X(CLOSED, "closed", "it hung up: it has another cluster key, or does not trust us") \
	X(UNTRUSTED, "untrusted", "its certificate is not from an authority of ours") \
	X(BUSY, "busy", "it is busy and named others, which are asked instead") \
	X(SELF, "self", "the address is our own") \
	X(EXPIRED, "expired", "its record is expired here, or from the future: compare the clocks") \
	X(FULL, "full", "its member table is full; raise limits.max-members there") \
	X(OVERFLOW, "overflow", "it knows more members than our table holds; raise limits.max-members here") \
	X(UNRESOLVED, "unresolved", "the name has no address") \
	X(PENDING, "pending", "no answer yet; kithd keeps trying")
enum kith_call_seed {
#define X(upper, word, text) KITH_CALL_SEED_##upper,
	KITH_CALL_SEEDS(X)
#undef X
	KITH_CALL_SEED_COUNT
};

/* How one way of a ping ended: enum kith_ping_result. Columns: name, word, what follows "direct". */
#define KITH_CALL_PINGS(X) \
	X(ANSWERED, "answered", "answered") \
	X(SILENT, "silent", "no answer") \
	X(NACKED, "nacked", "no answer to it either") \
	X(REFUSED, "refused", "refused") \
	X(CLOSED, "closed", "hung up") \
	X(UNTRIED, "untried", "not tried")

/* Whose packets are dropped. Columns: name (enum kith_dropped), code, what follows "packets from
 * 10.0.0.9 ", hint. */
#define KITH_CALL_DROPPED(X) \
	X(KEY, "unknown_key", "use an unknown cluster key", \
	  "is it of this cluster? then there: kith join FILE, as kith admit prints it today") \
	X(MEMBER, "not_member", "are of a member that has left, or whose record has expired", \
	  "on that host: systemctl restart kithd") \
	X(CERTIFICATE, "certificate_untrusted", "carry a certificate that is expired or not of our authority", \
	  "kith admit NAME, then on that host: kith join FILE") \
	X(EXPIRED, "record_expired", "carry a record that is expired, or from the future", \
	  "compare the clocks of both hosts: timedatectl") \
	X(MALFORMED, "member_malformed", "do not follow the protocol, though they come from a member", \
	  "compare the versions: kith members -v; else that host is broken, or in other hands") \
	X(FORGED, "member_forges", "bring records with bad signatures, though they come from a member", \
	  "that host is broken, or in other hands: stop kithd there") \
	X(FULL, "table_full", "are of a host for which the member table has no room", \
	  "raise limits.max-members on all hosts")

/* What `kith why` concludes. Columns: name, word, sentence, hint. */
#define KITH_CALL_VERDICTS(X) \
	X(SELF, "self", "this host itself", "") \
	X(ANSWERS, "answers", "it answers", "") \
	X(UNPROVEN, "unproven", "nothing is held against it, and nothing of it was heard here yet", "") \
	X(DISPUTED, "disputed", "it is suspected again and again, and answers each time: packets are lost", \
	  "kith ping tells which; is that host's network bad, or its CPU busy?") \
	X(INDIRECT, "indirect", "it answers through other members alone: its way from or to here is cut", \
	  "kith ping tells which; look for a firewall or a route between the two hosts") \
	X(SLOW, "slow", "it answers, but much later than the others", \
	  "is that host overloaded, or its network?") \
	X(DOUBTED, "doubted", "some rounds of probes to it failed; nothing is concluded from that yet", "") \
	X(FLAPPING, "flapping", \
	  "it failed and came back, again and again; it is told no more until it keeps still", \
	  "mend its host or its network; kith release ends the quarantine now") \
	X(SUSPECT_SILENT, "suspect_silent", "it does not answer; it can still refute", "") \
	X(SUSPECT_REFUSED, "suspect_refused", "its host is up, but kithd is not; it can still refute", "") \
	X(HOST_UP_DAEMON_DOWN, "host_up_daemon_down", "its host is up, but kithd is not", \
	  "on that host: systemctl status kithd") \
	X(ONE_WAY, "one_way", "its packets come, but it answers none of ours: it cannot hear", \
	  "on that host: does a firewall drop what comes in on its UDP port?") \
	X(STOPPED, "stopped", "its host takes connections, but kithd answers nothing: it stands still", \
	  "on that host: is kithd stopped, or out of CPU or memory?") \
	X(CUT_OFF, "cut_off", "it does not answer, nor do many others: this host may be what is cut off", \
	  "kith status: whom does this host still reach?") \
	X(UNKNOWN, "unknown", "it had failed before this host started again, and was not tried since", "") \
	X(SILENT, "silent", "it does not answer: host down, cut off, or a firewall", \
	  "is that host up, and are its UDP and TCP ports open?") \
	X(RESTARTING, "restarting", "it announced a restart", "") \
	X(LEFT, "left", "it said that it leaves", "")
enum kith_call_verdict {
#define X(upper, word, text, hint) KITH_CALL_VERDICT_##upper,
	KITH_CALL_VERDICTS(X)
#undef X
	KITH_CALL_VERDICT_COUNT
};

#endif
