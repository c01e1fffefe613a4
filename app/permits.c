#include "app/permits.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/setup.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/user.h"

#define PASSWD_ROOM 4096

/* One section, with its files and users looked up. */
struct holder {
	const char *title;
	char (*keys)[CURVE_KEY_ROOM];
	size_t key_count;
	int64_t *users; /* uids */
	size_t user_count;
	unsigned may;
};

/* What was read: replaced as a whole. */
struct rulebook {
	struct settings *own; /* of a file that was read again; NULL: those the collector began with */
	struct holder *holders;
	size_t holder_count;
	unsigned others;
	struct curve_client *clients; /* those of client_keys, then those of client_keys_outside */
	size_t client_count, client_room;
	char (*seeing)[CURVE_KEY_ROOM]; /* keys that may see names */
	size_t seeing_count, seeing_room;
	int64_t *watching; /* users who may */
	size_t watching_count, watching_room;
};

#define USERS_KNOWN 32

struct permits {
	const struct settings *settings;
	struct rulebook book;
	/* Names already asked for: a directory elsewhere must not hold up the collector at each action. */
	struct known_user {
		int64_t uid;
		char name[USER_ROOM];
	} known[USERS_KNOWN];
	unsigned known_count;
};

static void forget(struct rulebook *book)
{
	for (size_t i = 0; i < book->holder_count; i++) {
		free(book->holders[i].keys);
		free(book->holders[i].users);
	}
	free(book->holders);
	free(book->clients);
	free(book->seeing);
	free(book->watching);
	if (book->own)
		settings_destroy(book->own);
}

/* ---- reading ---- */

static bool read_clients(struct rulebook *book, const char *path, struct error *err)
{
	size_t count;
	if (!*path || strcmp(path, "any") == 0)
		return true;
	struct curve_client *clients = curve_clients_read(path, &count, err);
	if (!clients)
		return false;
	book->clients = memory_grow(book->clients, &book->client_room, book->client_count + count + 1, sizeof *book->clients);
	memcpy(book->clients + book->client_count, clients, count * sizeof *clients);
	book->client_count += count;
	free(clients);
	return true;
}

/* A user who is gone takes nobody else's rights with him. */
static void find_user(struct holder *holder, const char *name)
{
	char room[PASSWD_ROOM];
	struct passwd entry, *found = NULL;
	if (getpwnam_r(name, &entry, room, sizeof room, &found) == 0 && found)
		holder->users[holder->user_count++] = found->pw_uid;
	else
		log_line(LOG_LEVEL_WARNING, "right \"%s\": this machine has no user '%s', so nobody has it by that name", holder->title, name);
}

static bool read_holder(struct holder *holder, const struct right_settings *right, const char *file, struct error *err)
{
	struct error why;
	*holder = (struct holder){.title = right->name, .may = rights_bits(right->may, right->may_count),
		.keys = memory_new((size_t)right->key_count + 1, CURVE_KEY_ROOM), .users = memory_new((size_t)right->user_count + 1, sizeof *holder->users)};
	for (int i = 0; i < right->key_count; i++)
		if (!curve_public_read(right->keys[i], holder->keys[holder->key_count++], &why))
			return fail(err, "%.150s:%d: right \"%.80s\": %.400s", file, right->line, right->name, why.text);
	for (int i = 0; i < right->user_count; i++)
		find_user(holder, right->users[i]);
	return true;
}

static void list_seeing(struct rulebook *book)
{
	for (size_t i = 0; i < book->holder_count; i++) {
		const struct holder *holder = &book->holders[i];
		if (!(holder->may & RIGHT_BIT(RIGHT_NAMES)))
			continue;
		book->seeing = memory_grow(book->seeing, &book->seeing_room, book->seeing_count + holder->key_count + 1, sizeof *book->seeing);
		memcpy(book->seeing + book->seeing_count, holder->keys, holder->key_count * sizeof *holder->keys);
		book->seeing_count += holder->key_count;
		book->watching = memory_grow(book->watching, &book->watching_room, book->watching_count + holder->user_count + 1, sizeof *book->watching);
		memcpy(book->watching + book->watching_count, holder->users, holder->user_count * sizeof *holder->users);
		book->watching_count += holder->user_count;
	}
}

/* `settings`: whose sections count; the lists of keys are files, which no other settings name. */
static bool compile(struct rulebook *book, const struct settings *settings, const struct settings *lists, struct error *err)
{
	book->others = rights_bits(settings->rights_default, settings->default_count);
	book->holders = memory_new((size_t)settings->right_count + 1, sizeof *book->holders);
	for (int i = 0; i < settings->right_count; i++)
		if (!read_holder(&book->holders[book->holder_count++], &settings->rights[i], settings->file ? settings->file : "--set", err))
			return false;
	list_seeing(book);
	return read_clients(book, lists->client_keys, err) && read_clients(book, lists->client_keys_outside, err);
}

