#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/memory.h"
#include "store/snapshot_forecast.h"
#include "tests/sample_snapshot.h"
#include "widgets/tile.h"

#define SUNDAY INT64_C(933516452000) /* 1999-08-01T14:07:32Z */

static char *feed_names[] = {"tcp://127.0.0.1:5580", "ipc:///run/helpdesk/feed"};

void sample_set(struct figure *figures, const char *metric, int64_t numerator, int64_t denominator, enum level level)
{
	const int index = metric_find(metric);
	assert(index >= 0);
	figures[index] = (struct figure){.known = true, .numerator = numerator, .denominator = denominator, .n = denominator, .low = -1, .high = -1,
		.level = level};
}

static struct figure *figure_of(struct figure *figures, const char *metric)
{
	return &figures[metric_find(metric)];
}

static void set_figures(struct figure *figures)
{
	sample_set(figures, "queue_depth", 23, 1, LEVEL_CRIT);
	sample_set(figures, "longest_wait", 252000, 1, LEVEL_CRIT);
	sample_set(figures, "service_level", 430, 500, LEVEL_OK);
	sample_set(figures, "sla_breached", 3, 1, LEVEL_WARN);
	sample_set(figures, "aht", 401000, 1, LEVEL_OK);
	sample_set(figures, "aht_p90", 860000, 1, LEVEL_NONE);
	sample_set(figures, "fcr", 305, 412, LEVEL_OK);
	figure_of(figures, "fcr")->high = 780000;
	sample_set(figures, "fcr_open", 96, 1, LEVEL_NONE);
	sample_set(figures, "csat", 170, 187, LEVEL_UNSURE);
	figure_of(figures, "csat")->low = 870000;
	figure_of(figures, "csat")->high = 950000;
	sample_set(figures, "csat_response", 187, 610, LEVEL_NONE);
	sample_set(figures, "rude_now", 2, 1, LEVEL_CRIT);
	sample_set(figures, "rude_count", 3, 1, LEVEL_NONE);
	sample_set(figures, "sla_breached_open", 3, 1, LEVEL_NONE);
	sample_set(figures, "sla_running", 64, 1, LEVEL_NONE);
	sample_set(figures, "sla_paused", 11, 1, LEVEL_NONE);
	sample_set(figures, "followup_open", 4, 1, LEVEL_WARN);
	sample_set(figures, "followup_oldest", 4800000, 1, LEVEL_WARN);
	sample_set(figures, "nps", 4100, 100, LEVEL_NONE);
	sample_set(figures, "ces", 5800 * 40, 40, LEVEL_NONE);
	sample_set(figures, "iqs", 88000 * 31, 31, LEVEL_NONE);
	sample_set(figures, "churn_rate", 4, 1000, LEVEL_NONE);
}

static void set_today(struct figure *today)
{
	sample_set(today, "rude_count", 14, 1, LEVEL_NONE);
	sample_set(today, "rude_ended", 2, 1, LEVEL_NONE);
	sample_set(today, "rude_faults", 1, 1, LEVEL_NONE);
	sample_set(today, "rude_unresolved", 3, 1, LEVEL_NONE);
	sample_set(today, "rude_false_rate", 2, 16, LEVEL_NONE);
	sample_set(today, "rude_false_agent", 0, 9, LEVEL_NONE);
	sample_set(today, "rude_false_engine", 2, 7, LEVEL_NONE);
	sample_set(today, "aht_calm", 372000, 1, LEVEL_OK);
	sample_set(today, "csat_calm", 168, 180, LEVEL_OK);
	sample_set(today, "care_suggested", 2, 1, LEVEL_NONE);
	sample_set(today, "care_taken", 1, 1, LEVEL_NONE);
	sample_set(today, "anger_at_company", 31, 1, LEVEL_NONE);
}

static void set_before(struct snapshot *snapshot)
{
	struct figure *before = snapshot->compared[COMPARE_LAST_WEEK].then;
	sample_set(before, "queue_depth", 14, 1, LEVEL_NONE);
	sample_set(before, "service_level", 84, 100, LEVEL_NONE);
	memcpy(snapshot->compared[COMPARE_LAST_WEEK].now, snapshot->figures, sizeof snapshot->figures);
}

