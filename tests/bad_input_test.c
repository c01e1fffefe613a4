/* Every kind of bad input of the service part, told as MessagePack beside a day of good events: each is counted by its kind, named on the page of
 * feeds and in JSON, and changes no figure. The same day without it, or with what it amounts to, is what every figure is held against. */
#include <malloc.h>
#include <msgpack.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "base/instant.h"
#include "base/memory.h"
#include "feed/wire.h"
#include "metrics/engine.h"
#include "metrics/lists.h"
#include "store/figures_json.h"
#include "tests/packed_line.h"
#include "tui/dump.h"
#include "widgets/board.h"

#include <cmocka.h> /* last: it makes a macro of fail */

#define T0 INT64_C(1772442000000) /* 2026-03-02T09:00:00Z, a Monday */
#define END 90			  /* minutes: when figures are looked at */
#define LINES_MOST 200
#define CASE_X "50 case.opened case=x queue=Billing channel=email"
#define SHORT_FRIDAY "[[540,1080]],[[540,1080]],[[540,1080]],[[540,900]],[],[]] holidays=[]"
#define WEEK "week=[[[540,1080]],[[540,1080]],[[540,1080]],[[540,1080]],[[540,1080]],[],[]]"

/* "MINUTE TYPE key=value ...": tests/packed_line.h. */
static const char *const day[] = {
	"0 calendar.defined calendar=work zone=Europe/Berlin " WEEK " holidays=[]",
	"0 agent.state agent=ana state=available team=Berlin",
	"1 contact.queued contact=c1 queue=Billing channel=phone customer=k1 topic=invoice",
	"2 contact.answered contact=c1 agent=ana",
	"3 conduct.signalled contact=c1 by=agent kind=insult aim=agent",
	"4 conduct.step contact=c1 agent=ana step=request",
	"8 contact.released contact=c1 agent=ana by=agent wrap_ms=20000",
	"9 survey.sent survey=s1 kind=csat contact=c1",
	"10 contact.queued contact=c2 queue=Billing channel=phone customer=k2",
	"10 case.opened case=m1 queue=Billing channel=email customer=k3 priority=2",
	"10 sla.started case=m1 clock=resolve target_ms=3600000 calendar=work",
	"10 sla.started case=m1 clock=update target_ms=1800000",
	"11 contact.answered contact=c2 agent=ana",
	"12 survey.answered survey=s1 kind=csat score=4 min=1 max=5 contact=c1",
	"15 case.opened case=m2 queue=Delivery channel=email customer=k4",
	"15 sla.started case=m2 clock=resolve target_ms=3600000",
	"20 sla.cancelled case=m1 clock=update",
	"25 callback.scheduled callback=b1 queue=Billing",
	"30 callback.done callback=b1 queue=Billing",
	"35 case.state case=m2 to=solved",
	"36 sla.met case=m2 clock=resolve",
	"40 customer.base customers=1000 market=DE",
	"41 customer.churned market=DE n=3",
	"80 contact.released contact=c2 agent=ana by=customer wrap_ms=0",
	NULL,
};

struct row {
	const char *name;
	const char *bad[4];	/* in addition to the day */
	const char *instead[3]; /* what that amounts to: in addition to the other day */
	enum feed_fault fault;	/* how it is counted; FAULT_NONE: it is none */
	int times;
	const char *type;    /* FAULT_IMPOSSIBLE: of the event, as it stands among the impossible ones */
	const char *differs; /* the figure that is there to tell of it, with alerts and the protocol's list; NULL: none */
	const char *marks;   /* the list that marks it; NULL: none */
};

