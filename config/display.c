#include "config/display.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "config/settings.h"

#define CREDENTIAL "credential:"
#define KEY_BYTES_LEAST 16
#define KEY_BYTES_MOST 4096
#define BOARD_PREFIX "board:" /* of a publisher that is somebody at a board: board:USER@HOST */
#define SHOWN_ROOM 260

const char *const display_presets[DISPLAY_PRESETS] = {"public", "team", "desk"};
const char *const display_actions[DISPLAY_ACTIONS] = {"preset", "show", "mask", "hash", "drop"};

static const struct {
	const char *word;
	bool is_person;
	enum display_action actions[DISPLAY_PRESETS];
} fields[DISPLAY_FIELD_COUNT] = {
#define FIELD(NAME, word, is_person, public, team, desk, help)                                                                  \
	[DISPLAY_##NAME] = {word, is_person, {DISPLAY_##public, DISPLAY_##team, DISPLAY_##desk}},
	DISPLAY_FIELDS(FIELD)
#undef FIELD
};

enum display_action display_action(const struct settings *settings, enum display_field field)
{
	const enum display_action own = (enum display_action)settings->shown_as[field];
	return own == DISPLAY_AS_PRESET ? fields[field].actions[settings->display] : own;
}

bool display_tells(const struct settings *settings, enum display_field field)
{
	const enum display_action action = display_action(settings, field);
	return action == DISPLAY_SHOW || action == DISPLAY_HASH;
}

bool display_hides(const char *shown)
{
	return strcmp(shown, REDACT_NOTHING) == 0 || strcmp(shown, REDACT_ANYTHING) == 0;
}

static void act(const struct settings *settings, enum display_field field, const char *text, char *to, size_t room)
{
	switch (display_action(settings, field)) {
	case DISPLAY_SHOW:
		view_copy(view_of(text), to, room);
		break;
	case DISPLAY_HASH:
		redact_hash(settings->display_key, fields[field].word, text, to, room);
		break;
	case DISPLAY_MASK:
		if (fields[field].is_person)
			redact_person(text, to, room);
		else
			view_copy(view_of(REDACT_ANYTHING), to, room);
		break;
	case DISPLAY_DROP:
	case DISPLAY_AS_PRESET:
	case DISPLAY_ACTIONS:
		view_copy(view_of(REDACT_NOTHING), to, room);
		break;
	}
}

void display_show(const struct settings *settings, enum display_field field, const char *text, char *to, size_t room)
{
	char harmless[SHOWN_ROOM], shown[SHOWN_ROOM + sizeof BOARD_PREFIX] = "";
	const bool as_it_came = display_action(settings, field) == DISPLAY_SHOW;
	size_t prefix = 0;
	if (as_it_came && field != DISPLAY_SOURCE) {
		text_harmless(view_of(text), to, room);
		return;
	}
	text_harmless(view_of(text), harmless, sizeof harmless);
	if (as_it_came && strncmp(harmless, BOARD_PREFIX, strlen(BOARD_PREFIX)) == 0) {
		prefix = strlen(BOARD_PREFIX);
		memcpy(shown, BOARD_PREFIX, prefix);
		field = DISPLAY_AGENT;
	}
	if (harmless[prefix])
		act(settings, field, harmless + prefix, shown + prefix, sizeof shown - prefix);
	text_harmless(view_of(shown), to, room); /* cuts at a whole character */
}

void display_take(struct settings *settings, const struct settings *from)
{
	settings->display = from->display;
	memcpy(settings->shown_as, from->shown_as, sizeof settings->shown_as);
	memcpy(settings->display_key, from->display_key, sizeof settings->display_key);
}

enum display_field display_of_key(enum event_key key)
{
	static const struct {
		enum event_key key;
		enum display_field field;
	} meant[] = {
		{KEY_AGENT, DISPLAY_AGENT}, {KEY_BY, DISPLAY_AGENT}, {KEY_TO, DISPLAY_AGENT}, {KEY_TEAM, DISPLAY_TEAM}, {KEY_CONTACT, DISPLAY_CONTACT},
		{KEY_CASE, DISPLAY_CASE}, {KEY_CUSTOMER, DISPLAY_CUSTOMER}, {KEY_TOPIC, DISPLAY_TOPIC}, {KEY_REASON, DISPLAY_REASON},
		{KEY_KIND, DISPLAY_REASON},
		{KEY_POLICY, DISPLAY_POLICY}, {KEY_TEXT, DISPLAY_NOTE}, {KEY_SURVEY, DISPLAY_SURVEY}, {KEY_CALLBACK, DISPLAY_CALLBACK},
	};
	for (size_t i = 0; i < sizeof meant / sizeof *meant; i++)
		if (meant[i].key == key)
			return meant[i].field;
	return DISPLAY_FIELD_COUNT;
}

/* ---- the key ---- */

static bool find_file(const char *name, char *to, size_t room, bool *is_credential, struct error *err)
{
	const size_t prefix = strlen(CREDENTIAL);
	const char *folder = getenv("CREDENTIALS_DIRECTORY");
	*is_credential = strncmp(name, CREDENTIAL, prefix) == 0;
	if (*is_credential && (!folder || !*folder || strchr(name + prefix, '/')))
		return fail(err, "display_key_file: \"%.200s\": no such credential here; write LoadCredential=NAME:PATH into the unit, or give a path", name);
	const int size = *is_credential ? snprintf(to, room, "%s/%s", folder, name + prefix) : snprintf(to, room, "%s", name);
	return (size > 0 && (size_t)size < room) || fail(err, "display_key_file: the name is too long");
}

/* systemd lends a credential through an access list, which shows as the group's right to read. */
static bool check_file(int file, const char *path, bool is_credential, struct error *err)
{
	struct stat about;
	if (fstat(file, &about) != 0)
		return fail(err, "display_key_file %.300s: %s", path, strerror(errno));
	if (!S_ISREG(about.st_mode))
		return fail(err, "display_key_file %.300s: it is no regular file", path);
	if (about.st_uid != geteuid() && about.st_uid != 0)
		return fail(err, "display_key_file %.300s: it belongs to user %u, neither to you (%u) nor to root: chown it", path, (unsigned)about.st_uid,
			(unsigned)geteuid());
	if (about.st_mode & (is_credential ? S_IWGRP | S_IRWXO : S_IRWXG | S_IRWXO))
		return fail(err, "display_key_file %.300s: its mode %04o lets others at the key: chmod 600 it", path, (unsigned)about.st_mode & 07777u);
	return true;
}

static bool read_key(int file, const char *path, uint8_t key[REDACT_KEY_SIZE], struct error *err)
{
	char bytes[KEY_BYTES_MOST + 1];
	size_t size = 0;
	for (ssize_t got = 1; got > 0 && size < sizeof bytes; size += got > 0 ? (size_t)got : 0) {
		while ((got = read(file, bytes + size, sizeof bytes - size)) < 0 && errno == EINTR)
			;
		if (got < 0)
			return fail(err, "display_key_file %.300s: %s", path, strerror(errno));
	}
	const bool good = size >= KEY_BYTES_LEAST && size <= KEY_BYTES_MOST;
	if (good)
		redact_key(bytes, size, key);
	explicit_bzero(bytes, sizeof bytes);
	return good || fail(err, "display_key_file %.300s: it holds %s bytes; %d to %d random ones are wanted, as head -c 32 /dev/urandom makes them", path,
				 size > KEY_BYTES_MOST ? "too many" : "too few", KEY_BYTES_LEAST, KEY_BYTES_MOST);
}

bool display_prepare(struct settings *settings, struct error *err)
{
	char path[4096];
	bool is_credential;
	if (!*settings->display_key_file)
		return true;
	if (!find_file(settings->display_key_file, path, sizeof path, &is_credential, err))
		return false;
	const int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY); /* a FIFO in its place holds up nobody */
	if (file < 0)
		return fail(err, "display_key_file %.300s: %s", path, strerror(errno));
	const bool good = check_file(file, path, is_credential, err) && read_key(file, path, settings->display_key, err);
	close(file);
	return good;
}
