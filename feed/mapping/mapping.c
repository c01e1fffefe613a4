#include "feed/mapping/mapping.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <confuse.h>

#include "base/memory.h"
#include "feed/mapping/mapping_compile.h"

#define MAPPING_SIZE_MAX (1024 * 1024)

/* libconfuse hands its messages to a function that knows nothing of the caller, while one file is parsed. */
static _Thread_local struct {
	const char *path;
	struct error *err;
} parsing;

static void note_error(cfg_t *cfg, const char *format, va_list arguments)
{
	char text[300];
	vsnprintf(text, sizeof text, format, arguments);
	fail(parsing.err, "%s:%d: %s", parsing.path, cfg->line, text);
}

/* "mapping.conf:12: event 'queued': ..." : the line is that of the section's end, the only one libconfuse keeps. */
static bool refuse(const struct mapping *mapping, cfg_t *section, const struct error *why, struct error *err)
{
	const char *title = cfg_title(section);
	return fail(err, "%s:%d: %s%s%s%s: %s", mapping->path, section->line, cfg_name(section), title ? " '" : "",
		title ? title : "", title ? "'" : "", why->text);
}

static bool load_template(struct mapping *mapping, cfg_t *section, const char *option, struct template *to, struct error *why)
{
	const char *text = cfg_getstr(section, option);
	return !text || template_compile(mapping, text, to, why);
}

static bool load_conditions(struct mapping *mapping, cfg_t *section, const char *option, struct conditions *to, struct error *why)
{
	int count = (int)cfg_size(section, option);
	to->list = memory_new((size_t)count + 1, sizeof *to->list);
	for (; to->count < count; to->count++)
		if (!condition_compile(mapping, cfg_getnstr(section, option, (unsigned)to->count), &to->list[to->count], why))
			return false;
	return true;
}

static char *text_or_none(const char *text)
{
	return text ? memory_text(text) : NULL;
}

/* ---- sections ---- */

static bool load_table(struct mapping *mapping, cfg_t *section, struct error *why)
{
	struct mapping_table *table = &mapping->tables[mapping->table_count++];
	int count = (int)cfg_size(section, "from");
	table->name = memory_text(cfg_title(section));
	if (count != (int)cfg_size(section, "to"))
		return fail(why, "%d values in 'from', but %d in 'to'", count, (int)cfg_size(section, "to"));
	table->from = memory_new((size_t)count + 1, sizeof *table->from);
	table->to = memory_new((size_t)count + 1, sizeof *table->to);
	for (; table->count < count; table->count++) {
		table->from[table->count] = memory_text(cfg_getnstr(section, "from", (unsigned)table->count));
		table->to[table->count] = memory_text(cfg_getnstr(section, "to", (unsigned)table->count));
	}
	table->otherwise = text_or_none(cfg_getstr(section, "otherwise"));
	return true;
}

/* What belongs together: the one option without the other means nothing. */
static bool both(cfg_t *section, const char *option, const char *other, const char *remedy, struct error *why)
{
	const bool has = cfg_getstr(section, option) != NULL, needs = cfg_getstr(section, other) != NULL;
	return has == needs || fail(why, "'%s' without '%s': %s", has ? option : other, has ? other : option, remedy);
}

static bool load_keep(struct mapping *mapping, cfg_t *section, struct mapping_let *let, struct error *why)
{
	const char *keep = cfg_getstr(section, "keep");
	if (!both(section, "keep", "per", "write keep = \"previous\" per = \"{ticket}\", with the column that tells whose rows are meant", why))
		return false;
	if (!keep)
		return true;
	let->keep = strcmp(keep, "previous") == 0 ? KEEP_PREVIOUS : strcmp(keep, "first") == 0 ? KEEP_FIRST : KEEP_LAST;
	if (let->keep == KEEP_LAST && strcmp(keep, "last") != 0)
		return fail(why, "keep = '%s': \"previous\", what the row before gave, \"first\", what the first one gave, or \"last\", "
				 "the newest that is not empty", keep);
	return load_template(mapping, section, "per", &let->per, why) && (let->per.count || fail(why, "'per' is empty"));
}