static void set_sparks(struct snapshot *snapshot)
{
	static const char *const waves[TILE_COUNT] = {
		"78867686432343123445675887876644", "78644552123212443687688667523314", "63342123225656886886454223212142", "23213436676688667534411331335544",
		"31255478777886656522311343667677", "35656876776534311325447867871177", "76688666423311332366578768744422", "68754541231134346767875664423311"};
	snapshot->span = spark_span(snapshot->request.window);
	snapshot->spark_count = TILE_COUNT;
	for (int tile = 0; tile < TILE_COUNT; tile++) {
		int64_t *points = snapshot->sparks[tile].points;
		snapshot->sparks[tile].metric = metric_find(tile_infos[tile].metric);
		const int count = (int)strlen(waves[tile]);
		for (int i = 0; i < SPARK_MOST; i++)
			points[i] = (waves[tile][(i + 4) % count] - '0') * 1000;
	}
}

struct row {
	const char *queue, *channel;
	enum channel number;
	int waiting, longest /* s; -1: nobody */, level, aht, free_ones, on, breached;
	enum level worst;
};

static void set_row(struct snapshot_row *row, const struct row *from, uint16_t queue)
{
	*row = (struct snapshot_row){.scope = SCOPE_ALL, .worst = from->worst};
	row->scope.queue = queue;
	row->scope.channel = (uint16_t)from->number;
	snprintf(row->queue, sizeof row->queue, "%s", from->queue);
	snprintf(row->channel, sizeof row->channel, "%s", from->channel);
	const enum level level = from->worst;
	sample_set(row->figures, "queue_depth", from->waiting, 1, level);
	if (from->longest >= 0)
		sample_set(row->figures, "longest_wait", from->longest * 1000, 1, level);
	sample_set(row->figures, "service_level", from->level, 100, level);
	sample_set(row->figures, "aht", from->aht * 1000, 1, LEVEL_NONE);
	sample_set(row->figures, "agents_free", from->free_ones, 1, LEVEL_NONE);
	sample_set(row->figures, "agents_on", from->on, 1, LEVEL_NONE);
	sample_set(row->figures, "sla_breached", from->breached, 1, level);
	sample_set(row->figures, "abandon_rate", 3, 100, LEVEL_NONE);
	sample_set(row->figures, "offered", 120 + from->waiting, 1, LEVEL_NONE);
}

static void set_rows(struct snapshot *snapshot)
{
	static const struct row rows[] = {
		{"Billing", "chat", CHANNEL_CHAT, 11, 252, 71, 485, 0, 6, 2, LEVEL_CRIT},
		{"Delivery", "phone", CHANNEL_PHONE, 4, 96, 79, 442, 0, 8, 1, LEVEL_WARN},
		{"Billing", "phone", CHANNEL_PHONE, 3, 48, 88, 370, 1, 9, 0, LEVEL_OK},
		{"Delivery", "email", CHANNEL_EMAIL, 38, 11520, 94, 700, 2, 5, 0, LEVEL_OK},
		{"Returns", "chat", CHANNEL_CHAT, 5, 31, 92, 302, 2, 7, 0, LEVEL_OK},
		{"VIP", "phone", CHANNEL_PHONE, 0, -1, 100, 288, 4, 4, 0, LEVEL_OK},
		{"Portugu\u00EAs", "chat", CHANNEL_CHAT, 0, -1, 97, 393, 3, 4, 0, LEVEL_OK},
		{"Bahasa", "chat", CHANNEL_CHAT, 0, -1, 95, 357, 2, 3, 0, LEVEL_NONE},
	};
	static const uint16_t queues[] = {2, 3, 2, 3, 4, 5, 6, 7};
	snapshot->row_count = (int)(sizeof rows / sizeof *rows);
	snapshot->rows = memory_new((size_t)snapshot->row_count, sizeof *snapshot->rows);
	for (int i = 0; i < snapshot->row_count; i++)
		set_row(&snapshot->rows[i], &rows[i], queues[i]);
}

