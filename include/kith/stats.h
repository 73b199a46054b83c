/* SPDX-License-Identifier: ISC */
/*
 * kith/stats.h: every counter of a node, as one table. The structure, `kith stats`, the manual
 * and the metrics are made from it; a counter that is not here does not exist.
 */
#ifndef KITH_STATS_H
#define KITH_STATS_H

#include <stdint.h>

/* Reasons to drop what a peer sent. Columns: name, meaning with its likely cause. */
#define KITH_DROPS(X) \
	X(length, "datagram of an impossible length") \
	X(type, "datagram of an unknown type or version; a newer peer?") \
	X(unknown_key, "packet under a cluster key that is not ours; compare cluster-key settings") \
	X(unknown_receiver, "sealed to a session of ours that is over; the sender has not heard of our restart") \
	X(unknown_sender, "sender's session is not known here; it introduces itself within seconds") \
	X(own, "our own packet came back") \
	X(not_member, "the sender is revoked, has left, or its record has expired") \
	X(replay, "a packet that came before, or too old to tell") \
	X(bad_tag, "the packet does not open: corrupted, or forged") \
	X(rate, "over the sender's rate") \
	X(malformed, "opened, but its content does not follow the format") \
	X(record_malformed, "a record that does not follow the format") \
	X(record_unknown_owner, "a record of somebody whose certificate we do not hold") \
	X(record_expired, "a record past its expiry, or too far in the future; check the clocks") \
	X(record_old, "a record not newer than the one held (normal: gossip arrives more than once)") \
	X(record_quota, "the record's owner or deliverer is over its rate") \
	X(record_certificate, "a certificate from an authority that is not ours") \
	X(record_revoked, "a certificate that its authority has revoked") \
	X(record_authority, "a revocation by an authority that is not ours") \
	X(record_signature, "a record with a bad signature; its deliverer is charged") \
	X(record_right, "a service that its owner's certificate does not allow") \
	X(services_full, "a service above the 256 of its owner, or above 65,536 in all") \
	X(revocations_full, "a revocation by an authority that has used up its share of 4,096; replace it") \
	X(table_full, "a table is at its bound") \
	X(stream_handshake, "a TCP connection whose handshake failed") \
	X(stream_frame, "a TCP frame that does not open or is too long") \
	X(stream_late, "a TCP connection that missed a deadline") \
	X(stream_rate, "too many TCP connections or handshakes") \
	X(unlisted_address, "something we would have sent to an address that no member record lists")

/* Columns: name, meaning. All are totals since start unless the meaning says "now". */
#define KITH_STATS(X) \
	X(datagrams_received, "datagrams received") \
	X(datagrams_sent, "datagrams sent") \
	X(bytes_received, "datagram bytes received") \
	X(bytes_sent, "datagram bytes sent") \
	X(stream_bytes_received, "TCP bytes received") \
	X(stream_bytes_sent, "TCP bytes sent") \
	X(zone_bytes_received, "of all bytes received, those from members of other zones") \
	X(zone_bytes_sent, "of all bytes sent, those to members of other zones") \
	X(intros_received, "introductions received") \
	X(intros_sent, "introductions sent") \
	X(messages_unknown, "messages of a kind that this version does not know; a newer peer") \
	X(records_accepted, "records taken as news") \
	X(records_unknown, "records of a kind that this version does not know; a newer peer") \
	X(gossip_sent, "records sent in gossip") \
	X(revocations, "revocations held now") \
	X(gossip_queue, "records waiting in the gossip queue now") \
	X(signatures_made, "signatures made") \
	X(signatures_checked, "signatures checked") \
	X(key_agreements, "pair keys derived") \
	X(rounds, "probe rounds begun") \
	X(rounds_failed, "probe rounds without any answer") \
	X(rounds_express, "express rounds begun: last looks and corroborations") \
	X(rounds_zone, "rounds begun since a member of the same far zone was silent") \
	X(rounds_relayed, "rounds saved by a relay") \
	X(rounds_stream, "rounds saved by TCP") \
	X(relays, "packets relayed for others") \
	X(suspicions_sent, "suspicions signed") \
	X(suspicions_received, "suspicions taken as evidence") \
	X(refutations, "own refutations") \
	X(members_failed, "members concluded failed") \
	X(quarantines, "members that came back from failed too often, and were quarantined") \
	X(pauses, "own pauses noticed") \
	X(health, "own local health now, 0 good to 8 bad") \
	X(clock_apart_s, "seconds between our wall clock and the median of the others now") \
	X(joins, "seeds joined") \
	X(joins_failed, "seeds that could not be joined") \
	X(syncs, "synchronisations completed") \
	X(streams_opened, "TCP connections opened") \
	X(streams_accepted, "TCP connections accepted") \
	X(streams, "TCP connections now") \
	X(duplicate_identity, "own record seen newer than ours: a second process with this identity?") \
	X(out_dropped, "datagrams dropped since the host did not collect them")

struct kith_stats {
#define X(name, help) uint64_t name;
	KITH_STATS(X)
#undef X
	struct {
#define X(name, help) uint64_t name;
		KITH_DROPS(X)
#undef X
	} drops;
};

#endif
