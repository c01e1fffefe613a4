/* What names somebody: written as it is, or for elsewhere as a keyed hash. */
#include <stdlib.h>

#include "feed/veiled.h"
#include "metrics/keep.h"

static bool is_veiled(const struct archive *archive)
{
	return archive->veil && !archive->reading;
}

void keep_naming(struct archive *archive, struct view *text)
{
	char veiled[VEIL_ROOM];
	if (!is_veiled(archive)) {
		archive_view(archive, text);
		return;
	}
	veil_text(archive->veil, *text, veiled);
	struct view written = view_of(veiled);
	archive_view(archive, &written);
}

void keep_reason(struct archive *archive, struct view *text)
{
	char veiled[VEIL_ROOM];
	struct view written = is_veiled(archive) ? veil_reason(archive->veil, *text, veiled) : *text;
	archive_view(archive, &written);
	*text = archive->reading ? written : *text;
}

void keep_id(struct archive *archive, char *id, size_t room)
{
	struct view text = {id, strnlen(id, room)};
	if (is_veiled(archive))
		keep_naming(archive, &text);
	else
		archive_text(archive, id, room);
}

void keep_note(struct archive *archive, char *text, size_t room)
{
	struct view whole = {text, strnlen(text, room)};
	if (is_veiled(archive))
		keep_naming(archive, &whole);
	else
		keep_shown_text(archive, text, room);
}

uint64_t keep_veiled_customer(const struct archive *archive, uint64_t customer)
{
	return is_veiled(archive) ? veil_customer(archive->veil, customer) : customer;
}

void keep_pseudonym(struct archive *archive, uint64_t *customer)
{
	uint64_t written = keep_veiled_customer(archive, *customer);
	KEEP(archive, written);
	if (archive->reading)
		*customer = written;
}

void keep_event_text(struct archive *archive, const struct event *event, enum event_key key, struct view *text)
{
	char veiled[VEIL_ROOM];
	if (!is_veiled(archive) || key == KEY_WEEK || key == KEY_HOLIDAYS) {
		archive_view(archive, text);
		return;
	}
	struct view written = veiled_text(archive->veil, event->type, key, *text, veiled);
	archive_view(archive, &written);
}

void keep_source_name(struct archive *archive, struct view *name)
{
	char veiled[VEIL_SOURCE_ROOM];
	struct view written = is_veiled(archive) ? veil_source(archive->veil, *name, veiled) : *name;
	archive_view(archive, &written);
	*name = archive->reading ? written : *name;
}

size_t engine_unveil_agent(const struct engine *engine, const struct veil *veil, struct view hash, char to[ID_MAX])
{
	const struct names *names = &engine->agents_names;
	struct view *keys = names_keys(names);
	char veiled[VEIL_ROOM];
	size_t size = 0;
	for (uint32_t i = NAME_OTHER + 1; !size && i < names->count; i++) {
		veil_text(veil, keys[i], veiled);
		if (keys[i].size > ID_MAX || !view_is(hash, veiled))
			continue;
		size = keys[i].size;
		memcpy(to, keys[i].data, size);
	}
	free(keys);
	return size;
}