static void set_conduct(struct snapshot *snapshot)
{
	snapshot->conduct = memory_new(2, sizeof *snapshot->conduct);
	snapshot->conduct_count = 2;
	snapshot->conduct[0] = (struct list_conduct){.agent = "Ana K.", .channel = "chat", .queue = "Billing", .step = 3, .highest = 3,
		.since = 160000, .flagged_ms = 420000, .prior_ms = -1, .open = true, .next = 4, .fault = ""};
	snapshot->conduct[1] = (struct list_conduct){.agent = "Ilya P.", .channel = "phone", .queue = "VIP", .step = 1, .highest = 1,
		.fault_step = 3, .since = 55000, .flagged_ms = 90000, .prior_ms = 2 * DAY_MS, .prior_step = 3, .open = true, .next = 2, .fault = "skipped"};
	for (int i = 0; i < 2; i++)
		snprintf(snapshot->conduct[i].contact, sizeof snapshot->conduct[i].contact, "r%d", i);
	snapshot->care = memory_new(1, sizeof *snapshot->care);
	snapshot->care_count = 1;
	snapshot->care[0] = (struct list_care){.agent = "Ana K.", .rude = 3, .since = 760000};
	static const struct list_conduct before = {.agent = "Carla M.", .queue = "Orders", .channel = "phone", .contact = "b1", .since = 35000,
		.closed_ms = -1, .flagged_ms = -1, .prior_ms = 5 * DAY_MS, .prior_step = 4, .fault = ""};
	snapshot->flagged_before = memory_new(1, sizeof *snapshot->flagged_before);
	snapshot->flagged_before_count = 1;
	snapshot->flagged_before[0] = before;
	static const struct list_care loads[] = {{.agent = "Ana K.", .rude = 3, .since_break = 3, .hour = 1, .since = 760000, .resting = -1, .rested = -1},
		{.agent = "Ilya P.", .rude = 2, .since_break = 0, .hour = 0, .since = -1, .resting = -1, .rested = 1800000},
		{.agent = "Carla M.", .rude = 1, .since_break = 1, .hour = 1, .since = -1, .resting = -1, .rested = -1}};
	snapshot->load_count = (int)(sizeof loads / sizeof *loads);
	snapshot->loads = memory_new((size_t)snapshot->load_count, sizeof *snapshot->loads);
	memcpy(snapshot->loads, loads, sizeof loads);
	static const struct list_fault fault = {.agent = "Ilya P.", .queue = "VIP", .channel = "phone", .contact = "r1", .ago = 55000, .tried = 3,
		.reached = 1, .what = "skipped"};
	snapshot->protocol_faults = memory_new(1, sizeof *snapshot->protocol_faults);
	snapshot->protocol_fault_count = 1;
	snapshot->protocol_faults[0] = fault;
	snapshot->false_flags = memory_new(2, sizeof *snapshot->false_flags);
	snapshot->false_flag_count = 2;
	snapshot->false_flags[0] = (struct list_false_flags){"listener", 14, 6};
	snapshot->false_flags[1] = (struct list_false_flags){"zammad-1", 31, 1};
}

static void set_alerts(struct snapshot *snapshot)
{
	static const struct {
		int ago, severity;
		enum list_alert_state state;
		const char *text;
	} alerts[] = {
		{2, SEVERITY_CRITICAL, LIST_ALERT_RAISED, "longest wait 04:12 in Billing \u00B7 chat"},
		{3, SEVERITY_CRITICAL, LIST_ALERT_RAISED, "#48211 first reply breached by 03:10"},
		{6, SEVERITY_WARNING, LIST_ALERT_RAISED, "AHT Billing chat 08:05 over 07:00"},
		{9, SEVERITY_WARNING, LIST_ALERT_ACKNOWLEDGED, "followup: a detractor waits 1 h 20"},
		{27, SEVERITY_WARNING, LIST_ALERT_CLEARED, "feed zammad-2 was silent 42 s, 0 lost"},
	};
	const int count = (int)(sizeof alerts / sizeof *alerts);
	snapshot->alerts = memory_new((size_t)count, sizeof *snapshot->alerts);
	snapshot->alert_count = count;
	for (int i = 0; i < count; i++) {
		struct list_alert *alert = &snapshot->alerts[i];
		*alert = (struct list_alert){.raised = SUNDAY - alerts[i].ago * MINUTE_MS, .severity = alerts[i].severity, .state = alerts[i].state,
			.metric = -1};
		alert->cleared = alerts[i].state == LIST_ALERT_CLEARED ? SUNDAY - MINUTE_MS : 0;
		snprintf(alert->text, sizeof alert->text, "%s", alerts[i].text);
		if (alerts[i].state == LIST_ALERT_ACKNOWLEDGED)
			snprintf(alert->by, sizeof alert->by, "Mia");
	}
}

/* The same alerts with what somebody did, and one that is muted. */
static void set_history(struct snapshot *snapshot)
{
	const int count = snapshot->alert_count + 1;
	snapshot->history = memory_new((size_t)count, sizeof *snapshot->history);
	snapshot->history_count = count;
	for (int i = 0; i < count; i++) {
		struct list_alert *alert = &snapshot->history[i];
		*alert = snapshot->alerts[i < snapshot->alert_count ? i : 0];
		alert->id = (uint64_t)i + 1;
		if (i == 0)
			alert->metric = metric_find("longest_wait");
		if (i == 1)
			snprintf(alert->about, sizeof alert->about, "48211");
		if (alert->state != LIST_ALERT_ACKNOWLEDGED && i + 1 < count)
			continue;
		alert->answer = i + 1 < count ? 1 : 2;
		alert->answered = SUNDAY - 5 * MINUTE_MS;
		alert->until = SUNDAY + 55 * MINUTE_MS;
		alert->muted = i + 1 == count;
		alert->state = LIST_ALERT_ACKNOWLEDGED;
		snprintf(alert->by, sizeof alert->by, "Mia");
	}
}

