#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zmq.h>

#include "base/memory.h"
#include "base/text.h"
#include "feed/curve_file.h"
#include "feed/curve_keys.h"

#define Z85 "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#"
#define PAIR_ROOM 512

bool curve_available(struct error *err)
{
	return zmq_has("curve") ||
	       fail(err, "this libzmq was built without CURVE, so no feed can be encrypted: install one with libsodium");
}

/* 40 characters of Z85 that are 32 bytes? */
static bool is_key(struct view text)
{
	char key[CURVE_KEY_ROOM];
	uint8_t raw[32];
	if (text.size != CURVE_KEY_SIZE)
		return false;
	view_copy(text, key, sizeof key);
	bool good = strspn(key, Z85) == CURVE_KEY_SIZE && zmq_z85_decode(raw, key);
	explicit_bzero(key, sizeof key);
	explicit_bzero(raw, sizeof raw);
	return good;
}

/* ---- lines ---- */

static bool next_line(struct view *rest, struct view *line)
{
	if (rest->size == 0)
		return false;
	const char *end = memchr(rest->data, '\n', rest->size);
	line->data = rest->data;
	line->size = end ? (size_t)(end - rest->data) : rest->size;
	size_t used = end ? line->size + 1 : line->size;
	*rest = (struct view){rest->data + used, rest->size - used};
	if (line->size && line->data[line->size - 1] == '\r')
		line->size--;
	return true;
}

static struct view next_word(struct view *line)
{
	while (line->size && (*line->data == ' ' || *line->data == '\t'))
		*line = (struct view){line->data + 1, line->size - 1};
	struct view word = {line->data, 0};
	while (word.size < line->size && line->data[word.size] != ' ' && line->data[word.size] != '\t')
		word.size++;
	*line = (struct view){line->data + word.size, line->size - word.size};
	return word;
}

/* ---- pairs ---- */

static bool take_key(const char *path, int number, struct view word, char key[CURVE_KEY_ROOM], struct error *err)
{
	if (*key)
		return fail(err, "%.300s:%d: this key was there already; a file holds one pair", path, number);
	if (!is_key(word))
		return fail(err, "%.300s:%d: a key is %d characters of Z85, as tablo keygen writes them", path, number, CURVE_KEY_SIZE);
	view_copy(word, key, CURVE_KEY_ROOM);
	return true;
}

static bool parse_pair(const char *path, struct view text, struct curve_pair *pair, struct error *err)
{
	struct view line;
	for (int number = 1; next_line(&text, &line); number++) {
		struct view word = next_word(&line);
		if (word.size == 0 || *word.data == '#')
			continue;
		bool secret = view_is(word, "secret");
		if (!secret && !view_is(word, "public"))
			return fail(err, "%.300s:%d: a line is \"public KEY\" or \"secret KEY\"", path, number);
		if (!take_key(path, number, next_word(&line), secret ? pair->secret : pair->public, err))
			return false;
	}
	if (!*pair->secret)
		return fail(err, "%.300s: no \"secret KEY\" in it; tablo keygen writes such a file", path);
	char public[CURVE_KEY_ROOM];
	if (zmq_curve_public(public, pair->secret) != 0)
		return fail(err, "%.300s: no public key can be made of this secret one; make a new pair with tablo keygen", path);
	if (*pair->public && strcmp(public, pair->public) != 0)
		return fail(err, "%.300s: its public and its secret key do not belong together; make a new pair with tablo keygen", path);
	memcpy(pair->public, public, sizeof public);
	return true;
}

bool curve_pair_read(const char *path, struct curve_pair *pair, struct error *err)
{
	size_t size;
	if (!curve_available(err))
		return false;
	char *text = curve_file_read(path, CURVE_FILE_SECRET, &size, err);
	if (!text)
		return false;
	struct curve_pair read = {0};
	bool good = parse_pair(path, (struct view){text, size}, &read, err);
	if (good)
		*pair = read;
	curve_pair_forget(&read);
	curve_file_forget(text, size);
	return good;
}

void curve_pair_forget(struct curve_pair *pair)
{
	explicit_bzero(pair, sizeof *pair);
}

/* What reads as a path or a comment, or as a variable in a configuration file. */
static bool awkward(const char *public)
{
	return strchr("/.#", *public) || strstr(public, "${");
}

