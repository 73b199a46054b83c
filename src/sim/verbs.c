/* SPDX-License-Identifier: ISC */
#include "sim/verbs.h"

#include "base/text.h"
#include "sim/claims.h"
#include "sim/faults.h"
#include "sim/offers.h"
#include "sim/verbs_claim.h"

#include <string.h>

typedef struct scenario scn;
typedef const struct scenario_value value;

/* Does `act` to each host of a value. */
#define EACH(s, v, act) \
	do { \
		struct cluster *const c = (s)->cluster; \
		uint32_t each; \
		for (each = 0; each < (v)->host_count; each++) { \
			const uint32_t h = (v)->hosts[each]; \
			act; \
		} \
	} while (0)

static void run_start(scn *s, value *v);
static void run_boot(scn *s, value *v);
static void run_restart(scn *s, value *v);

/* --- setup ------------------------------------------------------------------------------------ */

static const char *read_hosts(scn *s, value *v)
{
	if (v[0].number < 1 || v[0].number > SCENARIO_HOSTS_MAX)
		return "1 to 10000 hosts were expected";
	if (s->count > 1)
		return "hosts has to be the first statement: others name them";
	s->hosts = (uint32_t)v[0].number;
	return NULL;
}

static const char *read_seed(scn *s, value *v)
{
	s->opts.seed = v[0].number;
	return NULL;
}

static const char *read_profile(scn *s, value *v)
{
	s->opts.profile = strcmp(v[0].word, "local") == 0 ? KITH_PROFILE_LOCAL
			  : strcmp(v[0].word, "wan") == 0 ? KITH_PROFILE_WAN
							  : KITH_PROFILE_LAN;
	return NULL;
}

static const char *read_addresses(scn *s, value *v)
{
	s->opts.planes = v[0].word[0] == '2' ? 2 : 1;
	return NULL;
}

static const char *read_limits(scn *s, value *v)
{
	if (v[0].number > UINT32_MAX)
		return "fewer members were expected";
	s->opts.max_members = (uint32_t)v[0].number;
	s->opts.reap_after = v[1].us;
	if (v[2].given)
		s->opts.persist_us = v[2].us;
	if (v[3].given)
		s->opts.tick_late_us = v[3].us;
	return NULL;
}

/* Whether a statement before this one starts hosts. */
static bool has_begun(const scn *s)
{
	uint32_t i;

	for (i = 0; i + 1 < s->count; i++)
		if (s->statements[i].verb->run == run_start || s->statements[i].verb->run == run_boot ||
		    s->statements[i].verb->run == run_restart)
			return true;
	return false;
}

static const char *read_zone(scn *s, value *v)
{
	if (s->zone_count == 0)
		snprintf(s->zones[s->zone_count++], sizeof(s->zones[0]), "default");
	if (s->zone_count == NET_ZONES_MAX)
		return "there are too many zones; 15 is the most";
	if (!kith_name_is_valid(v[0].word, KITH_ZONE_MAX))
		return "a name of a-z, 0-9, '.' and '-' was expected";
	if (strcmp(v[0].word, "default") == 0)
		return "default is the zone of all that are in no other";
	if (has_begun(s))
		return "zones come before the first start: certificates name them";
	snprintf(s->zones[s->zone_count++], sizeof(s->zones[0]), "%s", v[0].word);
	return NULL;
}

static void run_zone(scn *s, value *v)
{
	uint8_t zone = 0;

	while (strcmp(s->zones[zone], v[0].word) != 0)
		zone++;
	EACH(s, &v[1], {
		c->net.hosts[h].zone = zone;
		cluster_zone(c, h, v[0].word);
	});
}

/* --- weather ---------------------------------------------------------------------------------- */

#define WEATHER_PARAMS \
	{"delay", SCN_TIME, true, NULL}, {"jitter", SCN_TIME, true, NULL}, \
	{"loss", SCN_SHARE, true, NULL}, {"duplicate", SCN_SHARE, true, NULL}, \
	{"reorder", SCN_SHARE, true, NULL}, {"corrupt", SCN_SHARE, true, NULL}, \
	{"mtu", SCN_NUMBER, true, NULL}, {"bandwidth", SCN_NUMBER, true, NULL}, \
	{"icmp", SCN_WORD, true, "on|off"}
