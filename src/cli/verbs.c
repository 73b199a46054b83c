/* SPDX-License-Identifier: ISC */
#include "cli/verbs.h"

#include "cli/cmd_admit.h"
#include "cli/cmd_config.h"
#include "cli/cmd_daemon.h"
#include "cli/cmd_demo.h"
#include "cli/cmd_help.h"
#include "cli/cmd_init.h"
#include "cli/cmd_join.h"
#include "cli/cmd_members.h"
#include "cli/cmd_ping.h"
#include "cli/cmd_register.h"
#include "cli/cmd_revoke.h"
#include "cli/cmd_rtt.h"
#include "cli/cmd_run.h"
#include "cli/cmd_services.h"
#include "cli/cmd_stats.h"
#include "cli/cmd_status.h"
#include "cli/cmd_tag.h"
#include "cli/cmd_wait.h"
#include "cli/cmd_watch.h"
#include "cli/cmd_why.h"

#include <string.h>

const struct kith_verb kith_verbs[] = {
	{"look", "status", "", "the verdict on one screen; kith alone does the same",
	 "Its first word is the verdict: healthy, alone (no other member and no seed),\n"
	 "starting, joining, degraded, isolated (probably cut off), leaving. Below it\n"
	 "the members by state, this host, the last synchronisation, and each problem\n"
	 "with the command that tells more. Exits with 0 when healthy or alone, else\n"
	 "with 1.",
	 NULL, 0, 0, KITH_OPERANDS_NONE, NULL, kith_cmd_status},
	{"look", "members", "[FILTER...]", "who is there",
	 "A FILTER is a name, in which * and ? stand for any text and any letter, or\n"
	 "state=failed, zone=b, version=0.1.*, addr=10.0.*, id=9f3c, tag:role=db,\n"
	 "tag:role. Terms of the same field are alternatives, different fields must all\n"
	 "hold, and 'not' before a term turns it round: web-* db-* zone=a not\n"
	 "state=suspect. Members that left are shown with --all, or when a filter speaks\n"
	 "of states. Exits with 1 when nothing matches. -v shows all addresses,\n"
	 "incarnations and ids.",
	 kith_members_flags, 0, -1, KITH_OPERANDS_FILTERS, NULL, kith_cmd_members},
	{"look", "services", "[NAME]", "who offers what, and where",
	 "Those that may be used, by name and host; with --all also the others, and why\n"
	 "not: drained, critical, of a host that failed or left. NAME, and what --tag and\n"
	 "--node take, may have * and ?. Exits with 1 when nothing matches. -v shows all\n"
	 "addresses, ids, ports, meta, and of those of this host who asked for them.",
	 kith_services_flags, 0, 1, KITH_OPERANDS_SERVICES, NULL, kith_cmd_services},
	{"look", "why", "NODE", "the evidence on a member",
	 "Who suspected it, by which path, and when; what was concluded; what to do\n"
	 "next. NODE is a name, an id, or the first four or more digits of an id.",
	 NULL, 1, 1, KITH_OPERANDS_MEMBERS, NULL, kith_cmd_why},
	{"look", "watch", "[members|services|log]", "what happens, as it happens, until Ctrl-C",
	 "A line for each change of a member, with its time in UTC, who said so and the\n"
	 "evidence, and for each change of a service; with a word only those. With --json\n"
	 "a document a line; its index, given to --from later, shows what came in between,\n"
	 "as far as kithd keeps it (512 changes). log: kithd's log, from its last lines\n"
	 "on; -v also debug lines.",
	 kith_watch_flags, 0, 1, KITH_OPERANDS_WORDS, "members services log", kith_cmd_watch},
	{"look", "wait", "CONDITION", "until the membership is as wanted, for scripts",
	 "A CONDITION is 'members>=3' (also <=, ==, >, <), which counts those alive with\n"
	 "this host, 'member db-1 alive', a name and a state, or 'service web>=2', which\n"
	 "counts those that may be used. Exits with 0 when it is reached, with 1 when the\n"
	 "time is over. It looks when something changes, not every so often.",
	 kith_wait_flags, 1, 3, KITH_OPERANDS_WORDS, "member members>= service", kith_cmd_wait},
	{"look", "stats", "[PREFIX]", "counters, as group.name",
	 "All counters, or those whose group.name begins with PREFIX: node, drops, rpc.\n"
	 "kith-metrics(7) has their meanings. With --every DUR it goes on until Ctrl-C\n"
	 "and shows what moved; with --json that is one document a line.",
	 kith_stats_flags, 0, 1, KITH_OPERANDS_NONE, NULL, kith_cmd_stats},
	{"test", "ping", "NODE", "is it there, right now, and by which ways",
	 "kithd measures a member in three ways at once: by a datagram to its addresses,\n"
	 "by one through another member, by a TCP connection and its handshake (two\n"
	 "round trips). It may have failed or left: then at the addresses known last.\n"
	 "Nothing is concluded from it. Exits with 0 when each round was answered by a\n"
	 "datagram directly, else with 1. NODE is a name, an id, or the first four or\n"
	 "more digits of an id.",
	 kith_ping_flags, 1, 1, KITH_OPERANDS_MEMBERS, NULL, kith_cmd_ping},
	{"test", "rtt", "NODE [NODE]", "how far two members are from each other",
	 "The round trip between this host and a member, or between the first and the\n"
	 "second, from where each says that it lies: hosts find that out from the answers\n"
	 "to their probes, and nothing is sent. kith ping measures. NODE is a name, an\n"
	 "id, or the first four or more digits of an id.",
	 NULL, 1, 2, KITH_OPERANDS_MEMBERS, NULL, kith_cmd_rtt},
	{"change", "init", "CLUSTER", "a new cluster, with this host as its first member",
	 "Writes CLUSTER.authority here, the key that admits members: keep it off the\n"
	 "cluster's hosts. Writes this host's identity and keys to the state directory,\n"
	 "and kith.conf if there is none. With --identity, and no CLUSTER, it only makes\n"
	 "this host's identity and prints its public key, for kith admit --key\n"
	 "elsewhere.",
	 kith_init_flags, 0, 1, KITH_OPERANDS_NONE, NULL, kith_cmd_init},
	{"change", "admit", "NAME", "the identity file of a new member, on standard output",
	 "Signs a certificate for NAME with the authority's file and prints all that the\n"
	 "new host needs; kith join installs it there. It is a secret: write it to a\n"
	 "file that only you can read. With --key the identity stays on its host. Needs\n"
	 "no daemon.",
	 kith_admit_flags, 1, 1, KITH_OPERANDS_NONE, NULL, kith_cmd_admit},
	{"change", "join", "FILE|-|ADDR...", "install an identity file, or ask more seeds",
	 "FILE (or - for standard input) is what kith admit printed: its certificate is\n"
	 "checked and it is installed into the state directory; kithd must not run.\n"
	 "ADDR, an address or host name with or without :port, is asked by the running\n"
	 "kithd; exits with 6 when none answered. What has a slash, ends in .join or is\n"
	 "there as a file counts as FILE.",
	 kith_join_flags, 1, -1, KITH_OPERANDS_FILES, NULL, kith_cmd_join},
	{"change", "leave", "", "say goodbye to the cluster, and stop kithd",
	 "The others list this host as left, not as failed. Starting kithd again brings\n"
	 "it back.",
	 NULL, 0, 0, KITH_OPERANDS_NONE, NULL, kith_cmd_leave},
	{"change", "forget", "NODE", "list a failed or left member no longer",
	 "Here and at once; by itself it takes timing.forget-after. Nobody else is told,\n"
	 "and nothing is forbidden: a member that lives after all comes back by itself.\n"
	 "NODE is a name, an id, or the first four or more digits of an id.",
	 NULL, 1, 1, KITH_OPERANDS_MEMBERS, NULL, kith_cmd_forget},
	{"change", "revoke", "NODE", "expel a member from the cluster, for good",
	 "Signed with the authority's file, so it is run where that and a running kithd\n"
	 "are. Each host drops the member as soon as it hears, and the expelled one stops.\n"
	 "There is no way back for its identity: a host that is clean again is admitted\n"
	 "anew. NODE is as for forget; a whole id may be of a host that is not listed.",
	 kith_revoke_flags, 1, 1, KITH_OPERANDS_MEMBERS, NULL, kith_cmd_revoke},
	{"change", "release", "NODE", "end the quarantine of a member that came and went",
	 "A member that failed and came back more than three times within minutes is\n"
	 "quarantined: its changes are told to nobody until it keeps still. This ends it\n"
	 "here and now; other hosts judge by themselves.",
	 NULL, 1, 1, KITH_OPERANDS_MEMBERS, NULL, kith_cmd_release},
	{"change", "tag", "set KEY=VALUE...|unset KEY...", "this host's tags, while kithd runs",
	 "Others see them within a second. They hold until kithd restarts, or until a\n"
	 "reload brings another node.tag; what is to stay goes into kith.conf. Prints\n"
	 "what changed, and the command that undoes it.",
	 NULL, 2, -1, KITH_OPERANDS_WORDS, "set unset", kith_cmd_tag},
	{"change", "register", "NAME", "offer a service of this host, for good",
	 "All hosts see it within a second. It is kept until kith deregister, also over\n"
	 "restarts of kithd. What belongs to this host's configuration goes into\n"
	 "kith.conf, and what is there while a program runs is for kith run. Said again,\n"
	 "it changes what is said of it, or nothing.",
	 kith_register_flags, 1, 1, KITH_OPERANDS_NONE, NULL, kith_cmd_register},
	{"change", "deregister", "ID", "offer it no longer",
	 "ID is the name, unless it was given another one: kith services --all -v. What\n"
	 "kith.conf offers is removed there.",
	 NULL, 1, 1, KITH_OPERANDS_SERVICES, NULL, kith_cmd_deregister},
	{"change", "drain", "[ID]", "let no answer name a service of this host, or any of them",
	 "It stays listed, and connections that are there stay. Without ID the whole host\n"
	 "is drained, with what is registered later. It holds until kith undrain, also\n"
	 "over restarts of kithd.",
	 kith_drain_flags, 0, 1, KITH_OPERANDS_SERVICES, NULL, kith_cmd_drain},
	{"change", "undrain", "[ID]", "the end of kith drain",
	 "Without ID all services of this host are back, also those drained by their ids.",
	 NULL, 0, 1, KITH_OPERANDS_SERVICES, NULL, kith_cmd_undrain},
	{"change", "run", "COMMAND...", "run a program, and offer its service while it runs",
	 "Starts COMMAND and registers the service, at once, or with --ready-tcp when its\n"
	 "port takes a connection. TERM and INT drain it first and then go to COMMAND. It\n"
	 "is withdrawn when COMMAND ends, or kith does, by whatever. Exits as COMMAND\n"
	 "does. Flags of COMMAND stand behind --:\n"
	 "kith run --service web:8080 --ready-tcp -- ./web -x",
	 kith_run_flags, 1, -1, KITH_OPERANDS_FILES, NULL, kith_cmd_run},
	{"manage", "config", "check|show [KEY]", "judge or show the configuration, as kithd reads it",
	 "check runs kithd --check, which finds every mistake that would keep kithd from\n"
	 "starting; exits with 78 if there is one. show runs kithd --print-config: every\n"
	 "setting with its value and where it came from; KEY is section.key or a\n"
	 "section.",
	 kith_config_flags, 1, 2, KITH_OPERANDS_WORDS, "check show", kith_cmd_config},
	{"manage", "reload", "", "let kithd read its configuration again",
	 "All or nothing: with a mistake in it nothing changes. Settings that need a\n"
	 "restart are named.",
	 NULL, 0, 0, KITH_OPERANDS_NONE, NULL, kith_cmd_reload},
	{"manage", "demo", "", "three daemons on this host, one is killed, the others find out",
	 "Needs neither root nor configuration: three kithd on 127.0.0.1, in a temporary\n"
	 "directory. On a terminal two of them keep running until Ctrl-C; elsewhere all\n"
	 "end. A step that takes too long ends it with a sentence and exit code 1, and\n"
	 "the daemons' logs stay.",
	 kith_demo_flags, 0, 0, KITH_OPERANDS_NONE, NULL, kith_cmd_demo},
	{"manage", "completion", "bash", "the shell's completion, on standard output",
	 "To use it: kith completion bash >/etc/bash_completion.d/kith",
	 NULL, 1, 1, KITH_OPERANDS_WORDS, "bash", kith_cmd_completion},
	{"manage", "help", "[VERB]", "this list, or more on one verb",
	 "The same as --help. With --json all verbs and flags as one document.",
	 NULL, 0, 1, KITH_OPERANDS_VERBS, NULL, kith_cmd_help},
	{"manage", "version", "", "the version of kith",
	 "The same as --version. kithd --version tells the daemon's.",
	 NULL, 0, 0, KITH_OPERANDS_NONE, NULL, kith_cmd_version},
	{NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, KITH_OPERANDS_NONE, NULL, NULL},
};

const struct kith_verb *kith_verb_find(const char *name)
{
	for (const struct kith_verb *v = kith_verbs; v->name != NULL; v++)
		if (strcmp(v->name, name) == 0)
			return v;
	return NULL;
}

const struct kith_verb *kith_verb_guess(const char *name)
{
	const struct kith_verb *best = NULL;
	unsigned best_distance = 3;

	for (const struct kith_verb *v = kith_verbs; v->name != NULL; v++) {
		unsigned distance = kith_word_distance(name, v->name);

		/* Two letters wrong in a word of three is another word. */
		if (distance < best_distance && distance < strlen(v->name) / 2) {
			best = v;
			best_distance = distance;
		}
	}
	return best;
}