static void set_due(struct snapshot *snapshot)
{
	static const struct {
		const char *id, *queue, *channel, *clock;
		int left, target; /* s */
		enum level level;
	} clocks[] = {
		{"48230", "Billing", "chat", "first_reply", -42, 600, LEVEL_CRIT},
		{"48219", "Delivery", "email", "first_reply", 75, 325, LEVEL_WARN},
		{"48107", "Returns", "email", "resolve", 390, 1127, LEVEL_WARN},
		{"48226", "Billing", "chat", "first_reply", 482, 895, LEVEL_OK},
		{"47980", "VIP", "phone", "resolve", 1184, 1466, LEVEL_OK},
	};
	const int count = (int)(sizeof clocks / sizeof *clocks);
	snapshot->due = memory_new((size_t)count, sizeof *snapshot->due);
	snapshot->due_count = count;
	for (int i = 0; i < count; i++) {
		struct list_due *due = &snapshot->due[i];
		*due = (struct list_due){.clock = clocks[i].clock, .left = clocks[i].left * SECOND_MS, .target = clocks[i].target * SECOND_MS, .next = clocks[i].left, .is_open = true,
			.breached = clocks[i].left < 0, .level = clocks[i].level};
		snprintf(due->case_id, sizeof due->case_id, "%s", clocks[i].id);
		snprintf(due->queue, sizeof due->queue, "%s", clocks[i].queue);
		snprintf(due->channel, sizeof due->channel, "%s", clocks[i].channel);
	}
	snapshot->due_10m = 5;
}

static struct list_named *named(const char *name, int64_t count, int64_t before)
{
	struct list_named *named = memory_new(2, sizeof *named);
	snprintf(named->name, sizeof named->name, "%s", name);
	named->count = count;
	named->before = before;
	return named;
}

static void set_lessons(struct snapshot *snapshot)
{
	snapshot->refusals = named("refund after 14 days", 9, 6);
	snapshot->refusals[1] = (struct list_named){.name = "no SIM swap by chat", .count = 5, .before = 8};
	snapshot->refusal_count = 2;
	snapshot->refusals_total = 17;
	snapshot->mistakes = named("Ilya P.", 3, 1);
	snapshot->mistake_count = 1;
	snapshot->mistakes_total = 6;
	snapshot->praises = named("Jakarta", 3, 1);
	snapshot->praise_count = 1;
	snapshot->praises_total = 5;
	snapshot->topics = memory_new(3, sizeof *snapshot->topics);
	snapshot->topic_count = 3;
	snapshot->topics[0] = (struct list_topic){"payment failed", 214, 160, 118, 57, 41};
	snapshot->topics[1] = (struct list_topic){"SIM swap", 96, 0, 0, 12, 19};
	snapshot->topics[2] = (struct list_topic){"parcel late", 380, 300, 288, 12, 0};
	snapshot->topics_total = (struct list_topic){"", 690, 460, 406, 81, 60};
	snapshot->newest_praises = memory_new(2, sizeof *snapshot->newest_praises);
	snapshot->newest_praise_count = 2;
	snapshot->newest_praises[0] = (struct list_praise){snapshot->at - 7 * MINUTE_MS, "customer", "Jakarta", "Dewi S.", ""};
	snapshot->newest_praises[1] = (struct list_praise){snapshot->at - 3 * HOUR_MS, "colleague", "", "Noor H.", ""};
}

static void set_feeds(struct snapshot *snapshot)
{
	snapshot->feeds = memory_new(2, sizeof *snapshot->feeds);
	snapshot->feed_count = 2;
	for (int i = 0; i < 2; i++) {
		snapshot->feeds[i] = (struct list_feed){.feed = i, .link = LINK_LIVE, .lag = 3, .received = 108824, .batches = 2000, .publishers = 1};
		snprintf(snapshot->feeds[i].src, sizeof snapshot->feeds[i].src, "zammad-%d", i + 1);
	}
	snapshot->events_per_second = 312;
	snapshot->progress = -1;
}