#define WEATHER_USAGE \
	"[delay TIME] [jitter TIME] [loss SHARE] [duplicate SHARE] [reorder SHARE] " \
	"[corrupt SHARE] [mtu BYTES] [bandwidth BYTES] [icmp on|off]"

static void change_weather(struct net_weather *w, value *v)
{
	if (v[0].given)
		w->delay_us = v[0].us;
	if (v[1].given)
		w->jitter_us = v[1].us;
	if (v[2].given)
		w->loss_ppm = v[2].ppm;
	if (v[3].given)
		w->duplicate_ppm = v[3].ppm;
	if (v[4].given)
		w->reorder_ppm = v[4].ppm;
	if (v[5].given)
		w->corrupt_ppm = v[5].ppm;
	if (v[6].given)
		w->mtu = (uint32_t)v[6].number;
	if (v[7].given)
		w->bytes_per_s = (uint32_t)v[7].number;
	if (v[8].given)
		w->icmp = strcmp(v[8].word, "on") == 0;
}

static void run_weather(scn *s, value *v)
{
	change_weather(&s->cluster->net.weather, v);
}

static void run_zone_weather(scn *s, value *v)
{
	struct net *net = &s->cluster->net;
	const uint8_t a = (uint8_t)v[0].number, b = (uint8_t)v[1].number;
	struct net_weather w = net->zones[a][b] != NULL ? *net->zones[a][b] : net->weather;

	change_weather(&w, v + 2);
	net_zone_weather(net, a, b, &w);
}

static void run_path_weather(scn *s, value *v)
{
	struct net *net = &s->cluster->net;
	const uint32_t from = v[0].hosts[0], to = v[1].hosts[0];
	struct net_weather w = *net_weather_of(net, from, to);

	change_weather(&w, v + 2);
	net_path_weather(net, from, to, &w);
}

/* --- processes and commands -------------------------------------------------------------------- */

static void need_process(scn *s, uint32_t h, bool runs)
{
	const struct cluster_node *n = &s->cluster->nodes[h];

	CLUSTER_CHECK(s->cluster, (n->node != NULL) == runs, "%s %s", n->name,
		      runs ? "does not run" : "runs already");
}

static void need_awake(scn *s, uint32_t h)
{
	need_process(s, h, true);
	CLUSTER_CHECK(s->cluster, !s->cluster->net.hosts[h].stopped, "%s is paused",
		      s->cluster->nodes[h].name);
}

static void run_start(scn *s, value *v)
{
	EACH(s, &v[0], (need_process(s, h, false), cluster_start(c, h)));
}

static void run_join(scn *s, value *v)
{
	struct kith_addr seeds[SCENARIO_WORDS_MAX];
	uint32_t count = 0;

	EACH(s, &v[1], {
		if (count < SCENARIO_WORDS_MAX)
			seeds[count++] = cluster_addr(c, h);
	});
	EACH(s, &v[0], {
		need_awake(s, h);
		cluster_join_addrs(c, h, seeds, count);
	});
}

static void run_boot(scn *s, value *v)
{
	(void)v;
	cluster_join_all(s->cluster);
}

static void run_crash(scn *s, value *v)
{
	EACH(s, &v[0], (need_process(s, h, true), cluster_crash(c, h)));
}

static void run_power_off(scn *s, value *v)
{
	EACH(s, &v[0], (need_process(s, h, true), cluster_power_off(c, h)));
}

static void run_restart(scn *s, value *v)
{
	EACH(s, &v[0], {
		if (v[1].given)
			cluster_restart_lost_epoch(c, h);
		else
			cluster_restart(c, h);
	});
}

static void run_keep(scn *s, value *v)
{
	EACH(s, &v[0], (need_process(s, h, true), cluster_keep(c, h)));
}

static void done(scn *s, uint32_t h, int err)
{
	CLUSTER_CHECK(s->cluster, err == 0, "%s: %s", s->cluster->nodes[h].name, kith_strerror(err));
}

static void run_leave(scn *s, value *v)
{
	EACH(s, &v[0], (need_awake(s, h), done(s, h, cluster_leave(c, h))));
}

static void run_announce(scn *s, value *v)
{
	EACH(s, &v[0], {
		need_awake(s, h);
		done(s, h, cluster_announce_restart(c, h, (uint16_t)(v[1].us / KITH_SECOND)));
	});
}

static void run_forget(scn *s, value *v)
{
	EACH(s, &v[1], (need_awake(s, h), done(s, h, cluster_forget(c, h, v[0].hosts[0]))));
}