static const struct row rows[] = {
	{"a case resolved before it was opened", {"50 case.opened case=x queue=Billing channel=email", "50 case.state case=x to=solved ts=-2"},
		{"50 case.opened case=x queue=Billing channel=email"}, FAULT_CASE_ORDER, 1},
	{"a clock of a calendar nobody defined", {CASE_X, "50 sla.started case=x clock=resolve target_ms=7200000 calendar=nobody"},
		{CASE_X, "50 sla.started case=x clock=resolve target_ms=7200000"}, FAULT_UNKNOWN_CALENDAR, 1, .marks = "due"},
	{"a calendar in a zone there is none of", {"50 calendar.defined calendar=moon zone=Moon/Copernicus " WEEK " holidays=[]"},
		{NULL}, FAULT_UNKNOWN_ZONE, 1},
	{"a known calendar defined anew in such a zone", {"50 calendar.defined calendar=work zone=Moon/Copernicus " WEEK " holidays=[]"},
		{NULL}, FAULT_UNKNOWN_ZONE, 1},
	{"a zone that leads out of its folder", {"50 calendar.defined calendar=moon zone=../../../etc/passwd " WEEK " holidays=[]"},
		{NULL}, FAULT_UNKNOWN_ZONE, 1},
	{"a zone of 10,000 letters", {"50 calendar.defined calendar=moon zone=@letters:10000 " WEEK " holidays=[]"}, {NULL}, FAULT_BAD_EVENT, 1},
	{"a zone of 20,000 letters", {"50 calendar.defined calendar=moon zone=@letters:20000 " WEEK " holidays=[]"}, {NULL}, FAULT_TOO_LARGE, 1},
	{"16,385 holidays", {"50 calendar.defined calendar=moon zone=UTC " WEEK " holidays=@holidays:16385"}, {NULL}, FAULT_TOO_LARGE, 1},
	{"a block from 24:00 to 24:00", {"50 calendar.defined calendar=work zone=UTC week=[[[1440,1440]],[],[],[],[],[],[]] holidays=[]"},
		{NULL}, FAULT_BAD_EVENT, 1},
	{"a block that ends before it begins", {"50 calendar.defined calendar=work zone=UTC week=[[[600,540]],[],[],[],[],[],[]] holidays=[]"},
		{NULL}, FAULT_BAD_EVENT, 1},
	{"a block after midnight", {"50 calendar.defined calendar=work zone=UTC week=[[[600,1441]],[],[],[],[],[],[]] holidays=[]"},
		{NULL}, FAULT_BAD_EVENT, 1},
	{"a block before midnight", {"50 calendar.defined calendar=work zone=UTC week=[[[-1,600]],[],[],[],[],[],[]] holidays=[]"},
		{NULL}, FAULT_BAD_EVENT, 1},
	{"a week of six days", {"50 calendar.defined calendar=work zone=UTC week=[[],[],[],[],[],[]] holidays=[]"}, {NULL}, FAULT_BAD_EVENT, 1},
	{"a holiday that is no date", {"50 calendar.defined calendar=work zone=UTC " WEEK " holidays=[\"2026-02-30\"]"}, {NULL}, FAULT_BAD_EVENT, 1},
	{"a score above its scale", {"50 survey.answered survey=x kind=csat score=6 min=1 max=5"}, {NULL}, FAULT_SCORE, 1},
	{"a score below its scale", {"50 survey.answered survey=x kind=nps score=-1 min=0 max=10"}, {NULL}, FAULT_SCORE, 1},
	{"a second answer off its scale", {"50 survey.answered survey=s1 kind=csat score=0 min=1 max=5"}, {NULL}, FAULT_SCORE, 1},
	{"a review above 100", {"50 review.scored agent=ana case=m1 score=100.5"}, {NULL}, FAULT_SCORE, 1},
	{"a scale without a length", {"50 survey.answered survey=x kind=csat score=3 min=3 max=3"}, {NULL}, FAULT_SCORE, 1},
	{"a scale upside down", {"50 survey.answered survey=x kind=csat score=3 min=5 max=1"}, {NULL}, FAULT_SCORE, 1},
	{"an NPS that is not from 0 to 10", {"50 survey.answered survey=x kind=nps score=3 min=1 max=5"}, {NULL}, FAULT_SCORE, 1},
	{"a score that is no number", {"50 survey.answered survey=x kind=csat score=@nan min=1 max=5"}, {NULL}, FAULT_BAD_EVENT, 1},
	{"a score without end", {"50 survey.answered survey=x kind=csat score=@inf min=1 max=5"}, {NULL}, FAULT_BAD_EVENT, 1},
	{"a scale without end", {"50 survey.answered survey=x kind=csat score=3 min=1 max=@inf"}, {NULL}, FAULT_BAD_EVENT, 1},
	{"a huge score", {"50 review.scored agent=ana case=m1 score=1e308"}, {NULL}, FAULT_BAD_EVENT, 1},
	{"a score told as a word", {"50 review.scored agent=ana case=m1 score=\"good\""}, {NULL}, FAULT_BAD_EVENT, 1},
	{"a survey answered twice",
		{"50 survey.answered survey=s1 kind=csat score=5 min=1 max=5 contact=c1",
			"51 survey.answered survey=s1 kind=csat score=4 min=1 max=5 contact=c1"},
		{NULL}, FAULT_ANSWERED_TWICE, 2},
	{"a due 10 years away", {CASE_X, "50 sla.started case=x clock=resolve target_ms=7200000 due=+3660"},
		{CASE_X, "50 sla.started case=x clock=resolve target_ms=7200000"}, FAULT_DUE_FAR, 1},
	{"a due 10 years ago", {CASE_X, "50 sla.started case=x clock=resolve target_ms=7200000 due=-3660"},
		{CASE_X, "50 sla.started case=x clock=resolve target_ms=7200000"}, FAULT_DUE_FAR, 1},
	{"a due of no year", {"50 sla.started case=m1 clock=first_reply target_ms=1 due=@inf"}, {NULL}, FAULT_BAD_EVENT, 1},
	{"a negative target", {"50 sla.started case=m1 clock=first_reply target_ms=-1"}, {NULL}, FAULT_BAD_EVENT, 1},
	{"a clock that is no clock", {"50 sla.started case=m1 clock=sundial target_ms=1"}, {NULL}, FAULT_BAD_EVENT, 1},
	{"a clock of an unknown case", {"50 sla.started case=nobody clock=resolve target_ms=1"}, {NULL}, FAULT_IMPOSSIBLE, 1, "sla.started"},
	{"a pause of a clock that does not run", {"50 sla.paused case=m2 clock=resolve"}, {NULL}, FAULT_IMPOSSIBLE, 1, "sla.paused"},
	{"a pause of a clock never started", {"50 sla.paused case=m1 clock=first_reply"}, {NULL}, FAULT_IMPOSSIBLE, 1, "sla.paused"},
	{"a pause twice", {"50 sla.paused case=m1 clock=resolve", "55 sla.paused case=m1 clock=resolve"},
		{"50 sla.paused case=m1 clock=resolve"}, FAULT_IMPOSSIBLE, 1, "sla.paused"},
	{"a resume without a pause", {"50 sla.resumed case=m1 clock=resolve"}, {NULL}, FAULT_IMPOSSIBLE, 1, "sla.resumed"},
	{"a met after it was cancelled", {"50 sla.met case=m1 clock=update"}, {NULL}, FAULT_IMPOSSIBLE, 1, "sla.met"},
	{"a breach after it was cancelled", {"50 sla.breached case=m1 clock=update"}, {NULL}, FAULT_IMPOSSIBLE, 1, "sla.breached"},
	{"a case opened twice", {"50 case.opened case=m1 queue=Delivery channel=email"}, {NULL}, FAULT_IMPOSSIBLE, 1, "case.opened"},
	{"a message of an unknown case", {"50 case.message case=nobody by=customer public=1"}, {NULL}, FAULT_IMPOSSIBLE, 1, "case.message"},
	{"a call-back done twice", {"50 callback.done callback=b1 queue=Billing"}, {NULL}, FAULT_IMPOSSIBLE, 1, "callback.done"},
	{"a call-back dropped after it was done", {"50 callback.dropped callback=b1 queue=Billing"}, {NULL}, FAULT_IMPOSSIBLE, 1, "callback.dropped"},
	{"a follow-up for nobody", {"50 followup.done agent=ana customer=nobody result=reached"}, {NULL}, FAULT_IMPOSSIBLE, 1, "followup.done"},
	{"a step for a contact that ended", {"50 conduct.step contact=c1 agent=ana step=demand"}, {NULL}, FAULT_STEP_AFTER_END, 1},
	{"a step for a contact never heard of", {"50 conduct.step contact=nobody agent=ana step=request"},
		{NULL}, FAULT_IMPOSSIBLE, 1, "conduct.step"},
	{"a signal for a contact that ended", {"50 conduct.signalled contact=c1 by=lead kind=insult aim=agent"},
		{NULL}, FAULT_IMPOSSIBLE, 1, "conduct.signalled"},
	{"calm before a signal", {"50 conduct.calmed contact=c2 agent=ana"}, {NULL}, FAULT_IMPOSSIBLE, 1, "conduct.calmed"},
	{"a false flag that never was", {"50 conduct.withdrawn contact=c2 agent=ana"}, {NULL}, FAULT_IMPOSSIBLE, 1, "conduct.withdrawn"},
	{"a step that is no step", {"50 conduct.step contact=c2 agent=ana step=shout"}, {NULL}, FAULT_BAD_EVENT, 1},
	{"a step skipped", {"50 conduct.signalled contact=c2 by=agent kind=insult aim=agent", "51 conduct.step contact=c2 agent=ana step=warning"},
		{"50 conduct.signalled contact=c2 by=agent kind=insult aim=agent"}, FAULT_NONE, 0, NULL, "rude_faults"},
	{"a step backwards",
		{"50 conduct.step contact=c2 agent=ana step=request", "51 conduct.step contact=c2 agent=ana step=demand",
			"52 conduct.step contact=c2 agent=ana step=request"},
		{"50 conduct.step contact=c2 agent=ana step=request", "51 conduct.step contact=c2 agent=ana step=demand"},
		FAULT_NONE, 0, NULL, "rude_faults"},
	{"a state that is none", {"50 agent.state agent=ana state=asleep"}, {NULL}, FAULT_BAD_EVENT, 1},
	{"the state of nobody", {"50 agent.state state=available"}, {NULL}, FAULT_BAD_EVENT, 1},
	{"a name of 10,000 letters", {"50 agent.state agent=@letters:10000 state=available"}, {NULL}, FAULT_BAD_EVENT, 1},
	{"a negative talk", {"50 contact.released contact=c2 agent=ana by=agent talk_ms=-1"}, {NULL}, FAULT_BAD_EVENT, 1},
	{"a negative wait", {"50 contact.left contact=c2 why=abandoned wait_ms=-5"}, {NULL}, FAULT_BAD_EVENT, 1},
	{"a duration told as a float", {"50 contact.released contact=c2 agent=ana by=agent talk_ms=@nan"}, {NULL}, FAULT_BAD_EVENT, 1},
	{"a priority of none", {"50 case.opened case=x queue=Billing channel=email priority=9"}, {NULL}, FAULT_BAD_EVENT, 1},
	{"customers below nothing", {"50 customer.base customers=-1 market=DE"}, {NULL}, FAULT_BAD_EVENT, 1},
	{"more customers than people", {"50 customer.base customers=900000000000 market=DE"}, {NULL}, FAULT_IMPOSSIBLE, 1, "customer.base"},
	{"customers who come all at once", {"50 customer.joined market=DE n=2000000"}, {NULL}, FAULT_IMPOSSIBLE, 1, "customer.joined"},
	{"customers who go backwards", {"50 customer.churned market=DE n=-1"}, {NULL}, FAULT_BAD_EVENT, 1},
	{"a survey without its scale", {"50 survey.answered survey=x kind=csat score=3"}, {NULL}, FAULT_BAD_EVENT, 1},
	{"an id that is a number", {"50 case.message case=#7 by=customer public=1"}, {NULL}, FAULT_BAD_EVENT, 1},
	{"a type nobody knows", {"50 case.exploded case=m1"}, {NULL}, FAULT_UNKNOWN_EVENT, 1},
	{"a time before time", {"50 case.message case=m1 by=customer public=1 ts=@zero"}, {NULL}, FAULT_BAD_EVENT, 1},
	/* What looks odd and is none: taken, and no fault. */
	{"an agent nobody spoke of before", {"50 agent.state agent=bo state=available"}, {"50 agent.state agent=bo state=available"}, FAULT_NONE, 0},
	{"blocks that overlap", {"50 calendar.defined calendar=work zone=Europe/Berlin week=[[[540,800],[700,1080]]," SHORT_FRIDAY},
		{"50 calendar.defined calendar=work zone=Europe/Berlin week=[[[540,700],[700,1080]]," SHORT_FRIDAY}, FAULT_NONE, 0},
	{"a week that is never open",
		{"50 calendar.defined calendar=closed zone=UTC week=[[],[],[],[],[],[],[]] holidays=[]"}, {NULL}, FAULT_NONE, 0},
	{"10,000 holidays, none of them today", {"50 calendar.defined calendar=work zone=Europe/Berlin " WEEK " holidays=@holidays:10000"},
		{"50 calendar.defined calendar=work zone=Europe/Berlin " WEEK " holidays=@holidays:1"}, FAULT_NONE, 0},
};
#define ROWS (sizeof rows / sizeof *rows)

