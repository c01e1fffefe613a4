#include "feed/rules.h"

#include <stdio.h>

#include "base/text.h"
#include "feed/opening.h"

#define DURATION {0, RULES_DURATION_MAX}
#define INSTANT {0, RULES_INSTANT_MAX - 1}
#define COUNT {0, INT64_C(1000000000000)}
#define SCORE {-RULES_SCORE_MAX * 1000, RULES_SCORE_MAX * 1000}
#define FLAG {0, 1}
#define RULE(NAME) [KEY_##NAME - KEY_TEXT_COUNT]

const struct number_rule number_rules[KEY_NUMBER_COUNT] = {
	RULE(PRIORITY) = {1, 5},
	RULE(RING_MS) = DURATION,
	RULE(WAIT_MS) = DURATION,
	RULE(TALK_MS) = DURATION,
	RULE(HOLD_MS) = DURATION,
	RULE(WRAP_MS) = DURATION,
	RULE(WORK_MS) = DURATION,
	RULE(DUE) = INSTANT,
	RULE(TARGET_MS) = DURATION,
	RULE(UNTIL) = INSTANT,
	RULE(PENALTY) = {0, 1000000},
	RULE(SLOTS) = {0, 1000000},
	RULE(CUSTOMERS) = COUNT,
	RULE(N) = COUNT,
	RULE(SL_MS) = DURATION,
	RULE(SHORT_MS) = DURATION,
	RULE(SCORE) = SCORE,
	RULE(MIN) = SCORE,
	RULE(MAX) = SCORE,
	RULE(RESUMED) = FLAG,
	RULE(DIRECT) = FLAG,
	RULE(NOMINAL) = FLAG,
	RULE(PUBLIC) = FLAG,
	RULE(IN) = FLAG,
	RULE(ON) = FLAG,
	RULE(SNAPSHOT) = FLAG,
};

#define LABEL_MAX 200
const uint16_t text_limits[KEY_TEXT_COUNT] = {
	[KEY_CONTACT] = ID_MAX,
	[KEY_CASE] = ID_MAX,
	[KEY_QUEUE] = ID_MAX,
	[KEY_CHANNEL] = ID_MAX,
	[KEY_AGENT] = ID_MAX,
	[KEY_TEAM] = LABEL_MAX,
	[KEY_CUSTOMER] = ID_MAX,
	[KEY_TOPIC] = LABEL_MAX,
	[KEY_MARKET] = LABEL_MAX,
	[KEY_WHY] = ID_MAX,
	[KEY_BY] = ID_MAX,
	[KEY_TO] = ID_MAX,
	[KEY_REASON] = LABEL_MAX,
	[KEY_CLOCK] = ID_MAX,
	[KEY_CALENDAR] = ID_MAX,
	[KEY_ZONE] = ID_MAX,
	[KEY_SURVEY] = ID_MAX,
	[KEY_KIND] = LABEL_MAX,
	[KEY_RESULT] = ID_MAX,
	[KEY_STATE] = ID_MAX,
	[KEY_POLICY] = LABEL_MAX,
	[KEY_AIM] = ID_MAX,
	[KEY_STEP] = ID_MAX,
	[KEY_CALLBACK] = ID_MAX,
	[KEY_TITLE] = LABEL_MAX,
	[KEY_SL_FORMULA] = ID_MAX,
	[KEY_TEXT] = 4 * RULES_NOTE_CHARACTERS,
	[KEY_ALERT] = ID_MAX,
	[KEY_SCOPE] = ID_MAX,
	[KEY_WEEK] = 0, /* not texts: rules_calendar */
	[KEY_HOLIDAYS] = 0,
};

bool rules_calendar(int key, struct view raw)
{
	size_t count;
	return key == KEY_WEEK ? opening_week(raw, NULL, 0, &count) : opening_holidays(raw, NULL, 0, &count);
}

static const char *first_key(uint64_t mask)
{
	return event_key_names[__builtin_ctzll(mask)];
}

/* Names the words that would have been right. */
static bool fail_word(const struct event *event, const struct event_type_info *info, int which, bool hides, struct error *err)
{
	if (!err)
		return false;
	int key = info->words[which].key;
	char shown[ID_MAX + 1], list[200] = "";
	text_harmless(event->text[key], shown, sizeof shown);
	for (int i = 0; i < UINT8_MAX; i++) {
		const char *word = word_text(info->words[which].vocabulary, i);
		if (!*word && i > 0)
			break;
		size_t used = strlen(list);
		snprintf(list + used, sizeof list - used, "%s%s", used ? ", " : "", word);
	}
	if (hides)
		return fail(err, "%s: %s is none of %s", info->name, event_key_names[key], list);
	return fail(err, "%s: %s is '%s'; it can be %s", info->name, event_key_names[key], shown, list);
}

