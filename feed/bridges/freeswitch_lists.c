/* How things stand in FreeSWITCH, from the lists that `callcenter_config` prints: a row of names, then rows of values, parted by bars,
 * then "+OK". Nothing in a value is escaped: a caller's name or an agent's dial string may hold bars of its own. So columns before such
 * a one are counted from the left, those behind it from the right. */
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"
#include "feed/bridges/freeswitch_events.h"

#define CELLS_MOST 128
#define LIST_BYTES_MOST ((size_t)64 << 20)
#define SECOND_LAST INT64_C(32503680000) /* the year 3000 */

/* Of each list the first and the last column that may hold bars. */
static const struct {
	const char *first, *last;
} loose[LIST_COUNT] = {
	[LIST_QUEUES] = {"moh_sound", "record_template"},
	[LIST_AGENTS] = {"contact", "contact"},
	[LIST_TIERS] = {NULL, NULL},
	[LIST_MEMBERS] = {"cid_number", "cid_name"},
};

void freeswitch_lists_finish(struct freeswitch_lists *lists)
{
	for (int i = 0; i < LIST_COUNT; i++)
		free(lists->texts[i]);
	*lists = (struct freeswitch_lists){0};
}

bool freeswitch_lists_add(struct freeswitch_lists *lists, enum freeswitch_list list, struct view content, struct error *err)
{
	char words[200];
	if (content.size && (*content.data == '-' || memchr(content.data, 0, content.size))) {
		text_harmless((struct view){content.data, content.size < 100 ? content.size : 100}, words, sizeof words);
		return fail(err, "FreeSWITCH answers \"%s\": is mod_callcenter loaded?", words);
	}
	if (lists->sizes[list] + content.size + 1 > LIST_BYTES_MOST)
		return fail(err, "FreeSWITCH's lists are longer than %zu bytes", LIST_BYTES_MOST);
	lists->texts[list] = memory_grow(lists->texts[list], &lists->rooms[list], lists->sizes[list] + content.size + 1, 1);
	if (content.size)
		memcpy(lists->texts[list] + lists->sizes[list], content.data, content.size);
	lists->sizes[list] += content.size;
	lists->texts[list][lists->sizes[list]++] = '\n';
	return true;
}

/* ---- tables ---- */

struct table {
	enum freeswitch_list list;
	struct view rest;
	struct view columns[CELLS_MOST], cells[CELLS_MOST];
	int column_count, cell_count;
	size_t damaged; /* rows that have too few cells */
};

static int split(struct view line, struct view cells[CELLS_MOST])
{
	int count = 0;
	while (count < CELLS_MOST) {
		const char *bar = line.size ? memchr(line.data, '|', line.size) : NULL;
		const size_t size = bar ? (size_t)(bar - line.data) : line.size;
		cells[count++] = (struct view){line.data, size};
		if (!bar)
			break;
		line.data += size + 1;
		line.size -= size + 1;
	}
	return count;
}

static struct view take_line(struct view *rest)
{
	const char *end = memchr(rest->data, '\n', rest->size);
	struct view line = {rest->data, end ? (size_t)(end - rest->data) : rest->size};
	rest->data += line.size + (end != NULL);
	rest->size -= line.size + (end != NULL);
	if (line.size && line.data[line.size - 1] == '\r')
		line.size--;
	return line;
}

static struct table table_of(const struct freeswitch_lists *lists, enum freeswitch_list list)
{
	return (struct table){.list = list, .rest = {lists->texts[list] ? lists->texts[list] : "", lists->sizes[list]}};
}

/* Turns to the next row; false: there is none. After "+OK" another list begins, with a row of names. */
static bool next_row(struct table *table)
{
	while (table->rest.size) {
		const struct view line = take_line(&table->rest);
		if (line.size == 0)
			continue;
		if (*line.data == '+' || *line.data == '-') {
			table->column_count = 0;
			continue;
		}
		if (!table->column_count) {
			table->column_count = split(line, table->columns);
			continue;
		}
		table->cell_count = split(line, table->cells);
		if (table->cell_count >= table->column_count)
			return true;
		table->damaged++;
	}
	return false;
}

static int column_of(const struct table *table, const char *name)
{
	for (int i = 0; name && i < table->column_count; i++)
		if (view_is(table->columns[i], name))
			return i;
	return -1;
}

