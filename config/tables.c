#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/words.h"
#include "base/zone.h"
#include "config/tables.h"

const char *const sl_formula_codes[SL_FORMULA_COUNT] = {"SL2sv", "SL1", "SL2", "SL2s", "SL3", "SL4", "SLO"};
const char *const window_names[WINDOW_COUNT] = {"now", "5m", "15m", "30m", "60m", "today", "24h", "7d", "35d"};
const char *const channel_names[CHANNEL_COUNT] = {NC_("channel", "phone"), NC_("channel", "chat"), NC_("channel", "email"),
	NC_("channel", "messenger"), NC_("channel", "social"), NC_("channel", "other")};
static const char *const attributions[] = {"outcome", "arrival"};
static const char *const conduct_filters[] = {"all", "without"};
static const char *const fcr_begins[] = {"queued", "released"};
static const char *const fcr_matches[] = {"topic", "queue", "customer"};
static const char *const store_states[] = {"full", "none"};
static const char *const severities[] = {"warning", "critical"};
static const char *const eaches[] = {"none", "queue", "channel", "market", "agent", "team"};
static const char *const clock_kinds[] = {"wall", "feed"};
static const char *const colour_kinds[] = {"auto", "truecolor", "256", "16", "8", "none"};
static const char *const line_kinds[] = {"auto", "slow"};
static const char *const bell_kinds[BELL_KINDS] = {"none", "critical", "all"};
static const char *const notify_kinds[NOTIFY_KINDS] = {"none", "auto", "osc9", "osc777"};
static const char *const inbox_kinds[] = {"auto", "trusted", "refused"};
static const char *const glyph_kinds[] = {"auto", "utf-8", "ascii", "console"};

static int find(const char *const *words, int count, const char *word)
{
	for (int i = 0; i < count; i++)
		if (strcasecmp(words[i], word) == 0)
			return i;
	return -1;
}

int sl_formula_find(const char *code)
{
	return find(sl_formula_codes, SL_FORMULA_COUNT, code);
}

bool night_parse(const char *text, int *from, int *to)
{
	int hours[2], minutes[2], used = 0;
	if (sscanf(text, "%2d:%2d-%2d:%2d%n", &hours[0], &minutes[0], &hours[1], &minutes[1], &used) != 4 || text[used])
		return false;
	for (int i = 0; i < 2; i++)
		if (hours[i] < 0 || hours[i] > 23 || minutes[i] < 0 || minutes[i] > 59)
			return false;
	*from = hours[0] * 60 + minutes[0];
	*to = hours[1] * 60 + minutes[1];
	return true;
}

int window_find(const char *name)
{
	return find(window_names, WINDOW_COUNT, name);
}

bool setting_is_zone(const char *value, struct error *err)
{
	if (strcmp(value, "local") == 0) /* whatever this machine says */
		return true;
	struct zone *zone = zone_open(value, NULL);
	zone_close(zone);
	return zone || fail(err, "a time zone such as \"Europe/Berlin\", \"UTC\" or \"local\"");
}

static bool is_night(const char *value, struct error *err)
{
	int from, to;
	return !*value || night_parse(value, &from, &to) || fail(err, "two times of the day such as \"20:00-06:00\"");
}

static bool is_site(const char *value, struct error *err)
{
	return !strchr(value, '/') || fail(err, "one segment of a topic, without '/'");
}

/* Read as a number already. */
static bool is_frames(const char *value, struct error *err)
{
	const double frames = strtod(value, NULL);
	return (frames >= 0.2 && frames <= 30) || fail(err, "a number from 0.2 to 30");
}

#define AT(member) .offset = offsetof(struct settings, member)
#define LIST(member, counter) AT(member), .count_offset = offsetof(struct settings, counter)
#define WORDS(list) .words = list, .word_count = sizeof list / sizeof *list
#define BETWEEN(from, to) .least = from, .most = to

