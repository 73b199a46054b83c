/* SPDX-License-Identifier: ISC */
/*
 * daemon/log_ids.h: every line that kithd can log. The ids are an interface: they stay, and
 * kithd(8) lists each with its meaning.
 */
#ifndef KITH_DAEMON_LOG_IDS_H
#define KITH_DAEMON_LOG_IDS_H

/* Columns: constant, id, level, meaning. */
#define KITH_LOGS(X) \
	X(START, "daemon.start", INFO, "kithd runs; its name, addresses and files") \
	X(STOP, "daemon.stop", INFO, "kithd stops, and why") \
	X(RELOAD, "daemon.reload", INFO, "the configuration was read again") \
	X(RELOAD_FAILED, "daemon.reload-failed", ERROR, \
	  "the new configuration has a mistake; the old one goes on unchanged") \
	X(STATE, "daemon.state", INFO, "one line of the state asked for with SIGUSR1") \
	X(ADVERTISE_CHOICE, "advertise.choice", INFO, \
	  "several own addresses were possible; set network.advertise if the choice is wrong") \
	X(LISTEN_FAMILY, "listen.family", INFO, \
	  "the system has no IPv6 (or no IPv4); only the other one is served") \
	X(SEED_JOINED, "seed.joined", INFO, "a seed was asked and answered") \
	X(SEED_FAILED, "seed.failed", WARN, "a seed could not be joined; it is tried again") \
	X(SEED_SKIPPED, "seed.skipped", WARN, "there are more seeds than can be asked") \
	X(RESOLVE_FAILED, "resolve.failed", WARN, "a seed's name has no address; it is asked again") \
	X(RESOLVE, "resolve.done", DEBUG, "a seed's name was resolved") \
	X(MEMBER_JOINED, "member.joined", INFO, "a member that was not known is alive") \
	X(MEMBER_ALIVE, "member.alive", INFO, "a member is back, or refuted a suspicion") \
	X(MEMBER_SUSPECT, "member.suspect", WARN, "a member does not answer two of us") \
	X(MEMBER_FAILED, "member.failed", WARN, "a member is concluded failed; kith why tells more") \
	X(MEMBER_RESTARTING, "member.restarting", INFO, "a member announced a restart") \
	X(MEMBER_LEFT, "member.left", INFO, "a member left") \
	X(MEMBER_UPDATED, "member.updated", INFO, "a member's addresses, tags or certificate changed") \
	X(MEMBER_QUARANTINED, "member.quarantined", WARN, \
	  "a member fails and comes back, again and again; no more is told until it keeps still") \
	X(MEMBER_RELEASED, "member.released", INFO, "a quarantined member kept still, or was released") \
	X(MEMBER_REVOKED, "member.revoked", WARN, "an authority has expelled a member, for good") \
	X(NODE_REVOKED, "node.revoked", ERROR, "an authority has expelled this host: kithd stops") \
	X(MEMBER_REAPED, "member.reaped", INFO, "a member that failed or left is forgotten") \
	X(SERVICE_ADDED, "service.added", INFO, "this host offers a service") \
	X(SERVICE_CHANGED, "service.changed", INFO, "what this host says of a service changed") \
	X(SERVICE_REMOVED, "service.removed", INFO, "this host offers a service no longer") \
	X(SERVICE_HEARD, "service.heard", DEBUG, "a service of another member came, changed or went") \
	X(SERVICE_REFUSED, "service.refused", WARN, \
	  "a service that was registered is not offered after a restart, and why") \
	X(NODE_STARTED, "node.started", INFO, "the own record is signed under a new epoch") \
	X(NODE_ISOLATED, "node.isolated", WARN, "many members failed at once: are we cut off?") \
	X(NODE_REJOINED, "node.rejoined", INFO, "no longer isolated") \
	X(NODE_DUPLICATE, "node.duplicate", ERROR, \
	  "another process uses this identity, or old state was restored") \
	X(DROPPED, "packets.dropped", WARN, \
	  "somebody's packets are dropped, told once a minute; kith status names the cure") \
	X(CLOCK_UNTRUSTED, "clock.untrusted", WARN, \
	  "the kernel says that the clock is not synchronised; expiry is judged by it all the same") \
	X(CLOCK_TRUSTED, "clock.trusted", INFO, "the clock is synchronised") \
	X(CLOCK_DIFFERS, "clock.differs", WARN, \
	  "this host's clock is over a minute from the median of the others; nothing corrects it") \
	X(CLOCK_AGREES, "clock.agrees", INFO, "it is no longer") \
	X(FILE_FAILED, "file.failed", ERROR, "a file of the state directory could not be written") \
	X(FILE_WRITTEN, "file.written", INFO, "it could be written again") \
	X(FILE_IGNORED, "file.ignored", WARN, "a damaged hint in the state directory is not used") \
	X(KEPT, "kept.restored", INFO, \
	  "what was known when kithd last ran, and how long ago it had the last answer") \
	X(KEPT_REFUSED, "kept.refused", WARN, \
	  "some of what was kept is not this identity's own, or of an authority that is not trusted") \
	X(SOCKET_FAILED, "socket.failed", WARN, "the system refused an operation on a socket") \
	X(DNS_LISTEN, "dns.listen", INFO, "names are answered at this address") \
	X(DNS_OFF, "dns.off", WARN, \
	  "they are not, since the default address is not free; dns.listen names another one") \
	X(CONTROL_CONNECT, "control.connect", DEBUG, "somebody connected to the control socket") \
	X(CONTROL, "control.said", INFO, "the RPC server has something to say") \
	X(CONTROL_DEBUG, "control.detail", DEBUG, "the same for developers") \
	X(TRACE, "trace", DEBUG, "one decision of the protocol; kith-protocol(7)")

#endif