/* ---- telling it ---- */

struct helpdesk {
	struct settings *settings;
	struct engine *engine;
	struct batch batch;
	uint64_t lsn, seq;
};

static int64_t time_of(const char *line)
{
	return T0 + strtoll(line, NULL, 10) * MINUTE_MS;
}

/* As the desk does: what is no payload becomes a count of its feed. */
static void tell(struct helpdesk *helpdesk, const char *line)
{
	const int64_t at = time_of(line);
	msgpack_sbuffer bytes;
	struct error err;
	msgpack_sbuffer_init(&bytes);
	packed_line(&bytes, helpdesk->seq + 1, at, line);
	const enum feed_fault fault = wire_decode(bytes.data, bytes.size, &helpdesk->batch, &err);
	struct record record = {.kind = RECORD_BATCH, .lsn = ++helpdesk->lsn, .recv = at, .batch = &helpdesk->batch};
	if (fault != FAULT_NONE)
		record = (struct record){.kind = RECORD_LINK, .lsn = record.lsn, .recv = at, .fault = fault, .count = 1};
	else
		helpdesk->seq++;
	engine_apply(helpdesk->engine, &record);
	msgpack_sbuffer_destroy(&bytes);
}

static void open_helpdesk(struct helpdesk *helpdesk)
{
	struct error err = {""};
	*helpdesk = (struct helpdesk){.settings = settings_create()};
	assert_true(settings_set(helpdesk->settings, "zone", "UTC", &err));
	assert_true(settings_set(helpdesk->settings, "history_days", "1", &err));
	helpdesk->engine = engine_create(helpdesk->settings, &err);
	assert_non_null(helpdesk->engine);
}