/* Empty where there is no such column, or where it cannot be told which cell it is. */
static struct view cell(const struct table *table, const char *name)
{
	const int column = column_of(table, name), extra = table->cell_count - table->column_count;
	const int first = column_of(table, loose[table->list].first), last = column_of(table, loose[table->list].last);
	if (column < 0)
		return (struct view){0};
	if (!extra || column < first)
		return table->cells[column];
	return last >= 0 && column > last ? table->cells[column + extra] : (struct view){0};
}

static struct view name_in(const struct table *table, const char *column, char to[ID_MAX + 1])
{
	return import_id(cell(table, column), to);
}

/* ms, or `otherwise`. */
static int64_t time_in(const struct table *table, const char *column, int64_t otherwise)
{
	const int64_t seconds = text_whole(cell(table, column), SECOND_LAST);
	return seconds > 0 ? seconds * SECOND_MS : otherwise;
}

/* Quotes, backslashes and controls would make another command of it. */
static bool can_be_asked(struct view queue)
{
	for (size_t i = 0; i < queue.size; i++)
		if ((unsigned char)queue.data[i] < ' ' || queue.data[i] == '\'' || queue.data[i] == '"' || queue.data[i] == '\\' || queue.data[i] == 127)
			return false;
	return queue.size > 0 && queue.size <= 200;
}

bool freeswitch_members_command(const struct freeswitch_lists *lists, size_t row, char *to, size_t room)
{
	struct table table = table_of(lists, LIST_QUEUES);
	if (row >= FREESWITCH_QUEUES_MOST)
		return false;
	for (size_t i = 0; i <= row; i++)
		if (!next_row(&table))
			return false;
	const struct view queue = cell(&table, "name");
	*to = 0;
	if (can_be_asked(queue))
		snprintf(to, room, "api callcenter_config queue list members '%.*s'\n\n", (int)queue.size, queue.data);
	return true;
}

/* ---- the snapshot ---- */

struct picture {
	struct freeswitch *freeswitch;
	const struct freeswitch_lists *lists;
	struct freeswitch_state state;
	struct map agents, tiers, visits; /* named by the lists */
	struct map busy; /* agents in a queue call: to their place in `channels` */
	char (*channels)[ID_MAX + 1];
	size_t channel_count, channel_room;
};

static void tell(struct picture *picture, struct event *event, const char *queue)
{
	import_number(event, KEY_SNAPSHOT, 1);
	freeswitch_emit(picture->freeswitch, event, queue);
}

static void tell_scope(struct picture *picture, enum event_type type)
{
	struct event event = import_event(type, picture->freeswitch->now);
	event.text[KEY_SCOPE] = (struct view){"", 0}; /* everything: import_text() would leave it out */
	event.present |= KEY_BIT(KEY_SCOPE);
	freeswitch_emit(picture->freeswitch, &event, "");
}

static void take_queues(struct picture *picture)
{
	char queue[ID_MAX + 1];
	struct table table = table_of(picture->lists, LIST_QUEUES);
	while (next_row(&table)) {
		if (!name_in(&table, "name", queue).size)
			continue;
		if (picture->state.queues >= FREESWITCH_QUEUES_MOST) {
			picture->state.damaged++;
			continue;
		}
		struct event event = import_event(EVENT_QUEUE_DEFINED, picture->freeswitch->now);
		import_text(&event, KEY_QUEUE, view_of(queue));
		import_text(&event, KEY_CHANNEL, view_of("phone"));
		tell(picture, &event, queue);
		picture->state.queues++;
	}
	picture->state.damaged += table.damaged;
}

static void note_busy(struct picture *picture, const struct table *table, const char *agent)
{
	picture->channels = memory_grow(picture->channels, &picture->channel_room, picture->channel_count + 1, sizeof *picture->channels);
	name_in(table, "uuid", picture->channels[picture->channel_count]);
	map_put(&picture->busy, view_of(agent), (uint32_t)picture->channel_count++);
}