static bool load_let(struct mapping *mapping, cfg_t *section, struct error *why)
{
	struct mapping_let *let = &mapping->lets[mapping->let_count];
	let->name = memory_text(cfg_title(section));
	/* Counted only now: it cannot refer to itself. */
	bool good = load_template(mapping, section, "value", &let->value, why)
		&& load_template(mapping, section, "otherwise", &let->otherwise, why)
		&& load_conditions(mapping, section, "when", &let->when, why) && load_keep(mapping, section, let, why);
	let->remembers = let->keep != KEEP_NOTHING || template_remembers(mapping, &let->value)
		|| template_remembers(mapping, &let->otherwise) || conditions_remember(mapping, &let->when);
	mapping->let_count++;
	return good;
}

static bool load_plus(struct mapping *mapping, cfg_t *section, struct mapping_instant *instant, struct error *why)
{
	int count = (int)cfg_size(section, "plus");
	if (count > MAPPING_LINKS_MAX)
		return fail(why, "at most %d durations can be added", MAPPING_LINKS_MAX);
	for (int i = 0; i < count; i++) {
		char *text = memory_text(cfg_getnstr(section, "plus", (unsigned)i));
		instant->plus[i].unit = unit_cut(text);
		instant->plus_count = i + 1;
		bool good = instant->plus[i].unit ? template_compile(mapping, text, &instant->plus[i].value, why)
						  : fail(why, "plus = '%s' lacks its unit: ms, s, min or h", text);
		free(text);
		if (!good)
			return false;
	}
	return true;
}

static bool earlier_instant(const struct mapping *mapping, const char *option, const char *name, int *number, struct error *why)
{
	*number = name ? mapping_find_instant(mapping, name) : -1;
	return !name || *number >= 0 || fail(why, "%s = '%s': no instant of that name stands before this one", option, name);
}

static bool load_instant(struct mapping *mapping, cfg_t *section, struct error *why)
{
	struct mapping_instant *instant = &mapping->instants[mapping->instant_count];
	const char *format = cfg_getstr(section, "format"), *from = cfg_getstr(section, "from");
	bool own = cfg_getstr(section, "value") != NULL;
	instant->name = memory_text("");
	instant->from = instant->wraps_after = -1;
	mapping->instant_count++;
	if (own == (from != NULL))
		return fail(why, "needs either 'value', or 'from' another instant");
	if (own && (!format || !mapping_time_format(format)))
		return fail(why, "format = '%s': epoch, epoch_ms, iso, or %%Y %%m %%d %%H %%M %%S %%f %%y %%b %%I %%p %%z", format ? format : "");
	instant->format = text_or_none(format);
	bool good = load_template(mapping, section, "value", &instant->value, why)
		&& earlier_instant(mapping, "from", from, &instant->from, why)
		&& earlier_instant(mapping, "wraps_after", cfg_getstr(section, "wraps_after"), &instant->wraps_after, why)
		&& load_plus(mapping, section, instant, why);
	/* Named only now: it cannot refer to itself. */
	free(instant->name);
	instant->name = memory_text(cfg_title(section));
	return good;
}

static bool load_drop(struct mapping *mapping, cfg_t *section, struct error *why)
{
	struct mapping_drop *drop = &mapping->drops[mapping->drop_count++];
	drop->name = text_or_none(cfg_title(section));
	if (!load_conditions(mapping, section, "when", &drop->when, why))
		return false;
	return drop->when.count > 0 || fail(why, "without 'when' every row would be left out");
}

/* ---- events ---- */

#define SINCE "since " /* a duration: from that instant to the event's own */
#define OR_NIL " or nil" /* where nothing stands there, there is none now */

static bool is_duration(enum event_key key)
{
	size_t size = strlen(event_key_names[key]);
	return key > KEY_BEFORE_NUMBERS && size > 3 && strcmp(event_key_names[key] + size - 3, "_ms") == 0;
}

static bool check_word(enum event_type type, const struct assignment *assignment, struct error *why)
{
	if (assignment->value.count != 1 || assignment->value.parts[0].kind != PART_LITERAL || assignment->key > KEY_BEFORE_NUMBERS)
		return true;
	struct event event = import_event(type, 0);
	const char *word = assignment->value.parts[0].literal;
	return import_text(&event, assignment->key, view_of(word))
		|| fail(why, "%s = '%s': the protocol has no such word here", event_key_names[assignment->key], word);
}