static void set_agents(struct snapshot *snapshot)
{
	static const struct list_agent agents[] = {
		{.name = "Mia L.", .team = "Berlin", .summary = "help", .since = 41000, .contacts = 1, .slots = 3, .care_since = -1, .help = true},
		{.name = "Ana K.", .team = "Berlin", .summary = "talk", .since = 160000, .contacts = 2, .slots = 3, .rude = 3, .care_since = 760000},
		{.name = "Bo L.", .team = "Jakarta", .availability = AGENT_AWAY, .reason = "lunch", .summary = "away", .since = 1260000, .care_since = -1},
		{.name = "Ilya P.", .team = "Riga", .summary = "wrap", .since = 75000, .contacts = 1, .slots = 1, .rude = 1, .care_since = -1},
		{.name = "Sam T.", .team = "Jakarta", .availability = AGENT_OFFLINE, .summary = "offline", .since = 39600000, .care_since = -1},
		{.name = "Zo\u00EB D.", .team = "Riga", .summary = "idle", .since = 12000, .slots = 3, .care_since = -1},
	};
	snapshot->agent_count = (int)(sizeof agents / sizeof *agents);
	snapshot->agents = memory_new((size_t)snapshot->agent_count, sizeof *snapshot->agents);
	for (int i = 0; i < snapshot->agent_count; i++) {
		snapshot->agents[i] = agents[i];
		snapshot->agents[i].scope = snapshot->agents[i].team_scope = SCOPE_ALL;
		snapshot->agents[i].scope.agent = (uint16_t)(2 + i);
	}
}

static void set_service(struct snapshot *snapshot)
{
	static const struct list_clocks kinds[] = {{"first_reply", 31, 2, 4, 2}, {"next_reply", 12, 0, 0, 0}, {"update", 0, 0, 0, 0},
		{"resolve", 21, 1, 7, 1}}, priorities[] = {{"P1", 3, 1, 0, 1}, {"P3", 44, 2, 9, 2}, {"none", 17, 0, 2, 0}};
	static const struct list_followup followups[] = {
		{.case_id = "48102", .queue = "Billing", .agent = "Ana K.", .survey = "nps", .score = 3000, .since = 4800000},
		{.contact = "c-9412", .queue = "Delivery", .agent = "Bo L.", .survey = "csat", .score = 1500, .since = 960000},
		{.queue = "VIP", .survey = "csat", .score = 2000, .since = 60000}};
	memcpy(snapshot->clock_kinds, kinds, sizeof kinds);
	snapshot->clock_kind_count = (int)(sizeof kinds / sizeof *kinds);
	memcpy(snapshot->priorities, priorities, sizeof priorities);
	snapshot->priority_count = (int)(sizeof priorities / sizeof *priorities);
	snapshot->followup_count = (int)(sizeof followups / sizeof *followups);
	snapshot->followups = memory_new((size_t)snapshot->followup_count, sizeof *snapshot->followups);
	memcpy(snapshot->followups, followups, sizeof followups);
	static const struct {
		const char *metric;
		int64_t value;
	} backlog[] = {{"backlog", 113}, {"backlog_under_1d", 74}, {"backlog_1d", 22}, {"backlog_3d", 11}, {"backlog_7d", 5}, {"backlog_30d", 1},
		{"backlog_p50", 9 * HOUR_MS}, {"backlog_p90", 4 * DAY_MS}, {"backlog_oldest", 31 * DAY_MS + 2 * HOUR_MS}};
	for (size_t i = 0; i < sizeof backlog / sizeof *backlog; i++)
		sample_set(snapshot->figures, backlog[i].metric, backlog[i].value, 1, i == 8 ? LEVEL_WARN : LEVEL_NONE);
	snapshot->market_count = 2;
	snapshot->markets = memory_new(2, sizeof *snapshot->markets);
	for (int i = 0; i < 2; i++) {
		struct snapshot_market *market = &snapshot->markets[i];
		market->of = (struct list_market){.settings = -1, .told = true, .scope = SCOPE_ALL};
		snprintf(market->of.name, sizeof market->of.name, i ? "Indonesia" : "DE");
		market->of.scope.market = (uint16_t)(2 + i);
		sample_set(market->figures, "churn_rate", 4 + i, 1000, LEVEL_NONE);
		sample_set(market->figures, "csat", 44, 50, LEVEL_OK);
		sample_set(market->figures, "nps", 21, 1, LEVEL_NONE);
	}
}