static void take_agent(struct picture *picture, const struct table *table)
{
	struct freeswitch *freeswitch = picture->freeswitch;
	struct worker worker;
	char name[ID_MAX + 1];
	bool known;
	if (!name_in(table, "name", name).size)
		return;
	const enum worker_status status = freeswitch_status(cell(table, "status"), &known);
	if (freeswitch->workers >= FREESWITCH_AGENTS_MOST && !worker_find(freeswitch, view_of(name), &worker)) {
		picture->state.damaged++;
		return;
	}
	worker_get(freeswitch, view_of(name), &worker);
	worker.wrap_ms = time_in(table, "wrap_up_time", 0);
	if (!freeswitch_touched(freeswitch, "/", name)) {
		worker.status = status;
		worker.is_idle = view_is(cell(table, "state"), "Idle");
	}
	worker_put(freeswitch, &worker);
	map_put(&picture->agents, view_of(name), 1);
	if (view_is(cell(table, "state"), "In a queue call"))
		note_busy(picture, table, name);
	const int64_t since = worker.is_idle ? freeswitch->now : time_in(table, "last_status_change", freeswitch->now); /* Idle is no status */
	struct event event = freeswitch_agent_event(since < freeswitch->now ? since : freeswitch->now, &worker);
	tell(picture, &event, "");
	picture->state.agents++;
	picture->state.damaged += !known;
}

static void forget_agents(struct picture *picture)
{
	struct freeswitch *freeswitch = picture->freeswitch;
	size_t count;
	struct worker *workers = workers_all(freeswitch, &count);
	for (size_t i = 0; i < count; i++) {
		if (map_find(&picture->agents, view_of(workers[i].name)) != MAP_NONE || freeswitch_touched(freeswitch, "/", workers[i].name))
			continue;
		workers[i].status = WORKER_OUT;
		struct event event = freeswitch_agent_event(freeswitch->now, &workers[i]);
		tell(picture, &event, "");
		worker_forget(freeswitch, view_of(workers[i].name));
	}
	free(workers);
}

static void take_agents(struct picture *picture)
{
	struct table table = table_of(picture->lists, LIST_AGENTS);
	while (next_row(&table))
		take_agent(picture, &table);
	picture->state.damaged += table.damaged;
	forget_agents(picture);
}

static void tell_tier(struct picture *picture, const struct tier *tier, bool in, int64_t level)
{
	struct event event = import_event(EVENT_AGENT_MEMBER, picture->freeswitch->now);
	import_text(&event, KEY_AGENT, view_of(tier->agent));
	import_text(&event, KEY_QUEUE, view_of(tier->queue));
	import_number(&event, KEY_IN, in);
	if (level >= 0)
		import_number(&event, KEY_PENALTY, level);
	tell(picture, &event, tier->queue);
}

static struct view tier_key(const struct tier *tier, char to[2 * ID_MAX + 2])
{
	const int size = snprintf(to, 2 * ID_MAX + 2, "%s\t%s", tier->queue, tier->agent);
	return (struct view){to, (size_t)size};
}

/* There is no event for a tier that is added or removed: these lists are how it is known. */
static void take_tiers(struct picture *picture)
{
	struct table table = table_of(picture->lists, LIST_TIERS);
	struct tier tier;
	char key[2 * ID_MAX + 2];
	while (next_row(&table)) {
		if (!name_in(&table, "queue", tier.queue).size || !name_in(&table, "agent", tier.agent).size)
			continue;
		if (picture->tiers.used >= FREESWITCH_TIERS_MOST) {
			picture->state.damaged++;
			continue;
		}
		tier_put(picture->freeswitch, tier.queue, tier.agent);
		map_put(&picture->tiers, tier_key(&tier, key), 1);
		tell_tier(picture, &tier, true, text_whole(cell(&table, "level"), 1000000));
	}
	picture->state.damaged += table.damaged;
	size_t count;
	struct tier *tiers = tiers_all(picture->freeswitch, &count);
	for (size_t i = 0; i < count; i++) {
		if (map_find(&picture->tiers, tier_key(&tiers[i], key)) != MAP_NONE)
			continue;
		tell_tier(picture, &tiers[i], false, -1);
		tier_forget(picture->freeswitch, tiers[i].queue, tiers[i].agent);
	}
	free(tiers);
}

static void tell_visit(struct picture *picture, const struct visit *visit, struct view number)
{
	char customer[PSEUDONYM_SIZE];
	struct event event = freeswitch_queued_event(picture->freeswitch, visit, number, customer);
	tell(picture, &event, visit->queue);
	picture->state.waiting += !visit->is_talking;
	picture->state.talking += visit->is_talking;
	map_put(&picture->visits, view_of(visit->contact), 1);
	for (int step = 0; step < visit->is_talking + visit->is_held; step++) {
		event = import_event(step ? EVENT_CONTACT_HELD : EVENT_CONTACT_ANSWERED, visit->answered);
		import_text(&event, KEY_CONTACT, view_of(visit->contact));
		import_text(&event, KEY_AGENT, view_of(visit->agent));
		if (!step)
			import_text(&event, KEY_QUEUE, view_of(visit->queue));
		tell(picture, &event, visit->queue);
	}
}