static const struct setting board_settings[] = {
	{"site", .group = "Site and time", .type = SETTING_KEY, AT(site), .fallback = "", .check = is_site,
		.help = "The site whose events are shown: the first segment of every topic. Empty: any."},
	{"title", .type = SETTING_TEXT, .at_once = true, AT(title), .fallback = "Customer care", .help = "What stands at the top left."},
	{"zone", .type = SETTING_KEY, .counts = true, AT(zone), .fallback = "local", .check = setting_is_zone,
		.help = "The time zone of the site: \"local\", \"UTC\" or a name such as \"Europe/Berlin\"."},
	{"day_start", .type = SETTING_DAYTIME, .counts = true, AT(day_start), .fallback = "00:00",
		.help = "When \"today\" begins, in the zone of the site; whole quarter hours."},
	{"clocks", .type = SETTING_LIST, .at_once = true, LIST(clocks, clock_count), .most = 6, .check = setting_is_zone,
		.help = "Further time zones whose clocks stand in the header: { \"Asia/Jakarta\", \"Europe/Lisbon\" }."},

	{"feeds", .group = "Feeds", .type = SETTING_LIST, LIST(feeds, feed_count), .most = 64,
		.help = "Where events come from: { \"tcp://pbx:5556\", \"ipc:///run/tablo/helpdesk\" }. Also file:PATH, journal:DIR, sim:SEED."},
	{"clock", .type = SETTING_CHOICE, AT(clock), .fallback = "wall", WORDS(clock_kinds),
		.help = "What time it is: \"wall\" (this machine's clock), or \"feed\" (the newest event's) for recorded feeds."},
	{"silence", .type = SETTING_DURATION, AT(silence), .fallback = "60s", BETWEEN(SECOND_MS, DAY_MS),
		.help = "A feed that never sends heartbeats is stale after so long without an event."},
	{"stale", .type = SETTING_DURATION, AT(stale), .fallback = "5s", BETWEEN(SECOND_MS, HOUR_MS),
		.help = "A feed is stale after so long without a heartbeat."},
	{"reconnect", .type = SETTING_DURATION, AT(reconnect), .fallback = "10s", BETWEEN(SECOND_MS, HOUR_MS),
		.help = "A stale feed is connected anew after so long without a heartbeat."},
	{"memory_limit", .type = SETTING_LARGE, AT(memory_limit), .fallback = "1024", BETWEEN(64, 1048576),
		.help = "MiB of resident memory after which the worst feed is dropped and named."},

	{"key_file", .group = "Security of the wire", .type = SETTING_KEY, AT(key_file), .fallback = "",
		.help = "This program's own key, as \"tablo keygen\" writes it: a file of mode 0600, or \"credential:NAME\" (systemd)."},
	{"server_key", .type = SETTING_KEY, AT(server_key), .fallback = "",
		.help = "The public key that a publisher must have, where its feed has no section of its own: the 40 characters, or a file."},
	{"client_keys", .type = SETTING_KEY, AT(client_keys), .fallback = "",
		.help = "Who may subscribe to what this program publishes: a file with one public key a line, read again on SIGHUP; "
			"or \"any\"."},
	{"allow_plaintext", .type = SETTING_FLAG, AT(allow_plaintext), .fallback = "false",
		.help = "Lets feeds go unencrypted over the network. ipc:// and this machine's own addresses need no leave."},
	{"rights_default", .type = SETTING_LIST, LIST(rights_default, default_count), .fallback = "names", .most = RIGHT_COUNT, .check = setting_is_right,
		.help = "A collector: what may do who stands in no section right, as soon as there is one: looking on, with names. Without any "
			"section everybody who may attach may do everything."},
	{"inbox", .type = SETTING_WORD, AT(inbox), .fallback = "auto", WORDS(inbox_kinds),
		.help = "Actions that boards leave in Redis, where nobody proves who he is: \"auto\" takes them as long as there is no section right, "
			"\"trusted\" always, \"refused\" never."},

	{"window", .group = "Figures", .type = SETTING_WORD, AT(window), .fallback = "30m", WORDS(window_names),
		.help = "The window of figures where a page does not choose its own."},
	{"by", .type = SETTING_WORD, .counts = true, AT(by), .fallback = "outcome", WORDS(attributions),
		.help = "Which minute a contact counts in: that of its \"outcome\", or that of its \"arrival\"."},
	{"conduct", .type = SETTING_WORD, AT(conduct), .fallback = "all", WORDS(conduct_filters),
		.help = "Handling times and CSAT of all contacts, or without those flagged as rude. Levels and alerts always see all."},
	{"formula", .type = SETTING_WORD, .counts = true, AT(formula), .fallback = "SL2sv", WORDS(sl_formula_codes),
		.help = "The service level: SL2sv answered in time / (answered + abandoned - short + overdue), SL1 / answered, "
			"SL2 / (answered + abandoned), SL2s without short ones, SL3 counts early abandons as good, SL4 leaves them out, "
			"SLO / offered."},
	{"target_phone", .type = SETTING_DURATION, .counts = true, AT(target[CHANNEL_PHONE]), .fallback = "20s", BETWEEN(SECOND_MS, 30 * DAY_MS),
		.help = "A call is answered in time within so long, unless its queue says otherwise."},
	{"target_chat", .type = SETTING_DURATION, .counts = true, AT(target[CHANNEL_CHAT]), .fallback = "60s", BETWEEN(SECOND_MS, 30 * DAY_MS),
		.help = "The same for a chat."},
	{"target_email", .type = SETTING_DURATION, .counts = true, AT(target[CHANNEL_EMAIL]), .fallback = "4h", BETWEEN(SECOND_MS, 30 * DAY_MS),
		.help = "The same for an e-mail."},
	{"target_messenger", .type = SETTING_DURATION, .counts = true, AT(target[CHANNEL_MESSENGER]), .fallback = "5m", BETWEEN(SECOND_MS, 30 * DAY_MS),
		.help = "The same for a messenger: people look at it again and again, but do not sit and wait as in a chat."},
	{"target_social", .type = SETTING_DURATION, .counts = true, AT(target[CHANNEL_SOCIAL]), .fallback = "1h", BETWEEN(SECOND_MS, 30 * DAY_MS),
		.help = "The same for social media, where others read along."},
	{"target_other", .type = SETTING_DURATION, .counts = true, AT(target[CHANNEL_OTHER]), .fallback = "60s", BETWEEN(SECOND_MS, 30 * DAY_MS),
		.help = "The same for every other channel."},
	{"short_abandon", .type = SETTING_DURATION, .counts = true, AT(short_abandon), .fallback = "5s", BETWEEN(0, HOUR_MS),
		.help = "Who gives up within so long (a wrong number, a change of mind) is no abandoned contact."},
	{"fcr_within", .type = SETTING_DURATION, .counts = true, AT(fcr_within), .fallback = "7d", BETWEEN(HOUR_MS, 35 * DAY_MS),
		.help = "Resolved at the first contact: no further one within so long. 24h and 72h are usual too."},
	{"fcr_from", .type = SETTING_WORD, .counts = true, AT(fcr_from), .fallback = "queued", WORDS(fcr_begins),
		.help = "From when that counts: when the first contact was \"queued\", or when it was \"released\"."},
	{"fcr_match", .type = SETTING_WORD, .counts = true, AT(fcr_match), .fallback = "topic", WORDS(fcr_matches),
		.help = "Which contact is a further one: of the same customer and \"topic\" (an absent topic matches any), of the same "
			"customer and \"queue\", or of the same \"customer\"."},
	{"fcr_exclude_topics", .type = SETTING_LIST, .counts = true, LIST(fcr_exclude_topics, fcr_topic_count), .most = 64,
		.help = "Contacts of these topics are neither resolved nor further ones: { \"spam\", \"wrong number\" }."},
	{"fcr_exclude_reasons", .type = SETTING_LIST, .counts = true, LIST(fcr_exclude_reasons, fcr_reason_count), .most = 64,
		.help = "A case.state with one of these reasons takes the case's contacts out of the figure: { \"duplicate\", \"needs level 2\" }."},
	{"wrap_wait", .group = "Rules of the engine", .type = SETTING_DURATION, .counts = true, AT(wrap_wait), .fallback = "10m", BETWEEN(SECOND_MS, DAY_MS),
		.help = "So long the end of a wrap-up is awaited; then the contact is closed without one."},
	{"lost_after", .type = SETTING_DURATION, .counts = true, AT(lost_after), .fallback = "24h", BETWEEN(HOUR_MS, 35 * DAY_MS),
		.help = "A call or chat without a sign for so long is closed as lost."},
	{"late_limit", .type = SETTING_DURATION, .counts = true, AT(late_limit), .fallback = "24h", BETWEEN(MINUTE_MS, 35 * DAY_MS),
		.help = "An event up to so late still corrects its minute; an older one changes only what is open now."},
	{"ahead_limit", .type = SETTING_DURATION, .counts = true, AT(ahead_limit), .fallback = "5s", BETWEEN(0, HOUR_MS),
		.help = "An event further ahead of the clock than this is counted as skewed."},
	{"hold_unknown", .type = SETTING_DURATION, .counts = true, AT(hold_unknown), .fallback = "2s", BETWEEN(0, MINUTE_MS),
		.help = "An event whose predecessor has not come yet waits so long for it."},
	{"case_memory", .type = SETTING_DURATION, .counts = true, AT(case_memory), .fallback = "35d", BETWEEN(DAY_MS, 3660 * DAY_MS),
		.help = "A closed case is remembered at least so long; opened again later, it is one that nobody knows."},
	{"sla_calendar", .type = SETTING_KEY, .counts = true, AT(sla_calendar), .fallback = "",
		.help = "The calendar of SLA clocks that name none and whose queue has none. Empty: always open."},
	{"due_soon_most", .type = SETTING_DURATION, .counts = true, AT(due_soon_most), .fallback = "15m", BETWEEN(0, 7 * DAY_MS),
		.help = "An SLA clock is due soon when at most so much open time is left ..."},
	{"due_soon_percent", .type = SETTING_NUMBER, .counts = true, AT(due_soon_percent), .fallback = "20", BETWEEN(0, 100),
		.help = "... and at most so many percent of its target."},
	{"care_shift", .group = "Agents and customers", .type = SETTING_NUMBER, .counts = true, AT(care_shift), .fallback = "3", BETWEEN(1, 1000),
		.help = "After so many rude contacts in a shift the board suggests a break ..."},
	{"care_hour", .type = SETTING_NUMBER, .counts = true, AT(care_hour), .fallback = "2", BETWEEN(1, 1000),
		.help = "... or after so many within an hour; the last 16 are remembered, so more than that is never reached."},
	{"care_break", .type = SETTING_DURATION, .counts = true, AT(care_break), .fallback = "10m", BETWEEN(MINUTE_MS, DAY_MS),
		.help = "To be away for so long, for one of care_reasons, is a break."},
	{"care_reasons", .type = SETTING_LIST, .counts = true, LIST(care_reasons, care_reason_count), .most = 50, .fallback = "break,lunch,pause,care",
		.help = "Reasons of being away that are breaks, as agent.state tells them; in any case of letters. {}: any reason."},
	{"flag_days", .type = SETTING_DURATION, .counts = true, AT(flag_days), .fallback = "30d", BETWEEN(0, 365 * DAY_MS),
		.help = "So long the flag of a rude contact follows the customer's pseudonym."},
	{"anger_limit", .type = SETTING_NUMBER, .counts = true, AT(anger_limit), .fallback = "10", BETWEEN(0, 100000),
		.help = "So many signals of anger at the company in one queue raise an alert, an early sign of an incident; 0: never ..."},
	{"anger_within", .type = SETTING_DURATION, .counts = true, AT(anger_within), .fallback = "15m", BETWEEN(MINUTE_MS, HOUR_MS),
		.help = "... where they come within this time."},
	{"mistakes_limit", .type = SETTING_NUMBER, .counts = true, AT(mistakes_limit), .fallback = "4", BETWEEN(1, 10000),
		.help = "Mistakes of an agent in a window from which on they are coloured."},
	{"followup_attempts", .type = SETTING_NUMBER, .counts = true, AT(followup_attempts), .fallback = "1", BETWEEN(1, 100),
		.help = "Calls that reach nobody until an unhappy customer counts as not reached and is called no more."},
	{"shifts", .type = SETTING_KEY, AT(shifts), .fallback = "",
		.help = "A file of planned shifts: lines like mon-fri,08:00,16:30,Billing,12, for the page of forecasts. Empty: none."},
	{"staffing_goal", .type = SETTING_NUMBER, .counts = true, AT(staffing_goal), .fallback = "80", BETWEEN(1, 99),
		.help = "Percent of arrivals to be answered in time, that agents needed are reckoned for."},
	{"limit_help", .type = SETTING_DURATION, AT(limit_help), .fallback = "1m", BETWEEN(0, DAY_MS),
		.help = "So long an agent may be without the help he asked for; from then on he is amber on the page of agents, from twice that on red. 0s: never."},
	{"limit_ring", .type = SETTING_DURATION, AT(limit_ring), .fallback = "30s", BETWEEN(0, DAY_MS), .help = "The same for a contact that rings ..."},
	{"limit_talk", .type = SETTING_DURATION, AT(limit_talk), .fallback = "20m", BETWEEN(0, DAY_MS), .help = "... for talking ..."},
	{"limit_hold", .type = SETTING_DURATION, AT(limit_hold), .fallback = "3m", BETWEEN(0, DAY_MS), .help = "... for keeping a customer on hold ..."},
	{"limit_wrap", .type = SETTING_DURATION, AT(limit_wrap), .fallback = "5m", BETWEEN(0, DAY_MS), .help = "... for wrapping up ..."},
	{"limit_away", .type = SETTING_DURATION, AT(limit_away), .fallback = "1h", BETWEEN(0, DAY_MS), .help = "... for being away ..."},
	{"limit_idle", .type = SETTING_DURATION, AT(limit_idle), .fallback = "0s", BETWEEN(0, DAY_MS), .help = "... and for being idle."},
	{"show_mistakes", .type = SETTING_FLAG, .at_once = true, AT(show_mistakes), .fallback = "false",
		.help = "Mistakes are shown by agent. On a wall that everybody sees they are not."},
	{"queues_most", .group = "Bounds: what comes from outside must not grow memory without end", .type = SETTING_NUMBER, .counts = true,
		AT(queues_most), .fallback = "1000", BETWEEN(1, 100000), .help = "Queues known by name; \"other\" takes the rest."},
	{"agents_most", .type = SETTING_NUMBER, .counts = true, AT(agents_most), .fallback = "10000", BETWEEN(1, 1000000),
		.help = "The same for agents."},
	{"names_most", .type = SETTING_NUMBER, .counts = true, AT(names_most), .fallback = "10000", BETWEEN(1, 1000000),
		.help = "The same for topics, teams, markets, reasons and policies, each."},
	{"history_days", .type = SETTING_NUMBER, .counts = true, AT(history_days), .fallback = "8", BETWEEN(1, 36),
		.help = "Days of quarter hours kept in memory: 8 for \"same time last week\", 29 for forecasts from four weeks, 36 for the window 35d."},

	{"journal", .group = "Journal", .type = SETTING_KEY, AT(journal), .fallback = "",
		.help = "The directory of the journal, which only one process may write. Empty: none."},
	{"journal_sync", .type = SETTING_DURATION, AT(journal_sync), .fallback = "100ms", BETWEEN(0, SECOND_MS),
		.help = "What a power cut may cost: so often the journal is made safe on the disk. 0s: after every batch."},
	{"journal_segment", .type = SETTING_LARGE, AT(journal_segment), .fallback = "64", BETWEEN(1, 1024),
		.help = "MiB of one file of the journal; after an hour a new one is begun anyway."},
	{"journal_seal", .type = SETTING_DURATION, AT(journal_seal), .fallback = "1h", BETWEEN(0, 3650 * DAY_MS),
		.help = "So long after it was closed a file of the journal is sealed: compressed to about a fifth. 0s: never."},
	{"journal_states", .type = SETTING_LARGE, AT(journal_states), .fallback = "10", BETWEEN(1, 1000),
		.help = "Percent of the journal's records, unsealed, that states of the engine may take: more of them, and a replay seeks faster."},
	{"journal_keep", .type = SETTING_DURATION, AT(journal_keep), .fallback = "7d", BETWEEN(HOUR_MS, 3650 * DAY_MS),
		.help = "Files of the journal that ended longer ago are removed; the history stays."},
	{"journal_keep_size", .type = SETTING_LARGE, AT(journal_keep_size), .fallback = "20480", BETWEEN(1, INT64_C(1) << 30),
		.help = "MiB of all files of the journal; beyond, the oldest are removed."},
	{"journal_keep_free", .type = SETTING_LARGE, AT(journal_keep_free), .fallback = "1024", BETWEEN(0, INT64_C(1) << 30),
		.help = "MiB that stay free on its disk; below, the oldest files are removed."},

	{"attach", .group = "Collector and store", .type = SETTING_KEY, AT(attach), .fallback = "",
		.help = "A board: the collector to follow (its publish) instead of feeds; of a pair both, with a comma between. Empty: none."},
	{"sites", .type = SETTING_LIST, LIST(sites, shown_count), .most = SITES_MOST, .check = is_site,
		.help = "A board: the sites it shows together, { \"tokyo\", \"berlin\" }, each from its own collector (a collector section, or "
			"attach = \"tokyo=URL,berlin=URL\") or from Redis (store). Empty: one site."},
	{"publish", .type = SETTING_KEY, AT(publish), .fallback = "",
		.help = "A collector: where boards may attach; of tcp://HOST:PORT they ask at PORT + 1. Empty: nowhere."},
	{"publish_outside", .type = SETTING_KEY, AT(publish_outside), .fallback = "",
		.help = "A collector: where boards elsewhere may attach, who get hashes for names and ids (docs/PRIVACY.md). Empty: nowhere."},
	{"client_keys_outside", .type = SETTING_KEY, AT(client_keys_outside), .fallback = "",
		.help = "Who may attach there: a file as client_keys, or \"any\". Those of client_keys are inside."},
	{"identifiers_key_file", .type = SETTING_KEY, AT(identifiers_key_file), .fallback = "",
		.help = "The secret by which names and ids become hashes (tablo keygen --identifiers); both collectors of a pair have the same."},
	{"peer", .type = SETTING_KEY, AT(peer), .fallback = "",
		.help = "A collector of a pair: the publish of the other one. Whoever has the lease in Redis is primary, the other one stands by. Empty: alone."},
	{"store", .type = SETTING_KEY, .is_private = true, AT(store), .fallback = "",
		.help = "The Redis that a collector writes and boards read: redis://[USER:PASS-FILE@]HOST/DB, unix://PATH ... Empty: none."},
	{"store_interval", .type = SETTING_DURATION, AT(store_interval), .fallback = "250ms", BETWEEN(50, MINUTE_MS),
		.help = "So often what changed is written to Redis, at most."},
	{"store_state", .type = SETTING_WORD, AT(store_state), .fallback = "full", WORDS(store_states),
		.help = "A collector: \"full\" keeps its packed engine in Redis, with names and ids as they came, for boards that only have Redis; "
			"\"none\" leaves it out: Redis then holds nothing that `display` hides."},
	{"look_back", .type = SETTING_DURATION, AT(look_back), .fallback = "4h", BETWEEN(MINUTE_MS, 35 * DAY_MS),
		.help = "A board that follows a collector on another machine: so far back the key r fetches its records."},
	{"look_back_size", .type = SETTING_LARGE, AT(look_back_size), .fallback = "256", BETWEEN(1, INT64_C(1) << 20),
		.help = "MiB that fetched records may take on this machine (in $XDG_CACHE_HOME/tablo, else in $TMPDIR); beyond, the oldest are let go."},

	{"colours", .group = "Screen", .type = SETTING_CHOICE, AT(colours), .fallback = "auto", WORDS(colour_kinds),
		.help = "\"auto\" asks the terminal, COLORTERM and NO_COLOR; \"truecolor\", \"256\", \"16\", \"8\" or \"none\" force it."},
	{"glyphs", .type = SETTING_CHOICE, AT(glyphs), .fallback = "auto", WORDS(glyph_kinds),
		.help = "Lines and bars: \"auto\" asks the locale and, for the console of Linux, TERM; \"utf-8\", \"ascii\" or \"console\" (signs of "
			"code page 437) force it."},
	{"language", .type = SETTING_CHOICE, AT(language), .fallback = "auto", .words = words_languages, .word_count = WORDS_LANGUAGES,
		.help = "The language of the board and of help: \"auto\" asks LANGUAGE, LC_ALL, LC_MESSAGES and LANG. English where the screen has only ASCII."},
	{"theme", .type = SETTING_KEY, .at_once = true, AT(theme), .fallback = "dark",
		.help = "The colours: \"dark\", \"light\", \"deuteranopia\", \"protanopia\", \"high-contrast\", \"mono\", \"night\", or a file of one's own."},
	{"frames", .type = SETTING_REAL, AT(frames), .fallback = "4", .check = is_frames,
		.help = "Pictures a second, at most, from 0.2 to 30; a terminal that takes less gets fewer."},
	{"line", .type = SETTING_WORD, AT(line), .fallback = "auto", WORDS(line_kinds),
		.help = "The way to the terminal: \"auto\" draws as often as it takes; \"slow\" sends little (some 250 bytes a second)."},
	{"log", .type = SETTING_KEY, AT(log), .fallback = "", .help = "A file for log lines while the board is on. Empty: none."},
	{"bell", .type = SETTING_WORD, .at_once = true, .was_flag = true, AT(bell), .fallback = "critical", WORDS(bell_kinds),
		.help = "The terminal's bell: once for each \"critical\" alert, for \"all\", or for \"none\"; not for those that are acknowledged or muted."},
	{"notify", .type = SETTING_WORD, AT(notify), .fallback = "auto", WORDS(notify_kinds),
		.help = "Critical alerts on the desktop of whoever's terminal can tell it: \"auto\" where it is known, \"osc9\", \"osc777\", or \"none\"."},
	{"boards", .type = SETTING_KEY, .at_once = true, AT(boards), .fallback = "",
		.help = "A file of pages beside this one, where those of several boards are the same. Empty: none."},
	{"card_language", .type = SETTING_KEY, .at_once = true, AT(card_language), .fallback = "auto",
		.help = "The language of the cards that say what to tell a rude customer: \"en\", \"ru\", or one that card sections bring; \"auto\": the board's."},

	{"wall_seconds", .group = "Wall (tablo --wall, docs/WALL.md)", .type = SETTING_DURATION, AT(wall_seconds), .fallback = "20s",
		BETWEEN(2 * SECOND_MS, HOUR_MS), .help = "So long each page stands on a wall."},
	{"wall_pages", .type = SETTING_LIST, LIST(wall_pages, wall_page_count), .most = 20,
		.help = "The pages of a wall in their order: { \"figures\", \"queues\", \"alerts\", \"clocks\", \"overview\" }, those of the digits (\"sla\", "
			"\"conduct\" ...) and pages of this file. Empty: those of the file with wall = true, else figures, queues, overview and alerts."},
	{"night", .type = SETTING_KEY, AT(night), .fallback = "", .check = is_night,
		.help = "When a wall is drawn in the theme for the night, by the clocks of the zone: \"20:00-06:00\". Empty: never."},

	{"display", .group = "Who may see what (docs/PRIVACY.md)", .type = SETTING_WORD, AT(display), .fallback = "team", WORDS(display_presets),
		.help = "Who looks on: the \"public\" (agents as initials; no contacts, cases or customers), the \"team\" (agents as initials; no "
			"customers), or people at a \"desk\" (everything; customers as a hash)."},
#define SHOWN(NAME, word, is_person, public, team, desk, text)                                                                     \
	{"display_" word, .type = SETTING_WORD, AT(shown_as[DISPLAY_##NAME]), .fallback = "preset", WORDS(display_actions), .help = text},
	DISPLAY_FIELDS(SHOWN)
#undef SHOWN
	{"display_key_file", .type = SETTING_KEY, AT(display_key_file), .fallback = "",
		.help = "The key of hashes: a file of 16 bytes or more, mode 0600, or \"credential:NAME\" (systemd). Empty: another one each run."},
};

#undef AT
#define AT(member) .offset = offsetof(struct queue_settings, member)
static const struct setting queue_settings[] = {
	{"title", .type = SETTING_TEXT, AT(title), .help = "What the board calls it."},
	{"target", .type = SETTING_DURATION, .counts = true, AT(target), BETWEEN(SECOND_MS, 30 * DAY_MS), .help = "Answered in time within so long."},
	{"short_abandon", .type = SETTING_DURATION, .counts = true, AT(short_abandon), BETWEEN(0, HOUR_MS), .help = "As above, for this queue."},
	{"formula", .type = SETTING_WORD, .counts = true, AT(formula), WORDS(sl_formula_codes), .help = "As above, for this queue."},
	{"calendar", .type = SETTING_KEY, .counts = true, AT(calendar), .help = "Of its SLA clocks, where they name none."},
	{"market", .type = SETTING_KEY, .counts = true, AT(market), .help = "Of its contacts and cases, where they name none; otherwise what a feed says."},
	{"hidden", .type = SETTING_FLAG, .counts = true, AT(hidden), .fallback = "false", .help = "Counted in totals, without a row of its own."},
};

#undef AT
#define AT(member) .offset = offsetof(struct feed_settings, member)
static const struct setting feed_settings[] = {
	{"server_key", .type = SETTING_KEY, AT(server_key), .help = "The publisher's public key (40 characters), or a file that holds it."},
	{"key_file", .type = SETTING_KEY, AT(key_file), .help = "Our own key for this feed; otherwise the general one."},
	{"allow_plaintext", .type = SETTING_FLAG, AT(allow_plaintext), .fallback = "false", .help = "This feed may go unencrypted."},
};

#undef AT
#define AT(member) .offset = offsetof(struct site_settings, member)
static const struct setting site_settings[] = {
	{"attach", .type = SETTING_KEY, AT(attach), .help = "Its collector (the publish of that one); otherwise it is read from Redis alone."},
	{"zone", .type = SETTING_KEY, AT(zone), .check = setting_is_zone, .help = "The time zone of its days, as its collector has it; otherwise the board's."},
};

#undef AT
#define AT(member) .offset = offsetof(struct level_settings, member)
static const struct setting level_settings[] = {
	{"queue", .type = SETTING_KEY, .counts = true, AT(queue), .help = "For this queue only; otherwise for every one without a level of its own."},
	{"channel", .type = SETTING_CHOICE, .counts = true, AT(channel), WORDS(channel_names), .help = "For this channel only."},
	{"market", .type = SETTING_KEY, .counts = true, AT(market), .help = "For this market only."},
	{"window", .type = SETTING_WORD, .counts = true, AT(window), WORDS(window_names), .help = "For this window; otherwise the board's."},
	{"warn", .type = SETTING_LIMIT, .counts = true, AT(warn),
		.help = "Amber from here: seconds (\"20s\"), percent (\"80 %\"), a count, or \"none\"."},
	{"crit", .type = SETTING_LIMIT, .counts = true, AT(crit), .help = "Red from here."},
	{"hysteresis", .type = SETTING_LIMIT, .counts = true, AT(hysteresis),
		.help = "How far back it must come before the level falls; otherwise 5 % of the limit."},
	{"hold", .type = SETTING_DURATION, .counts = true, AT(hold), .fallback = "0s", BETWEEN(0, DAY_MS),
		.help = "So long a worse level must last before it shows."},
};

#undef AT
#define AT(member) .offset = offsetof(struct alert_settings, member)
static const struct setting alert_settings[] = {
	{"metric", .type = SETTING_KEY, .counts = true, AT(metric), .help = "The figure it watches."},
	{"queue", .type = SETTING_KEY, .counts = true, AT(queue), .help = "Of this queue only."},
	{"channel", .type = SETTING_CHOICE, .counts = true, AT(channel), WORDS(channel_names), .help = "Of this channel only."},
	{"market", .type = SETTING_KEY, .counts = true, AT(market), .help = "Of this market only."},
	{"agent", .type = SETTING_KEY, .counts = true, AT(agent), .help = "Of this agent only."},
	{"team", .type = SETTING_KEY, .counts = true, AT(team), .help = "Of this team only."},
	{"each", .type = SETTING_WORD, .counts = true, AT(each), .fallback = "none", WORDS(eaches),
		.help = "An alert of its own for each \"queue\", \"channel\", \"market\", \"agent\" or \"team\" (500 at most)."},
	{"window", .type = SETTING_WORD, .counts = true, AT(window), WORDS(window_names), .help = "In this window; otherwise the board's."},
	{"enter", .type = SETTING_LIMIT, .counts = true, AT(enter), .help = "Raised from here."},
	{"leave", .type = SETTING_LIMIT, .counts = true, AT(leave), .help = "Cleared from here; otherwise where it was raised."},
	{"hold", .type = SETTING_DURATION, .counts = true, AT(hold), .fallback = "0s", BETWEEN(0, DAY_MS),
		.help = "So long it must last before it is raised."},
	{"and_metric", .type = SETTING_KEY, .counts = true, AT(and_metric), .help = "A second figure that must be past its limit at the same time."},
	{"and_enter", .type = SETTING_LIMIT, .counts = true, AT(and_enter), .help = "The limit of that one."},
	{"and_leave", .type = SETTING_LIMIT, .counts = true, AT(and_leave), .help = "No longer past it from here; otherwise where it began."},
	{"severity", .type = SETTING_WORD, .counts = true, AT(severity), .fallback = "warning", WORDS(severities),
		.help = "How it is drawn: \"warning\" amber, \"critical\" red."},
	{"exec", .type = SETTING_KEY, .is_private = true, AT(exec), .help = "A command that is run, without a shell, when it is raised and when it has cleared."},
};

#define TABLE(list) list, sizeof list / sizeof *list
const struct setting_table board_table = {"", "", "", TABLE(board_settings)};
const struct setting_table feed_table = {"feed", "tcp://pbx:5556", "How the link to one feed is secured; its title is the feed's URL.",
	TABLE(feed_settings)};
const struct setting_table site_table = {"collector", "berlin",
	"Where a board over several sites (sites) finds the collector of one; its title is the site's name.", TABLE(site_settings)};
const struct setting_table queue_table = {"queue", "Billing", "What one queue does otherwise; its title is its name in the feed.",
	TABLE(queue_settings)};
const struct setting_table level_table = {"level", "longest_wait",
	"When a figure turns amber and red; its title is the metric. The first that fits wins.", TABLE(level_settings)};
const struct setting_table alert_table = {"alert", "phones stalled", "What raises an alert; its title is what the board calls it.",
	TABLE(alert_settings)};