static bool load_assignment(struct mapping *mapping, struct mapping_event *event, enum event_key key, const char *given,
	struct error *why)
{
	struct assignment *to = &event->assignments[event->assignment_count++];
	*to = (struct assignment){.key = key, .unit = 1, .instant = -1};
	if (!(event_types[event->type].allowed & KEY_BIT(key)))
		return fail(why, "%s has no key '%s'", event_types[event->type].name, event_key_names[key]);
	if (key == KEY_DUE || key == KEY_UNTIL) {
		to->instant = mapping_find_instant(mapping, given);
		return to->instant >= 0 || fail(why, "%s = '%s': no instant of that name", event_key_names[key], given);
	}
	if (is_duration(key) && strncmp(given, SINCE, sizeof SINCE - 1) == 0) {
		to->instant = mapping_find_instant(mapping, given + sizeof SINCE - 1);
		return to->instant >= 0 || fail(why, "%s = '%s': no instant of that name", event_key_names[key], given);
	}
	char *text = memory_text(given), *nil = strstr(text, OR_NIL);
	if (nil && nil[sizeof OR_NIL - 1] == 0 && event->type == EVENT_CASE_ASSIGNED && key != KEY_CASE) {
		to->nil = true;
		*nil = 0;
	}
	if (is_duration(key)) {
		int64_t unit = unit_cut(text);
		to->unit = unit ? unit : 1;
	} else if (key == KEY_SCORE || key == KEY_MIN || key == KEY_MAX) {
		to->unit = 1000;
	}
	bool good = template_compile(mapping, text, &to->value, why) && check_word(event->type, to, why);
	free(text);
	return good;
}

static bool check_required(const struct mapping_event *event, struct error *why)
{
	uint64_t missing = event_types[event->type].required;
	for (int i = 0; i < event->assignment_count; i++)
		missing &= ~KEY_BIT(event->assignments[i].key);
	return !missing || fail(why, "%s needs the key '%s'", event_types[event->type].name, event_key_names[__builtin_ctzll(missing)]);
}

static bool load_changed(struct mapping *mapping, cfg_t *section, struct mapping_event *event, struct error *why)
{
	const bool asked = cfg_getstr(section, "changed") != NULL, told = cfg_size(section, "first") > 0;
	if (!both(section, "changed", "per", "write changed = \"{status}\" per = \"{ticket}\"", why))
		return false;
	if (told && !asked)
		return fail(why, "'first' without 'changed': it says whether the first row of an id is a change");
	event->first = !told || cfg_getbool(section, "first");
	if (!load_template(mapping, section, "changed", &event->changed, why) || !load_template(mapping, section, "per", &event->per, why))
		return false;
	return !asked || (event->changed.count && event->per.count) || fail(why, "'changed' or 'per' is empty");
}

/* The index of that path among those that rows are made of; -1: none is named. */
static int each_of(struct mapping *mapping, const char *path)
{
	for (int i = 0; path && i < mapping->each_count; i++)
		if (strcmp(mapping->each[i], path) == 0)
			return i;
	if (!path)
		return -1;
	mapping->each = memory_resize(mapping->each, (size_t)mapping->each_count + 1, sizeof *mapping->each);
	mapping->each[mapping->each_count] = memory_text(path);
	return mapping->each_count++;
}

static bool load_event(struct mapping *mapping, cfg_t *section, struct error *why)
{
	struct mapping_event *event = &mapping->events[mapping->event_count++];
	const char *type = cfg_getstr(section, "type"), *at = cfg_getstr(section, "at");
	event->name = memory_text(cfg_title(section));
	event->type = type ? event_type_find(view_of(type)) : EVENT_UNKNOWN;
	if (event->type == EVENT_UNKNOWN)
		return fail(why, "type = '%s' is no event of the protocol", type ? type : "");
	if (event->type == EVENT_CALENDAR_DEFINED)
		return fail(why, "a calendar cannot come from a table");
	event->each = each_of(mapping, cfg_getstr(section, "each"));
	event->at = at ? mapping_find_instant(mapping, at) : -1;
	if (event->at < 0)
		return fail(why, "at = '%s': no instant of that name", at ? at : "");
	event->assignments = memory_new(KEY_COUNT, sizeof *event->assignments);
	for (int key = 0; key < KEY_COUNT; key++) {
		const char *given = key == KEY_WEEK || key == KEY_HOLIDAYS ? NULL : cfg_getstr(section, event_key_names[key]);
		if (given && !load_assignment(mapping, event, (enum event_key)key, given, why))
			return false;
	}
	return check_required(event, why) && load_template(mapping, section, "once", &event->once, why)
		&& load_changed(mapping, section, event, why) && load_conditions(mapping, section, "when", &event->when, why);
}