static void close_helpdesk(struct helpdesk *helpdesk)
{
	engine_destroy(helpdesk->engine);
	settings_destroy(helpdesk->settings);
	batch_finish(&helpdesk->batch);
}

/* The day and these lines, in the order of their minutes; of one minute the day's first. */
static void play(struct helpdesk *helpdesk, const char *const *lines)
{
	const char *const *of_day = day;
	open_helpdesk(helpdesk);
	while (*of_day || *lines) {
		const bool days = *of_day && (!*lines || time_of(*of_day) <= time_of(*lines));
		tell(helpdesk, days ? *of_day++ : *lines++);
	}
	engine_apply(helpdesk->engine, &(struct record){.kind = RECORD_CLOCK, .lsn = ++helpdesk->lsn, .recv = T0 + END * MINUTE_MS});
}

/* ---- what is seen of it ---- */

static json_t *look(const struct helpdesk *helpdesk, char **page)
{
	static const enum window windows[] = {WINDOW_NOW, WINDOW_60M, WINDOW_TODAY};
	struct error err = {""};
	struct zone *zone = zone_open("UTC", &err);
	struct scope scopes[16] = {SCOPE_ALL};
	const int scope_count = 1 + list_rows(helpdesk->engine, SCOPE_ALL, scopes + 1, 15);
	struct snapshot_request request = {.scope = SCOPE_ALL, .window = WINDOW_TODAY, .formula = -1};
	struct snapshot *snapshot = snapshot_create(helpdesk->engine, helpdesk->settings, zone, &request);
	const struct figures_request figures = {.scopes = scopes, .scope_count = scope_count, .windows = windows, .window_count = 3, .formula = -1};
	size_t size;
	char *text;
	FILE *to = open_memstream(&text, &size);
	figures_json(to, helpdesk->engine, snapshot, &figures);
	fclose(to);
	json_t *json = json_loads(text, 0, NULL);
	assert_non_null(json);
	free(text);
	struct board *board = board_create(helpdesk->settings, &request);
	struct canvas *canvas = canvas_create(140, 60);
	board_key(board, snapshot, '9');
	board_draw(board, snapshot, &(struct glyphs){.ascii = true}, canvas);
	to = open_memstream(page, &size);
	dump_text(canvas, to);
	fclose(to);
	canvas_destroy(canvas);
	board_destroy(board);
	snapshot_destroy(snapshot);
	zone_close(zone);
	return json;
}