static void set_settings(struct settings *settings)
{
	settings->title = memory_text("Customer care");
	settings->feeds = feed_names;
	settings->feed_count = 2;
	settings->window = WINDOW_30M;
	settings->formula = SL_FORMULA_SL2SV;
	settings->mistakes_limit = 4;
	settings->care_shift = 3;
	settings->care_hour = 2;
	settings->show_mistakes = true;
	settings->limit_wrap = MINUTE_MS;
	settings->limit_away = 10 * MINUTE_MS;
	for (int channel = 0; channel < CHANNEL_COUNT; channel++)
		settings->target[channel] = 20 * SECOND_MS;
}

static void set_half(struct snapshot_half *half, int i, int64_t at)
{
	const double expected = i < 14 || i > 40 ? 0 : 90 - (i - 26) * (i - 26) / 3.0;
	half->half = (struct forecast_half){.from = at - at % DAY_MS + i * FORECAST_STEP, .expected = expected, .last = floor(expected * 1.1), .came = -1};
	half->staffing = (struct staffing){.arrivals = expected, .needed = -1, .agents = expected > 60 ? 14 : 9, .service_level = NAN, .wait = NAN};
	half->planned = i < 44;
	if (half->half.from <= at)
		half->half.came = (int64_t)expected + i % 5 - 2;
	if (half->half.from + FORECAST_STEP > at) {
		half->staffing.needed = (int)(expected / 6);
		half->staffing.service_level = half->staffing.agents > half->staffing.needed ? 0.9 : 0.61;
		half->staffing.wait = half->staffing.agents > half->staffing.needed ? 9000 : INFINITY;
	}
}

static void set_forecast(struct snapshot *snapshot)
{
	struct snapshot_forecast *page = snapshot->forecast = memory_new(1, sizeof *page);
	page->forecast = (struct forecast){.known = true, .weeks = 3, .at = snapshot->at, .next_15m = 43.4, .next_30m = 88.6, .next_60m = 171.2,
		.so_far = 812, .expected_so_far = 790.4, .today = 1.02, .handle = 252000, .patience = 92000, .target = 20000};
	page->any_plan = page->what_if = true;
	page->as_it_is = (struct staffing){.arrivals = 88.6, .needed = 15, .agents = 12, .service_level = 0.443, .abandons = 0.071, .occupancy = 0.97,
		.wait = 24100};
	page->changed = (struct staffing){.arrivals = 93, .needed = 16, .agents = 14, .service_level = 0.702, .abandons = 0.031,
		.occupancy = 0.93, .wait = 9800};
	snapshot->request.what_if = (struct what_if){.agents = 2, .arrivals_percent = 5};
	for (page->half_count = 0; page->half_count < 52; page->half_count++)
		set_half(&page->halves[page->half_count], page->half_count, snapshot->at);
	for (page->need_count = 0; page->need_count < snapshot->row_count && page->need_count < FORECAST_QUEUES_MOST; page->need_count++) {
		struct snapshot_need *need = &page->needs[page->need_count];
		const int i = page->need_count;
		memcpy(need->queue, snapshot->rows[i].queue, sizeof need->queue);
		memcpy(need->channel, snapshot->rows[i].channel, sizeof need->channel);
		need->known = i != 1;
		need->staffing = (struct staffing){.arrivals = 30.2 / (i + 1), .needed = i == 1 ? -1 : 8 - i, .agents = i == 2 ? -1 : 6,
			.service_level = 0.5 + i / 20.0};
	}
}

struct sample *sample_create(void)
{
	struct sample *sample = memory_new(1, sizeof *sample);
	struct snapshot *snapshot = &sample->snapshot;
	set_settings(&sample->settings);
	sample->settings.staffing_goal = 80;
	sample->zone = zone_open("UTC", NULL);
	snapshot->settings = &sample->settings;
	snapshot->zone = sample->zone;
	snapshot->at = SUNDAY;
	snapshot->request = (struct snapshot_request){.scope = SCOPE_ALL, .window = WINDOW_30M, .by = BY_OUTCOME, .formula = -1, .lists = ~0u};
	snprintf(snapshot->title, sizeof snapshot->title, "Customer care");
	snprintf(snapshot->scope_text, sizeof snapshot->scope_text, "all queues");
	snprintf(snapshot->longest_where, sizeof snapshot->longest_where, "Billing \u00B7 chat");
	set_figures(snapshot->figures);
	set_today(snapshot->today);
	set_before(snapshot);
	set_sparks(snapshot);
	snapshot->named_window = WINDOW_TODAY;
	set_rows(snapshot);
	set_conduct(snapshot);
	set_alerts(snapshot);
	set_history(snapshot);
	set_due(snapshot);
	set_lessons(snapshot);
	set_forecast(snapshot);
	set_feeds(snapshot);
	set_agents(snapshot);
	set_service(snapshot);
	return sample;
}