/* ---- the file ---- */

/* `array`: the address of the mapping's pointer to sections of that kind. */
static bool load_each(struct mapping *mapping, cfg_t *cfg, const char *kind, void *array, size_t size,
	bool (*load)(struct mapping *, cfg_t *, struct error *), struct error *err)
{
	struct error why = {0};
	int count = (int)cfg_size(cfg, kind);
	void *room = memory_new((size_t)count + 1, size);
	memcpy(array, &room, sizeof room);
	for (int i = 0; i < count; i++) {
		cfg_t *section = cfg_getnsec(cfg, kind, (unsigned)i);
		if (!load(mapping, section, &why))
			return refuse(mapping, section, &why, err);
	}
	return true;
}

static bool load_delimiter(struct mapping *mapping, const char *text, struct error *err)
{
	if (strcmp(text, "tab") == 0)
		mapping->delimiter = '\t';
	else if (strlen(text) == 1 && *text != '"')
		mapping->delimiter = *text;
	else
		return fail(err, "%s: delimiter = '%s' is no delimiter: use \",\", \";\", \"|\" or \"tab\"", mapping->path, text);
	return true;
}

static bool load_customers(struct mapping *mapping, cfg_t *cfg, struct error *err)
{
	const char *how = cfg_getstr(cfg, "customers");
	mapping->pseudonyms = strcmp(how, "hash") == 0;
	if (!mapping->pseudonyms && strcmp(how, "pseudonyms") != 0)
		return fail(err, "%s: customers = '%s': either \"hash\", or \"pseudonyms\" if the table's are pseudonyms already",
			mapping->path, how);
	int count = (int)cfg_size(cfg, "no_customer");
	mapping->nobody = memory_new((size_t)count + 1, sizeof *mapping->nobody);
	for (; mapping->nobody_count < count; mapping->nobody_count++)
		mapping->nobody[mapping->nobody_count] =
			memory_text(cfg_getnstr(cfg, "no_customer", (unsigned)mapping->nobody_count));
	return true;
}

static bool instant_remembers(const struct mapping *mapping, int number)
{
	const struct mapping_instant *instant = &mapping->instants[number];
	bool remembers = template_remembers(mapping, &instant->value);
	for (int i = 0; i < instant->plus_count; i++)
		remembers = remembers || template_remembers(mapping, &instant->plus[i].value);
	return remembers || (instant->from >= 0 && instant_remembers(mapping, instant->from))
		|| (instant->wraps_after >= 0 && instant_remembers(mapping, instant->wraps_after));
}

static bool load_order(struct mapping *mapping, cfg_t *cfg, struct error *err)
{
	const char *name = cfg_getstr(cfg, "sort_by");
	mapping->sort_by = name ? mapping_find_instant(mapping, name) : -1;
	mapping->newest_first = cfg_getbool(cfg, "newest_first");
	if (name && mapping->sort_by < 0)
		return fail(err, "%s: sort_by = '%s': no instant of that name", mapping->path, name);
	if (!name && mapping->newest_first)
		return fail(err, "%s: newest_first without sort_by: say which instant rows are sorted by", mapping->path);
	return !name || !instant_remembers(mapping, mapping->sort_by)
		|| fail(err, "%s: sort_by = '%s': this instant depends on other rows, whose order is not known yet", mapping->path, name);
}