static bool number_words(struct event *event, const struct event_type_info *info, bool hides, struct error *err)
{
	for (int i = 0; i < 3 && info->words[i].vocabulary; i++) {
		int key = info->words[i].key;
		if (!(event->present & KEY_BIT(key)))
			continue;
		int number = word_number(info->words[i].vocabulary, event->text[key]);
		if (number < 0 && key == KEY_CHANNEL)
			number = CHANNEL_OTHER;
		if (number < 0)
			return fail_word(event, info, i, hides, err);
		event->word[key] = (uint8_t)number;
	}
	return true;
}

/* Characters, taking whatever is not a continuation byte for the start of one. */
static size_t characters(struct view text)
{
	size_t count = 0;
	for (size_t i = 0; i < text.size; i++)
		count += (text.data[i] & 0xc0) != 0x80;
	return count;
}

static bool sensible(const struct event *event, struct error *err)
{
	int64_t score = event_number(event, KEY_SCORE, 0), min = event_number(event, KEY_MIN, 0),
		max = event_number(event, KEY_MAX, 0);
	switch (event->type) {
	case EVENT_SURVEY_ANSWERED:
		return (min < max && score >= min && score <= max)
			|| fail(err, "survey.answered: the score is not between min and max");
	case EVENT_REVIEW_SCORED:
		return (score >= 0 && score <= 100000) || fail(err, "review.scored: the score is not between 0 and 100");
	case EVENT_NOTE_POSTED:
	case EVENT_MARK_SET:
		return characters(event->text[KEY_TEXT]) <= RULES_NOTE_CHARACTERS
			|| fail(err, "%s: the text has more than %d characters", event_types[event->type].name, RULES_NOTE_CHARACTERS);
	default:
		return true;
	}
}

static enum feed_fault fault_of(const struct event *event)
{
	return event->type == EVENT_SURVEY_ANSWERED || event->type == EVENT_REVIEW_SCORED ? FAULT_SCORE : FAULT_BAD_EVENT;
}

/* Where case.assigned says that there is none now. */
#define NIL_MEANS_NONE (KEY_BIT(KEY_AGENT) | KEY_BIT(KEY_QUEUE))

/* What is wrong with it. */
static enum feed_fault settle_known(struct event *event, uint64_t wrong, bool hides, struct error *err)
{
	const struct event_type_info *info = &event_types[event->type];
	wrong &= info->allowed;
	if (wrong) {
		fail(err, "%s: %s has a wrong kind of value", info->name, first_key(wrong));
		return FAULT_BAD_EVENT;
	}
	uint64_t lacking = info->required & ~event->present;
	if (lacking) {
		fail(err, "%s: %s is missing", info->name, first_key(lacking));
		return FAULT_BAD_EVENT;
	}
	if (!number_words(event, info, hides, err))
		return FAULT_BAD_EVENT;
	return sensible(event, err) ? FAULT_NONE : fault_of(event);
}

void rules_settle(struct event *event, uint64_t wrong, uint64_t nils, bool hides, struct error *err)
{
	if (event->type == EVENT_UNKNOWN) {
		event->fault = event->type_name.size && event->ts > 0 ? FAULT_UNKNOWN_EVENT : FAULT_BAD_EVENT;
		return;
	}
	if (event->type == EVENT_CASE_ASSIGNED) {
		uint64_t explicit = nils & NIL_MEANS_NONE;
		event->present |= explicit;
		if (explicit & KEY_BIT(KEY_AGENT))
			event->text[KEY_AGENT] = (struct view){0};
		if (explicit & KEY_BIT(KEY_QUEUE))
			event->text[KEY_QUEUE] = (struct view){0};
	}
	event->present &= event_types[event->type].allowed;
	if (event->ts <= 0) {
		fail(err, "%s: ts is missing or no time", event_types[event->type].name);
		event->fault = FAULT_BAD_EVENT;
		return;
	}
	const enum feed_fault fault = settle_known(event, wrong, hides, err);
	if (fault != FAULT_NONE)
		event->fault = (uint8_t)fault;
}

uint64_t rules_written(const struct event *event)
{
	bool is_known = event->type != EVENT_UNKNOWN;
	uint64_t keys = event->present & (is_known ? event_types[event->type].allowed : KEY_BIT(KEY_COUNT) - 1);
	uint64_t nils = 0;
	for (uint64_t left = keys & (KEY_BIT(KEY_TEXT_COUNT) - 1); left; left &= left - 1) {
		int key = __builtin_ctzll(left);
		nils |= event->text[key].data ? 0 : KEY_BIT(key);
	}
	return keys & ~(event->type == EVENT_CASE_ASSIGNED ? nils & ~NIL_MEANS_NONE : nils);
}

struct view rules_type_name(const struct event *event)
{
	return event->type == EVENT_UNKNOWN ? event->type_name : view_of(event_types[event->type].name);
}