struct permits *permits_open(const struct settings *settings, struct error *err)
{
	struct permits *permits = memory_new(1, sizeof *permits);
	permits->settings = settings;
	if (compile(&permits->book, settings, settings, err))
		return permits;
	permits_close(permits);
	return NULL;
}

void permits_close(struct permits *permits)
{
	if (!permits)
		return;
	forget(&permits->book);
	free(permits);
}

bool permits_reload(struct permits *permits, struct error *err)
{
	const char *file = permits->settings->file;
	struct rulebook book = {.own = file ? settings_create() : NULL};
	const bool good = (!book.own || setup_load(book.own, file, err)) &&
			  compile(&book, book.own ? book.own : permits->settings, permits->settings, err);
	if (!good) {
		forget(&book);
		return false;
	}
	forget(&permits->book);
	permits->book = book;
	permits->known_count = 0;
	return true;
}

/* ---- who ---- */

static bool holds_key(const struct holder *holder, const char *key)
{
	for (size_t i = 0; key && i < holder->key_count; i++)
		if (strcmp(holder->keys[i], key) == 0)
			return true;
	return false;
}

static bool holds_user(const struct holder *holder, int64_t uid)
{
	for (size_t i = 0; uid >= 0 && i < holder->user_count; i++)
		if (holder->users[i] == uid)
			return true;
	return false;
}

bool permits_ruled(const struct permits *permits)
{
	return permits->book.holder_count > 0;
}

unsigned permits_of(const struct permits *permits, const struct stream_person *who)
{
	const struct rulebook *book = &permits->book;
	unsigned may = 0;
	bool is_listed = false;
	if (!permits_ruled(permits))
		return RIGHTS_ALL;
	for (size_t i = 0; i < book->holder_count; i++)
		if (holds_key(&book->holders[i], who->key) || holds_user(&book->holders[i], who->uid)) {
			may |= book->holders[i].may;
			is_listed = true;
		}
	return is_listed ? may : book->others;
}

static void name_key(const struct rulebook *book, const char *key, char author[AUTHOR_ROOM])
{
	*author = 0;
	for (size_t i = 0; i < book->client_count && !*author; i++)
		if (strcmp(book->clients[i].key, key) == 0)
			snprintf(author, AUTHOR_ROOM, "%s", book->clients[i].name);
	for (size_t i = 0; i < book->holder_count && !*author; i++)
		if (holds_key(&book->holders[i], key))
			text_harmless(view_of(book->holders[i].title), author, AUTHOR_ROOM);
	if (!*author)
		snprintf(author, AUTHOR_ROOM, "key %.8s", key);
}

static void name_user(struct permits *permits, int64_t uid, char author[AUTHOR_ROOM])
{
	const unsigned count = permits->known_count < USERS_KNOWN ? permits->known_count : USERS_KNOWN;
	unsigned place = 0;
	while (place < count && permits->known[place].uid != uid)
		place++;
	struct known_user *user = &permits->known[place < count ? place : permits->known_count % USERS_KNOWN];
	if (place == count) {
		permits->known_count++;
		user->uid = uid;
		user_name(uid, user->name);
	}
	snprintf(author, AUTHOR_ROOM, "%s", user->name);
}

bool permits_author(struct permits *permits, const struct stream_person *who, char author[AUTHOR_ROOM])
{
	if (who->uid >= 0)
		name_user(permits, who->uid, author);
	else if (who->key)
		name_key(&permits->book, who->key, author);
	else
		*author = 0;
	return *author != 0;
}

void permits_whose(const struct permits *permits, enum right right, char *to, size_t room)
{
	const struct rulebook *book = &permits->book;
	char title[AUTHOR_ROOM];
	size_t used = 0;
	*to = 0;
	for (size_t i = 0; i < book->holder_count; i++) {
		if (!(book->holders[i].may & RIGHT_BIT(right)))
			continue;
		text_harmless(view_of(book->holders[i].title), title, sizeof title);
		if (used + strlen(title) + 3 > room)
			return;
		used += (size_t)snprintf(to + used, room - used, "%s%s", used ? ", " : "", title);
	}
}

bool permits_inbox(const struct permits *permits)
{
	const int inbox = permits->settings->inbox;
	return inbox == INBOX_TRUSTED || (inbox == INBOX_AUTO && !permits_ruled(permits));
}

struct curve_narrow permits_narrow(const struct permits *permits)
{
	const struct rulebook *book = &permits->book;
	return (struct curve_narrow){.is_narrow = permits_ruled(permits) && !(book->others & RIGHT_BIT(RIGHT_NAMES)),
		.keys = (const char (*)[CURVE_KEY_ROOM])book->seeing, .key_count = book->seeing_count, .users = book->watching,
		.user_count = book->watching_count};
}