static void check_json(const struct row *row, const json_t *json)
{
	const json_t *rejected = json_object_get(json_array_get(json_object_get(json, "feeds"), 0), "rejected");
	const json_t *impossible = json_object_get(json, "impossible_events");
	if (json_object_size(rejected) != (row->fault != FAULT_NONE))
		fail_msg("%s: %s", row->name, json_dumps(rejected, 0));
	if (row->fault != FAULT_NONE && json_integer_value(json_object_get(rejected, feed_fault_names[row->fault])) != row->times)
		fail_msg("%s: not %d times %s but %s", row->name, row->times, feed_fault_names[row->fault], json_dumps(rejected, 0));
	if (json_array_size(impossible) != (row->fault == FAULT_IMPOSSIBLE))
		fail_msg("%s: %s", row->name, json_dumps(impossible, 0));
	if (row->type && strcmp(json_string_value(json_object_get(json_array_get(impossible, 0), "name")), row->type) != 0)
		fail_msg("%s: %s", row->name, json_dumps(impossible, 0));
}

static void check_page(const struct row *row, const char *page)
{
	char wanted[80];
	const char *line = strstr(page, feed_fault_names[row->fault]);
	if (row->fault == FAULT_NONE)
		return;
	if (!line || strtol(line + strlen(feed_fault_names[row->fault]), NULL, 10) != row->times)
		fail_msg("%s: the page of feeds does not say %s %d:\n%s", row->name, feed_fault_names[row->fault], row->times, page);
	snprintf(wanted, sizeof wanted, "%.20s", feed_fault_helps[row->fault]);
	if (!strstr(line, wanted))
		fail_msg("%s: the page of feeds does not say what that is", row->name);
	if (row->type && !strstr(page, row->type))
		fail_msg("%s: the page of feeds does not say %s", row->name, row->type);
}