static bool load_webhook(struct mapping *mapping, cfg_t *cfg, struct error *err)
{
	static const char *const words[WEBHOOK_KEY_COUNT] = {
#define WORD(NAME, word) [WEBHOOK_##NAME] = word,
		MAPPING_WEBHOOK_KEYS(WORD)
#undef WORD
	};
	struct error why = {0};
	mapping->has_webhook = cfg_size(cfg, "webhook") > 0;
	cfg_t *section = mapping->has_webhook ? cfg_getsec(cfg, "webhook") : NULL;
	for (int key = 0; section && key < WEBHOOK_KEY_COUNT; key++)
		mapping->webhook[key] = text_or_none(cfg_getstr(section, words[key]));
	return !section || load_template(mapping, section, "delivery", &mapping->delivery, &why) || refuse(mapping, section, &why, err);
}

/* What only mappings of documents have. */
static bool load_documents(struct mapping *mapping, cfg_t *cfg, struct error *err)
{
	struct error why = {0};
	mapping->own_events = cfg_getbool(cfg, "own_events");
	if (!load_template(mapping, cfg, "name", &mapping->title, &why))
		return fail(err, "%s: name: %s", mapping->path, why.text);
	if (mapping->own_events && mapping->event_count > 0)
		return fail(err, "%s: own_events takes no 'event' sections: the documents are the events", mapping->path);
	if (!mapping->own_events && mapping->event_count == 0)
		return fail(err, "%s: no 'event' section: no row would give anything", mapping->path);
	return load_webhook(mapping, cfg, err);
}

/* Those of `ignore` come first: a name says more. */
static bool load_drops(struct mapping *mapping, cfg_t *cfg, struct error *err)
{
	static const char *const kinds[] = {"ignore", "drop"};
	struct error why = {0};
	mapping->drops = memory_new(cfg_size(cfg, kinds[0]) + cfg_size(cfg, kinds[1]) + 1, sizeof *mapping->drops);
	for (int kind = 0; kind < 2; kind++)
		for (unsigned i = 0; i < cfg_size(cfg, kinds[kind]); i++) {
			cfg_t *section = cfg_getnsec(cfg, kinds[kind], i);
			if (!load_drop(mapping, section, &why))
				return refuse(mapping, section, &why, err);
		}
	return true;
}

static bool load_all(struct mapping *mapping, cfg_t *cfg, struct error *err)
{
	struct error why = {0};
	mapping->header = cfg_getbool(cfg, "header");
	mapping->zone = text_or_none(cfg_getstr(cfg, "zone"));
	if (!load_delimiter(mapping, cfg_getstr(cfg, "delimiter"), err) || !load_customers(mapping, cfg, err)
		|| !load_each(mapping, cfg, "table", &mapping->tables, sizeof *mapping->tables, load_table, err)
		|| !load_each(mapping, cfg, "let", &mapping->lets, sizeof *mapping->lets, load_let, err)
		|| !load_each(mapping, cfg, "instant", &mapping->instants, sizeof *mapping->instants, load_instant, err)
		|| !load_order(mapping, cfg, err)
		|| !load_drops(mapping, cfg, err)
		|| !load_each(mapping, cfg, "event", &mapping->events, sizeof *mapping->events, load_event, err))
		return false;
	if (!load_template(mapping, cfg, "route", &mapping->route, &why))
		return fail(err, "%s: route: %s", mapping->path, why.text);
	return load_documents(mapping, cfg, err);
}