/* FreeSWITCH is known to leave members Answered hours after their call: only an agent who is in a call vouches for one. */
static bool answered_by(struct picture *picture, const struct table *table, struct visit *visit)
{
	char agent[ID_MAX + 1];
	const uint32_t place = map_find(&picture->busy, name_in(table, "serving_agent", agent));
	if (place == MAP_NONE)
		return false;
	if (visit->is_talking && strcmp(visit->agent, agent) == 0)
		return true;
	const int64_t answered = time_in(table, "bridge_epoch", visit->queued);
	visit->is_talking = true;
	visit->answered = answered > visit->queued ? answered : visit->queued;
	view_copy(view_of(agent), visit->agent, sizeof visit->agent);
	view_copy(view_of(picture->channels[place]), visit->channel, sizeof visit->channel);
	return true;
}

/* Brings what is remembered of it in line with the row. False: the row names nobody who is there. */
static bool read_member(struct picture *picture, const struct table *table, struct visit *visit)
{
	const struct freeswitch *freeswitch = picture->freeswitch;
	const struct view state = cell(table, "state");
	char contact[ID_MAX + 1];
	const bool known = visit_find(freeswitch, name_in(table, "uuid", contact), visit);
	if (freeswitch_touched(freeswitch, "", contact))
		return known;
	if (!known) {
		const int64_t joined = time_in(table, "joined_epoch", freeswitch->now);
		*visit = (struct visit){.queued = joined < freeswitch->now ? joined : freeswitch->now};
		view_copy(view_of(contact), visit->contact, sizeof visit->contact);
		name_in(table, "queue", visit->queue);
	}
	if (!*contact || !*visit->queue || freeswitch->visits >= FREESWITCH_VISITS_MOST)
		return false;
	if (view_is(state, "Answered"))
		return answered_by(picture, table, visit);
	return view_is(state, "Waiting") || view_is(state, "Trying"); /* one who is Trying may have been answered a moment ago */
}

/* Whoever is not there (any more): the board closes them as lost at the end of the snapshot, and their end is told with that. */
static void tell_others(struct picture *picture)
{
	struct freeswitch *freeswitch = picture->freeswitch;
	size_t count;
	struct visit *visits = visits_all(freeswitch, &count);
	freeswitch->visits = count;
	for (size_t i = 0; i < count; i++) {
		if (map_find(&picture->visits, view_of(visits[i].contact)) != MAP_NONE)
			continue;
		if (freeswitch_touched(freeswitch, "", visits[i].contact)) {
			tell_visit(picture, &visits[i], (struct view){0});
			continue;
		}
		visit_forget(freeswitch, &visits[i]);
		freeswitch_ended(freeswitch, visits[i].contact);
	}
	free(visits);
}

static void take_members(struct picture *picture)
{
	struct table table = table_of(picture->lists, LIST_MEMBERS);
	struct visit visit;
	while (next_row(&table)) {
		if (!read_member(picture, &table, &visit) || map_find(&picture->visits, view_of(visit.contact)) != MAP_NONE)
			continue;
		visit_put(picture->freeswitch, &visit);
		tell_visit(picture, &visit, cell(&table, "cid_number"));
	}
	picture->state.damaged += table.damaged;
	tell_others(picture);
}

struct freeswitch_state freeswitch_snapshot(struct freeswitch *freeswitch, const struct freeswitch_lists *lists)
{
	struct picture picture = {.freeswitch = freeswitch, .lists = lists};
	tell_scope(&picture, EVENT_SNAPSHOT_BEGIN);
	take_queues(&picture);
	take_agents(&picture);
	take_tiers(&picture);
	take_members(&picture);
	tell_scope(&picture, EVENT_SNAPSHOT_END);
	map_finish(&picture.agents);
	map_finish(&picture.tiers);
	map_finish(&picture.visits);
	map_finish(&picture.busy);
	free(picture.channels);
	return picture.state;
}