static void drop_contents(struct snapshot *snapshot)
{
	free(snapshot->rows);
	free(snapshot->conduct);
	free(snapshot->care);
	free(snapshot->flagged_before);
	free(snapshot->false_flags);
	free(snapshot->loads);
	free(snapshot->protocol_faults);
	free(snapshot->alerts);
	free(snapshot->due);
	free(snapshot->refusals);
	free(snapshot->mistakes);
	free(snapshot->praises);
	free(snapshot->topics);
	free(snapshot->newest_praises);
	free(snapshot->unknown);
	free(snapshot->feeds);
	free(snapshot->impossible);
	free(snapshot->agents);
	free(snapshot->forecast);
	free(snapshot->followups);
	free(snapshot->markets);
	free(snapshot->history);
	free(snapshot->note);
}

void sample_destroy(struct sample *sample)
{
	drop_contents(&sample->snapshot);
	free(sample->settings.title);
	zone_close(sample->zone);
	free(sample);
}

void sample_empty(struct sample *sample)
{
	drop_contents(&sample->snapshot);
	sample->snapshot = (struct snapshot){.at = INT64_MIN, .nothing = true, .progress = -1, .settings = &sample->settings, .zone = sample->zone,
		.request = {.scope = SCOPE_ALL, .window = WINDOW_30M, .formula = -1, .lists = ~0u}, .title = "Customer care", .scope_text = "all queues"};
	set_sparks(&sample->snapshot);
	for (int i = 0; i < METRICS_MOST; i++)
		sample->snapshot.figures[i] = (struct figure){.denominator = 1, .n = -1, .low = -1, .high = -1};
}

uint64_t sample_random(uint64_t *seed, uint64_t below)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return below ? *seed % below : *seed;
}

static int64_t random_value(uint64_t *seed)
{
	static const int64_t extremes[] = {0, 1, -1, 999, 59999, 3600000, 86400000, INT64_MAX, INT64_MIN + 1, INT64_MIN};
	if (sample_random(seed, 3) == 0)
		return extremes[sample_random(seed, sizeof extremes / sizeof *extremes)];
	return (int64_t)sample_random(seed, 100000000) - 1000;
}

static void random_text(uint64_t *seed, char *to, size_t room)
{
	static const char *const texts[] = {"", "A", "Billing", "\u041F\u043B\u0430\u0442\u0435\u0436\u0438 \u0438 \u0432\u043E\u0437\u0432\u0440\u0430\u0442\u044B",
		"\u8FD4\u54C1\u4E0E\u9000\u6B3E\u8FD4\u54C1", "e\u0301e\u0301e\u0301", "a queue with a very long name that never ends", "\uAC00\uB098\uB2E4"};
	snprintf(to, room, "%s", texts[sample_random(seed, sizeof texts / sizeof *texts)]);
}

static void random_figures(uint64_t *seed, struct figure *figures)
{
	for (int i = 0; i < metric_count; i++) {
		figures[i] = (struct figure){.known = sample_random(seed, 4) > 0, .numerator = random_value(seed), .n = random_value(seed) % 1000000,
			.denominator = 1 + (int64_t)sample_random(seed, 1000), .low = -1, .high = -1, .level = (enum level)sample_random(seed, 5),
			.at_least = sample_random(seed, 2), .nominal = sample_random(seed, 2)};
		if (sample_random(seed, 2))
			figures[i].high = 900000, figures[i].low = 100000;
	}
}

static double random_double(uint64_t *seed)
{
	static const double extremes[] = {0, -1, 0.04, 1e300, NAN, INFINITY};
	const uint64_t choice = sample_random(seed, 12);
	return choice < 6 ? extremes[choice] : (double)random_value(seed);
}

static struct staffing random_staffing(uint64_t *seed)
{
	return (struct staffing){.arrivals = random_double(seed), .needed = (int)sample_random(seed, 100000) - 1,
		.agents = (int)sample_random(seed, 3000) - 1,
		.service_level = random_double(seed), .abandons = random_double(seed), .occupancy = random_double(seed), .wait = random_double(seed)};
}

static void random_forecast(struct snapshot_forecast *page, uint64_t *seed)
{
	page->forecast.handle = random_value(seed);
	page->forecast.patience = random_value(seed);
	page->forecast.next_15m = random_double(seed);
	page->forecast.expected_so_far = random_double(seed);
	page->forecast.weeks = (int)sample_random(seed, 5);
	page->as_it_is = random_staffing(seed);
	page->changed = random_staffing(seed);
	page->what_if = sample_random(seed, 2);
	for (int i = 0; i < page->half_count; i++) {
		page->halves[i].half.expected = random_double(seed);
		page->halves[i].half.came = random_value(seed);
		page->halves[i].staffing = random_staffing(seed);
	}
	for (int i = 0; i < page->need_count; i++) {
		random_text(seed, page->needs[i].queue, sizeof page->needs[i].queue);
		page->needs[i].staffing = random_staffing(seed);
	}
}