#define SECTION (CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES)
struct mapping *mapping_parse(const char *text, const char *name, struct error *err)
{
	cfg_opt_t table[] = {CFG_STR_LIST("from", NULL, CFGF_NONE), CFG_STR_LIST("to", NULL, CFGF_NONE),
		CFG_STR("otherwise", NULL, CFGF_NODEFAULT), CFG_END()};
	cfg_opt_t let[] = {CFG_STR("value", NULL, CFGF_NODEFAULT), CFG_STR("otherwise", NULL, CFGF_NODEFAULT),
		CFG_STR("keep", NULL, CFGF_NODEFAULT), CFG_STR("per", NULL, CFGF_NODEFAULT), CFG_STR_LIST("when", NULL, CFGF_NONE), CFG_END()};
	cfg_opt_t instant[] = {CFG_STR("value", NULL, CFGF_NODEFAULT), CFG_STR("format", NULL, CFGF_NODEFAULT),
		CFG_STR("from", NULL, CFGF_NODEFAULT), CFG_STR_LIST("plus", NULL, CFGF_NONE),
		CFG_STR("wraps_after", NULL, CFGF_NODEFAULT), CFG_END()};
	cfg_opt_t drop[] = {CFG_STR_LIST("when", NULL, CFGF_NONE), CFG_END()};
	cfg_opt_t webhook[] = {CFG_STR("delivery", NULL, CFGF_NODEFAULT),
#define KEY(NAME, word) CFG_STR(word, NULL, CFGF_NODEFAULT),
		MAPPING_WEBHOOK_KEYS(KEY)
#undef KEY
		CFG_END()};
	cfg_opt_t event[] = {CFG_STR("type", NULL, CFGF_NODEFAULT), CFG_STR("at", NULL, CFGF_NODEFAULT),
		CFG_STR_LIST("when", NULL, CFGF_NONE), CFG_STR("once", NULL, CFGF_NODEFAULT),
		CFG_STR("changed", NULL, CFGF_NODEFAULT), CFG_STR("per", NULL, CFGF_NODEFAULT), CFG_STR("each", NULL, CFGF_NODEFAULT),
		CFG_BOOL("first", cfg_true, CFGF_NODEFAULT),
#define KEY(NAME, wire) CFG_STR(wire, NULL, CFGF_NODEFAULT),
		EVENT_TEXT_KEYS(KEY) EVENT_NUMBER_KEYS(KEY)
#undef KEY
		CFG_END()};
	cfg_opt_t options[] = {CFG_STR("delimiter", ",", CFGF_NONE), CFG_BOOL("header", cfg_true, CFGF_NONE),
		CFG_STR("zone", NULL, CFGF_NODEFAULT), CFG_STR("route", NULL, CFGF_NODEFAULT),
		CFG_STR("sort_by", NULL, CFGF_NODEFAULT), CFG_BOOL("newest_first", cfg_false, CFGF_NONE),
		CFG_STR("customers", "hash", CFGF_NONE), CFG_STR_LIST("no_customer", NULL, CFGF_NONE),
		CFG_SEC("table", table, SECTION), CFG_SEC("let", let, SECTION), CFG_SEC("instant", instant, SECTION),
		CFG_SEC("drop", drop, CFGF_MULTI), CFG_SEC("ignore", drop, SECTION), CFG_SEC("event", event, SECTION),
		CFG_STR("name", NULL, CFGF_NODEFAULT), CFG_BOOL("own_events", cfg_false, CFGF_NONE), CFG_SEC("webhook", webhook, CFGF_NODEFAULT), CFG_END()};
	cfg_t *cfg = cfg_init(options, CFGF_NONE);
	cfg_set_error_function(cfg, note_error);
	struct mapping *mapping = memory_new(1, sizeof *mapping);
	mapping->path = memory_text(name);
	parsing.path = name;
	struct error why;
	fail(&why, "%s: cannot be read as a mapping", name);
	parsing.err = &why;
	bool good = *text && cfg_parse_buf(cfg, text) == CFG_SUCCESS && load_all(mapping, cfg, &why);
	parsing.path = NULL;
	parsing.err = NULL;
	cfg_free(cfg);
	if (good)
		return mapping;
	mapping_destroy(mapping);
	fail(err, "%s", why.text);
	return NULL;
}

struct mapping *mapping_load(const char *path, struct error *err)
{
	FILE *file = fopen(path, "re");
	if (!file) {
		fail(err, "%s: the mapping cannot be opened: %s", path, strerror(errno));
		return NULL;
	}
	char *text = memory_new(1, MAPPING_SIZE_MAX + 1);
	size_t size = fread(text, 1, MAPPING_SIZE_MAX, file);
	bool whole = !ferror(file) && fgetc(file) == EOF;
	fclose(file);
	struct mapping *mapping = NULL;
	if (!whole)
		fail(err, "%s: the mapping cannot be read, or is over 1 MiB", path);
	else if (memchr(text, 0, size))
		fail(err, "%s: not a text file: a mapping is expected", path);
	else
		mapping = mapping_parse(text, path, err);
	free(text);
	return mapping;
}
