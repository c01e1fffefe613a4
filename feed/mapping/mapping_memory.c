/* What a mapping remembers of other rows: `once`, `changed`, `keep`. */
#include "feed/mapping/mapping_state.h"

/* Of documents an empty id is none: what has no ticket is not the same ticket each time. */
static bool nameless(const struct mapper *mapper, struct view id)
{
	return id.size == 0 && mapper_documents(mapper);
}

static bool copy_known(struct mapper *mapper, struct view known, struct view *to)
{
	char *room = mapper_room(mapper, known.size + 1); /* it may be replaced before the row ends */
	if (!room)
		return false;
	view_copy(known, room, known.size + 1);
	*to = (struct view){room, known.size};
	return true;
}

bool mapper_look_back(struct mapper *mapper, int number)
{
	const struct mapping_let *let = &mapper->mapping->lets[number];
	struct kept *kept = &mapper->kept[number];
	struct view known;
	kept->now = mapper->lets[number];
	if (!mapper_fill(mapper, &let->per, &kept->id) || !recall_has_room(&let->recall, kept->id, kept->now))
		return false;
	const bool found = !nameless(mapper, kept->id) && recall_find(&let->recall, kept->id, &known);
	if (let->keep == KEEP_LAST) {
		if (kept->now.size == 0 && found && !copy_known(mapper, known, &kept->now))
			return false;
		mapper->lets[number] = kept->now;
		return true;
	}
	if (found)
		return copy_known(mapper, known, &mapper->lets[number]);
	mapper->lets[number] = let->keep == KEEP_FIRST ? kept->now : view_of("");
	return true;
}

static bool has_changed(struct mapper *mapper, const struct mapping_event *rule, bool *yes)
{
	struct view id, now, before;
	if (!mapper_fill(mapper, &rule->per, &id) || !mapper_fill(mapper, &rule->changed, &now) || !recall_has_room(&rule->last, id, now))
		return false;
	*yes = !nameless(mapper, id) && recall_find(&rule->last, id, &before) ? !view_equals(now, before) : rule->first;
	return true;
}

bool mapper_wants(struct mapper *mapper, const struct mapping_event *rule, bool *yes, struct error *err)
{
	struct view id, known;
	*yes = rule->each == mapper->each && mapper_holds(mapper, &rule->when);
	mapper->known = mapper->known || *yes;
	if (*yes && rule->changed.count && !has_changed(mapper, rule, yes))
		return mapper_too_large(err);
	if (!*yes || rule->once.count == 0)
		return true;
	if (!mapper_fill(mapper, &rule->once, &id) || !recall_has_room(&rule->seen, id, view_of("")))
		return mapper_too_large(err);
	*yes = nameless(mapper, id) || !recall_find(&rule->seen, id, &known);
	return true;
}

void mapper_remember(struct mapper *mapper)
{
	struct mapping *mapping = mapper->mapping;
	struct view id, now;
	for (int i = 0; i < mapper->count; i++) {
		struct mapping_event *rule = &mapping->events[mapper->rules[i]];
		if (rule->once.count && mapper_fill(mapper, &rule->once, &id) && !nameless(mapper, id))
			recall_put(&rule->seen, id, view_of(""));
	}
	for (int i = 0; i < mapping->event_count; i++) {
		struct mapping_event *rule = &mapping->events[i];
		if (rule->changed.count && rule->each == mapper->each && mapper_holds(mapper, &rule->when) && mapper_fill(mapper, &rule->per, &id)
			&& mapper_fill(mapper, &rule->changed, &now) && !nameless(mapper, id))
			recall_put(&rule->last, id, now);
	}
	for (int i = 0; i < mapping->let_count; i++) {
		struct mapping_let *let = &mapping->lets[i];
		const struct kept *kept = &mapper->kept[i];
		if (let->keep == KEEP_NOTHING || let->element != (mapper->each >= 0) || nameless(mapper, kept->id))
			continue;
		if (let->keep == KEEP_PREVIOUS || (let->keep == KEEP_LAST && kept->now.size)
			|| (let->keep == KEEP_FIRST && !recall_find(&let->recall, kept->id, &now)))
			recall_put(&let->recall, kept->id, kept->now);
	}
}