void sample_randomise(struct sample *sample, uint64_t *seed)
{
	struct snapshot *snapshot = &sample->snapshot;
	random_figures(seed, snapshot->figures);
	random_figures(seed, snapshot->today);
	for (int i = 0; i < COMPARISON_COUNT; i++) {
		random_figures(seed, snapshot->compared[i].then);
		random_figures(seed, snapshot->compared[i].now);
	}
	snapshot->request.window = (enum window)sample_random(seed, WINDOW_COUNT);
	snapshot->span = spark_span(snapshot->request.window);
	snapshot->stale = sample_random(seed, 4) == 0;
	snapshot->stale_ms = (int64_t)sample_random(seed, 100000000);
	snapshot->row_count = (int)sample_random(seed, 9);
	for (int i = 0; i < snapshot->row_count; i++) {
		random_figures(seed, snapshot->rows[i].figures);
		random_text(seed, snapshot->rows[i].queue, sizeof snapshot->rows[i].queue);
		snapshot->rows[i].worst = (enum level)sample_random(seed, 5);
		snapshot->rows[i].stale = sample_random(seed, 2);
	}
	for (int i = 0; i < snapshot->conduct_count; i++) {
		random_text(seed, snapshot->conduct[i].agent, sizeof snapshot->conduct[i].agent);
		snapshot->conduct[i].step = (int)sample_random(seed, 5);
		snapshot->conduct[i].fault_step = (int)sample_random(seed, 5);
		snapshot->conduct[i].since = (int64_t)sample_random(seed, 400000000);
		snapshot->conduct[i].open = sample_random(seed, 2);
		snapshot->conduct[i].safety = sample_random(seed, 3) == 0;
		snapshot->conduct[i].next = (int)sample_random(seed, 5);
		snapshot->conduct[i].ended_how = (int)sample_random(seed, 5);
		snapshot->conduct[i].unclear = sample_random(seed, 2);
		snapshot->conduct[i].prior_ms = random_value(seed);
	}
	for (int i = 0; i < snapshot->load_count; i++) {
		random_text(seed, snapshot->loads[i].agent, sizeof snapshot->loads[i].agent);
		snapshot->loads[i].since = random_value(seed);
		snapshot->loads[i].rude = (int)sample_random(seed, 1000000);
	}
	for (int i = 0; i < snapshot->protocol_fault_count; i++) {
		random_text(seed, snapshot->protocol_faults[i].agent, sizeof snapshot->protocol_faults[i].agent);
		snapshot->protocol_faults[i].tried = (int)sample_random(seed, 10);
	}
	for (int i = 0; i < snapshot->agent_count; i++) {
		random_text(seed, snapshot->agents[i].name, sizeof snapshot->agents[i].name);
		random_text(seed, snapshot->agents[i].reason, sizeof snapshot->agents[i].reason);
		snapshot->agents[i].since = random_value(seed);
		snapshot->agents[i].contacts = (int)sample_random(seed, 100000);
	}
	for (int i = 0; i < snapshot->followup_count; i++) {
		random_text(seed, snapshot->followups[i].queue, sizeof snapshot->followups[i].queue);
		snapshot->followups[i].since = random_value(seed);
	}
	for (int i = 0; i < snapshot->market_count; i++) {
		random_text(seed, snapshot->markets[i].of.name, sizeof snapshot->markets[i].of.name);
		random_figures(seed, snapshot->markets[i].figures);
	}
	for (int i = 0; i < snapshot->clock_kind_count; i++)
		snapshot->clock_kinds[i].running = random_value(seed);
	for (int i = 0; i < snapshot->due_count; i++) {
		random_text(seed, snapshot->due[i].queue, sizeof snapshot->due[i].queue);
		snapshot->due[i].left = random_value(seed);
		snapshot->due[i].target = random_value(seed);
		snapshot->due[i].paused = sample_random(seed, 3) == 0;
	}
	random_forecast(snapshot->forecast, seed);
	for (int point = 0; point < SPARK_MOST; point++)
		for (int tile = 0; tile < TILE_COUNT; tile++)
			snapshot->sparks[tile].points[point] = random_value(seed);
}