static void run_revoke(scn *s, value *v)
{
	EACH(s, &v[1], (need_awake(s, h), done(s, h, cluster_revoke(c, h, v[0].hosts[0]))));
}

static void run_tag(scn *s, value *v)
{
	EACH(s, &v[0], (need_awake(s, h), done(s, h, cluster_tag(c, h, v[1].word, v[2].word))));
}

static void run_offer(scn *s, value *v)
{
	CLUSTER_CHECK(s->cluster, v[2].number >= 1 && v[2].number <= UINT16_MAX,
		      "a port of 1 to 65535 was expected");
	EACH(s, &v[0], (need_awake(s, h),
			done(s, h, cluster_offer(c, h, v[1].word, (uint16_t)v[2].number))));
}

static void run_withdraw(scn *s, value *v)
{
	EACH(s, &v[0], (need_awake(s, h), done(s, h, cluster_offer(c, h, v[1].word, 0))));
}

static void run_disk(scn *s, value *v)
{
	EACH(s, &v[0], cluster_disk_hangs(c, h, strcmp(v[1].word, "hangs") == 0));
}

static void run_clock(scn *s, value *v)
{
	const int64_t ms = v[2].us / KITH_MS;
	const bool behind = strcmp(v[1].word, "behind") == 0;

	EACH(s, &v[0], cluster_wall_skew(c, h, behind ? -ms : ms, !v[3].given));
}

static void run_drift(scn *s, value *v)
{
	const int32_t ppm = (int32_t)v[2].ppm;

	EACH(s, &v[0], cluster_drift(c, h, strcmp(v[1].word, "slow") == 0 ? -ppm : ppm));
}

/* --- faults ------------------------------------------------------------------------------------ */

static void run_pause(scn *s, value *v)
{
	EACH(s, &v[0], (need_awake(s, h), cluster_pause(c, h)));
}

static void run_resume(scn *s, value *v)
{
	EACH(s, &v[0], {
		CLUSTER_CHECK(c, c->net.hosts[h].stopped, "%s is not paused", c->nodes[h].name);
		cluster_resume(c, h);
	});
}

static void run_move(scn *s, value *v)
{
	EACH(s, &v[0], (need_process(s, h, false), cluster_move(c, h)));
}

static void run_clog(scn *s, value *v)
{
	EACH(s, &v[0], cluster_clog(c, h, v[1].us));
}

static void run_cut_off(scn *s, value *v)
{
	EACH(s, &v[0], cluster_cut_off(c, h));
}

static void run_reconnect(scn *s, value *v)
{
	EACH(s, &v[0], cluster_reconnect(c, h));
}

static void run_deafen(scn *s, value *v)
{
	EACH(s, &v[0], cluster_deafen(c, h, true));
}

static void run_mute(scn *s, value *v)
{
	EACH(s, &v[0], cluster_mute(c, h, true));
}

static void run_partition(scn *s, value *v)
{
	uint32_t i;

	for (i = 0; i < s->cluster->count; i++)
		s->cluster->net.hosts[i].group = 0;
	EACH(s, &v[0], c->net.hosts[h].group = 1);
	if (v[1].given)
		EACH(s, &v[1], c->net.hosts[h].group = 2);
}

static void run_heal(scn *s, value *v)
{
	(void)v;
	cluster_heal(s->cluster);
}

/* All pairs of two sets. */
static void pairs(scn *s, value *v, void (*act)(struct cluster *c, uint32_t a, uint32_t b))
{
	uint32_t i, k;

	for (i = 0; i < v[0].host_count; i++)
		for (k = 0; k < v[1].host_count; k++)
			if (v[0].hosts[i] != v[1].hosts[k])
				act(s->cluster, v[0].hosts[i], v[1].hosts[k]);
}

static void run_cut(scn *s, value *v)
{
	pairs(s, v, cluster_cut);
}

static void run_cut_one_way(scn *s, value *v)
{
	pairs(s, v, cluster_cut_one_way);
}

static void run_cut_udp(scn *s, value *v)
{
	pairs(s, v, cluster_cut_udp);
}

static void run_stall(scn *s, value *v)
{
	pairs(s, v, cluster_stall);
}

static void run_mend(scn *s, value *v)
{
	pairs(s, v, cluster_mend);
}

/* --- the table --------------------------------------------------------------------------------- */