bool curve_pair_create(struct curve_pair *pair, struct error *err)
{
	if (!curve_available(err))
		return false;
	do {
		if (zmq_curve_keypair(pair->public, pair->secret) != 0)
			return fail(err, "no key pair could be made: %s", zmq_strerror(zmq_errno()));
	} while (awkward(pair->public));
	return true;
}

bool curve_pair_write(const char *path, const struct curve_pair *pair, struct error *err)
{
	char text[PAIR_ROOM], public[CURVE_KEY_ROOM + 1];
	char *beside = memory_format("%s.pub", path);
	int length = snprintf(text, sizeof text,
		"# A CURVE key of tablo. The secret half never leaves this file; give away the public one.\npublic %s\nsecret %s\n",
		pair->public, pair->secret);
	int public_length = snprintf(public, sizeof public, "%s\n", pair->public);
	/* The public half first: without its secret one it opens nothing. */
	bool good = curve_file_write(beside, 0644, public, (size_t)public_length, err);
	if (good && !curve_file_write(path, 0600, text, (size_t)length, err)) {
		remove(beside);
		good = false;
	}
	explicit_bzero(text, sizeof text);
	free(beside);
	return good;
}

/* ---- public keys ---- */

static bool is_path(const char *text)
{
	return *text == '/' || *text == '.' || strncmp(text, "credential:", 11) == 0;
}

bool curve_public_read(const char *text, char key[CURVE_KEY_ROOM], struct error *err)
{
	if (!is_path(text)) {
		if (!is_key(view_of(text)))
			return fail(err, "that is no public key: give its %d characters, or a file as /PATH or ./PATH", CURVE_KEY_SIZE);
		memcpy(key, text, CURVE_KEY_ROOM);
		return true;
	}
	size_t count;
	char (*keys)[CURVE_KEY_ROOM] = curve_allowed_read(text, &count, err);
	if (!keys)
		return false;
	bool good = count == 1 || fail(err, "%.300s: there must be one public key in it, not %zu", text, count);
	if (good)
		memcpy(key, keys[0], CURVE_KEY_ROOM);
	free(keys);
	return good;
}

/* "# words" and "#" are comments; a key may begin with '#'. */
static bool is_comment(struct view word)
{
	return word.size == 0 || view_is(word, "#") || (*word.data == '#' && word.size != CURVE_KEY_SIZE);
}

/* What stands behind the key, without a '#' and blanks about it. */
static void take_name(struct view rest, char name[CURVE_NAME_ROOM])
{
	while (rest.size && strchr(" \t#", *rest.data))
		rest = (struct view){rest.data + 1, rest.size - 1};
	while (rest.size && strchr(" \t", rest.data[rest.size - 1]))
		rest.size--;
	text_harmless(rest, name, CURVE_NAME_ROOM);
}

struct curve_client *curve_clients_read(const char *path, size_t *count, struct error *err)
{
	size_t size, room = 0, used = 0;
	char *text = curve_file_read(path, CURVE_FILE_PUBLIC, &size, err);
	if (!text)
		return NULL;
	struct view rest = {text, size}, line;
	struct curve_client *clients = memory_new(1, sizeof *clients);
	bool good = true;
	for (int number = 1; good && next_line(&rest, &line); number++) {
		struct view word = next_word(&line);
		if (is_comment(word))
			continue;
		good = is_key(word) ||
		       fail(err, "%.300s:%d: a line is a public key of %d characters, and whose it is", path, number, CURVE_KEY_SIZE);
		good = good && (used < CURVE_ALLOWED_MAX || fail(err, "%.300s:%d: more than %d keys", path, number, CURVE_ALLOWED_MAX));
		if (!good)
			break;
		clients = memory_grow(clients, &room, used + 1, sizeof *clients);
		view_copy(word, clients[used].key, CURVE_KEY_ROOM);
		take_name(line, clients[used++].name);
	}
	curve_file_forget(text, size);
	*count = used;
	if (good)
		return clients;
	free(clients);
	return NULL;
}

char (*curve_allowed_read(const char *path, size_t *count, struct error *err))[CURVE_KEY_ROOM]
{
	struct curve_client *clients = curve_clients_read(path, count, err);
	if (!clients)
		return NULL;
	char (*keys)[CURVE_KEY_ROOM] = memory_new(*count + 1, CURVE_KEY_ROOM);
	for (size_t i = 0; i < *count; i++)
		memcpy(keys[i], clients[i].key, CURVE_KEY_ROOM);
	free(clients);
	return keys;
}