/* ---- what is not seen of it ---- */

static void drop_what_tells(json_t *json, const struct row *row)
{
	static const char *const tells[] = {"feeds", "impossible_events", "unknown_events"}, *const protocol[] = {"alerts", "conduct"};
	json_t *figures = json_object_get(json, "figures");
	for (size_t i = 0; i < sizeof tells / sizeof *tells; i++)
		json_object_del(json, tells[i]);
	if (row->marks)
		json_object_del(json, row->marks);
	for (size_t i = 0; row->differs && i < sizeof protocol / sizeof *protocol; i++)
		json_object_del(json, protocol[i]);
	for (size_t i = json_array_size(figures); row->differs && i-- > 0;)
		if (strcmp(json_string_value(json_object_get(json_array_get(figures, i), "metric")), row->differs) == 0)
			json_array_remove(figures, i);
}

static void check_same(const struct row *row, json_t *with, json_t *without)
{
	drop_what_tells(with, row);
	drop_what_tells(without, row);
	if (json_equal(with, without))
		return;
	const json_t *a = json_object_get(with, "figures"), *b = json_object_get(without, "figures");
	for (size_t i = 0; i < json_array_size(a); i++)
		if (!json_equal(json_array_get(a, i), json_array_get(b, i)))
			fail_msg("%s:\n%s\nis without it\n%s", row->name, json_dumps(json_array_get(a, i), 0), json_dumps(json_array_get(b, i), 0));
	const char *key;
	json_t *value;
	json_object_foreach(with, key, value)
		if (!json_equal(value, json_object_get(without, key)))
			fail_msg("%s: %s differs:\n%s\n%s", row->name, key, json_dumps(value, JSON_ENCODE_ANY),
				json_dumps(json_object_get(without, key), JSON_ENCODE_ANY));
}

static void each_is_counted_and_changes_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		struct helpdesk with, without;
		char *page, *other;
		play(&with, rows[i].bad);
		play(&without, rows[i].instead);
		json_t *json = look(&with, &page), *reference = look(&without, &other);
		check_json(&rows[i], json);
		check_page(&rows[i], page);
		check_same(&rows[i], json, reference);
		json_decref(json);
		json_decref(reference);
		free(page);
		free(other);
		close_helpdesk(&with);
		close_helpdesk(&without);
	}
}

/* Nothing of it is lost when the engine is written down and read back. */
static void what_was_counted_is_kept(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i += 5) {
		struct helpdesk with;
		struct error err = {""};
		size_t size;
		bool differs;
		char *page, *copy_page;
		play(&with, rows[i].bad);
		json_t *json = look(&with, &page);
		uint8_t *bytes = engine_pack(with.engine, INT64_MIN, &size);
		struct engine *copy = engine_unpack(with.settings, bytes, size, &differs, &err);
		if (!copy)
			fail_msg("%s: %s", rows[i].name, err.text);
		engine_destroy(with.engine);
		with.engine = copy;
		json_t *again = look(&with, &copy_page);
		assert_true(json_equal(json, again));
		assert_string_equal(page, copy_page);
		json_decref(json);
		json_decref(again);
		free(bytes);
		free(page);
		free(copy_page);
		close_helpdesk(&with);
	}
}