#define POS(type) {NULL, type, false, NULL}
#define AT {"at", SCN_HOSTS, true, NULL}

const struct scenario_verb scenario_verbs[] = {
	{"hosts", "NUMBER", read_hosts, NULL, {POS(SCN_NUMBER)}},
	{"seed", "NUMBER", read_seed, NULL, {POS(SCN_NUMBER)}},
	{"profile", "local|lan|wan", read_profile, NULL,
	 {{NULL, SCN_WORD, false, "local|lan|wan"}}},
	{"addresses", "1|2", read_addresses, NULL, {{NULL, SCN_WORD, false, "1|2"}}},
	{"limits", "[members NUMBER] [reap TIME] [disk TIME] [late TIME]", read_limits, NULL,
	 {{"members", SCN_NUMBER, true, NULL}, {"reap", SCN_TIME, true, NULL},
	  {"disk", SCN_TIME, true, NULL}, {"late", SCN_TIME, true, NULL}}},
	{"zone", "NAME HOSTS", read_zone, run_zone, {POS(SCN_WORD), POS(SCN_HOSTS)}},

	{"weather", WEATHER_USAGE, NULL, run_weather, {WEATHER_PARAMS}},
	{"zone-weather", "ZONE ZONE " WEATHER_USAGE, NULL, run_zone_weather,
	 {POS(SCN_ZONE), POS(SCN_ZONE), WEATHER_PARAMS}},
	{"path-weather", "HOST HOST " WEATHER_USAGE, NULL, run_path_weather,
	 {POS(SCN_HOST), POS(SCN_HOST), WEATHER_PARAMS}},

	{"boot", "", NULL, run_boot, {{0}}},
	{"start", "HOSTS", NULL, run_start, {POS(SCN_HOSTS)}},
	{"join", "HOSTS through HOSTS", NULL, run_join,
	 {POS(SCN_HOSTS), {"through", SCN_HOSTS, false, NULL}}},
	{"crash", "HOSTS", NULL, run_crash, {POS(SCN_HOSTS)}},
	{"power-off", "HOSTS", NULL, run_power_off, {POS(SCN_HOSTS)}},
	{"restart", "HOSTS [without epoch]", NULL, run_restart,
	 {POS(SCN_HOSTS), {"without", SCN_WORD, true, "epoch"}}},
	{"keep", "HOSTS", NULL, run_keep, {POS(SCN_HOSTS)}},
	{"leave", "HOSTS", NULL, run_leave, {POS(SCN_HOSTS)}},
	{"announce", "HOSTS back TIME", NULL, run_announce,
	 {POS(SCN_HOSTS), {"back", SCN_TIME, false, NULL}}},
	{"forget", "HOST at HOSTS", NULL, run_forget,
	 {POS(SCN_HOST), {"at", SCN_HOSTS, false, NULL}}},
	{"revoke", "HOST at HOSTS", NULL, run_revoke,
	 {POS(SCN_HOST), {"at", SCN_HOSTS, false, NULL}}},
	{"tag", "HOSTS KEY VALUE", NULL, run_tag,
	 {POS(SCN_HOSTS), POS(SCN_WORD), POS(SCN_WORD)}},
	{"offer", "HOSTS NAME NUMBER", NULL, run_offer,
	 {POS(SCN_HOSTS), POS(SCN_WORD), POS(SCN_NUMBER)}},
	{"withdraw", "HOSTS NAME", NULL, run_withdraw, {POS(SCN_HOSTS), POS(SCN_WORD)}},
	{"disk", "HOSTS hangs|works", NULL, run_disk,
	 {POS(SCN_HOSTS), {NULL, SCN_WORD, false, "hangs|works"}}},
	{"clock", "HOSTS ahead|behind TIME [trust no]", NULL, run_clock,
	 {POS(SCN_HOSTS), {NULL, SCN_WORD, false, "ahead|behind"}, POS(SCN_TIME),
	  {"trust", SCN_WORD, true, "no"}}},
	{"drift", "HOSTS fast|slow SHARE", NULL, run_drift,
	 {POS(SCN_HOSTS), {NULL, SCN_WORD, false, "fast|slow"}, POS(SCN_SHARE)}},

	{"pause", "HOSTS", NULL, run_pause, {POS(SCN_HOSTS)}},
	{"resume", "HOSTS", NULL, run_resume, {POS(SCN_HOSTS)}},
	{"move", "HOSTS", NULL, run_move, {POS(SCN_HOSTS)}},
	{"clog", "HOSTS TIME", NULL, run_clog, {POS(SCN_HOSTS), POS(SCN_TIME)}},
	{"cut-off", "HOSTS", NULL, run_cut_off, {POS(SCN_HOSTS)}},
	{"reconnect", "HOSTS", NULL, run_reconnect, {POS(SCN_HOSTS)}},
	{"deafen", "HOSTS", NULL, run_deafen, {POS(SCN_HOSTS)}},
	{"mute", "HOSTS", NULL, run_mute, {POS(SCN_HOSTS)}},
	{"cut", "HOSTS from HOSTS", NULL, run_cut,
	 {POS(SCN_HOSTS), {"from", SCN_HOSTS, false, NULL}}},
	{"cut-one-way", "HOSTS to HOSTS", NULL, run_cut_one_way,
	 {POS(SCN_HOSTS), {"to", SCN_HOSTS, false, NULL}}},
	{"cut-udp", "HOSTS from HOSTS", NULL, run_cut_udp,
	 {POS(SCN_HOSTS), {"from", SCN_HOSTS, false, NULL}}},
	{"stall", "HOSTS from HOSTS", NULL, run_stall,
	 {POS(SCN_HOSTS), {"from", SCN_HOSTS, false, NULL}}},
	{"mend", "HOSTS with HOSTS", NULL, run_mend,
	 {POS(SCN_HOSTS), {"with", SCN_HOSTS, false, NULL}}},
	{"partition", "HOSTS [and HOSTS]", NULL, run_partition,
	 {POS(SCN_HOSTS), {"and", SCN_HOSTS, true, NULL}}},
	{"heal", "", NULL, run_heal, {{0}}},

	{"run", "TIME", NULL, scenario_run_run, {POS(SCN_TIME)}},
	{"agree", "within TIME", NULL, scenario_run_agree, {{"within", SCN_TIME, false, NULL}}},
	{"joined", "HOSTS within TIME", NULL, scenario_run_joined,
	 {POS(SCN_HOSTS), {"within", SCN_TIME, false, NULL}}},
	{"wait", "HOSTS STATUS [at HOSTS] [after TIME] within TIME", NULL, scenario_run_wait,
	 {POS(SCN_HOSTS), POS(SCN_STATUS), AT, {"after", SCN_TIME, true, NULL},
	  {"within", SCN_TIME, false, NULL}}},
	{"is", "HOSTS STATUS [at HOSTS]", NULL, scenario_run_is, {POS(SCN_HOSTS), POS(SCN_STATUS), AT}},
	{"never", "HOSTS STATUS [at HOSTS]", NULL, scenario_run_never,
	 {POS(SCN_HOSTS), POS(SCN_STATUS), AT}},
	{"allow", "", NULL, scenario_run_allow, {{0}}},
	{"offered", "HOSTS NAME NUMBER [at HOSTS] within TIME", NULL, scenario_run_offered,
	 {POS(SCN_HOSTS), POS(SCN_WORD), POS(SCN_NUMBER), AT, {"within", SCN_TIME, false, NULL}}},
	{"missing", "HOSTS NAME [at HOSTS] within TIME", NULL, scenario_run_missing,
	 {POS(SCN_HOSTS), POS(SCN_WORD), AT, {"within", SCN_TIME, false, NULL}}},
	{"steady", "HOSTS NAME [at HOSTS]", NULL, scenario_run_steady,
	 {POS(SCN_HOSTS), POS(SCN_WORD), AT}},
	{"tagged", "HOSTS KEY VALUE [at HOSTS] within TIME", NULL, scenario_run_tagged,
	 {POS(SCN_HOSTS), POS(SCN_WORD), POS(SCN_WORD), AT, {"within", SCN_TIME, false, NULL}}},
	{"stat", "COUNTER [at HOSTS] [min NUMBER] [max NUMBER]", NULL, scenario_run_stat,
	 {POS(SCN_STAT), AT, {"min", SCN_NUMBER, true, NULL}, {"max", SCN_NUMBER, true, NULL}}},
	{"remains", "down|paused|cut|suspect HOSTS", NULL, scenario_run_remains,
	 {{NULL, SCN_WORD, false, "down|paused|cut|suspect"}, POS(SCN_HOSTS)}},
	{NULL, NULL, NULL, NULL, {{0}}},
};