/* A source that moves a target again and again: neither the state nor what is allocated grows. */
static void a_flood_of_targets_takes_no_memory(void **state)
{
	(void)state;
	static const char *const start[] = {"50 case.opened case=x queue=Billing channel=email", NULL};
	struct helpdesk helpdesk;
	size_t before = 0, after = 0;
	play(&helpdesk, start);
	struct event event = {.type = EVENT_SLA_STARTED};
	event.text[KEY_CASE] = view_of("x");
	event.word[KEY_CLOCK] = SLA_RESOLVE;
	event.present = KEY_BIT(KEY_CASE) | KEY_BIT(KEY_CLOCK) | KEY_BIT(KEY_TARGET_MS);
	const int64_t from = engine_now(helpdesk.engine);
	size_t allocated = 0;
	for (int i = 0; i < 100000; i++) {
		event.ts = from + i;
		event.number[KEY_TARGET_MS - KEY_TEXT_COUNT] = HOUR_MS + i * 37 % 1000000;
		const struct batch batch = {.src = view_of("desk"), .boot = 1, .seq = ++helpdesk.seq, .sent = event.ts, .events = &event, .count = 1};
		engine_apply(helpdesk.engine, &(struct record){.kind = RECORD_BATCH, .lsn = ++helpdesk.lsn, .recv = event.ts, .batch = &batch});
		if (i == 1000) {
			free(engine_pack(helpdesk.engine, INT64_MIN, &before));
			allocated = mallinfo2().uordblks;
		}
	}
	free(engine_pack(helpdesk.engine, INT64_MIN, &after));
	assert_true(after < before + 1000);
	assert_true(mallinfo2().uordblks < allocated + 100000); /* minutes and levels go on */
	close_helpdesk(&helpdesk);
}

/* ---- files ---- */

struct file {
	const char *name, *text, *says;
};

static const struct file configurations[] = {
	{"an unknown zone", "calendar \"x\" { zone = \"Moon/Copernicus\" }\n", "Moon/Copernicus"},
	{"a block 24:00 to 24:00", "calendar \"x\" { monday = { \"24:00-24:00\" } }\n", "24:00-24:00"},
	{"an end before the begin", "calendar \"x\" { monday = { \"10:00-09:00\" } }\n", "10:00-09:00"},
	{"a time that is none", "calendar \"x\" { monday = { \"25:00-26:00\" } }\n", "25:00-26:00"},
	{"a holiday that is no date", "calendar \"x\" { holidays = { \"2026-02-30\" } }\n", "2026-02-30"},
	{"a state that is none", "sla \"resolve\" { pause_in = { \"asleep\" } }\n", "asleep"},
	{"a clock that is none", "sla \"sundial\" { pause_in = { \"pending\" } }\n", "there is no such SLA clock"},
};

static void files_are_refused_by_line_and_word(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof configurations / sizeof *configurations; i++) {
		const struct file *file = &configurations[i];
		char path[] = "/tmp/tablo_bad_XXXXXX";
		const int descriptor = mkstemp(path);
		struct error err = {""};
		struct settings *settings = settings_create();
		assert_int_equal(write(descriptor, file->text, strlen(file->text)), (ssize_t)strlen(file->text));
		close(descriptor);
		if (settings_load(settings, path, NULL, &err))
			fail_msg("%s is taken", file->name);
		if (!strstr(err.text, file->says) || !strstr(err.text, path))
			fail_msg("%s: '%s'", file->name, err.text);
		unlink(path);
		settings_destroy(settings);
	}
}

/* Of the table that --list-faults, the page of feeds and JSON are made of. */
static void kinds_have_names_and_meanings(void **state)
{
	(void)state;
	for (int fault = FAULT_NONE + 1; fault < FAULT_COUNT; fault++) {
		assert_true(strlen(feed_fault_names[fault]) > 2 && strlen(feed_fault_helps[fault]) > 10);
		for (int other = FAULT_NONE; other < fault; other++)
			assert_string_not_equal(feed_fault_names[fault], feed_fault_names[other]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_counted_and_changes_nothing), cmocka_unit_test(what_was_counted_is_kept),
		cmocka_unit_test(a_flood_of_targets_takes_no_memory), cmocka_unit_test(files_are_refused_by_line_and_word),
		cmocka_unit_test(kinds_have_names_and_meanings),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
