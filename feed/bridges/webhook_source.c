#include "feed/bridges/webhook_source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "feed/curve_file.h"

#define NAME_MOST 64

static struct webhook_source *find_name(const struct webhook_sources *sources, const char *name)
{
	for (size_t i = 0; i < sources->count; i++)
		if (strcmp(source_name(sources->list[i].source), name) == 0)
			return &sources->list[i];
	return NULL;
}

struct webhook_source *webhook_sources_find(const struct webhook_sources *sources, const char *path)
{
	const size_t size = strlen(path);
	for (size_t i = 0; i < sources->count; i++) {
		const size_t own = strlen(sources->list[i].path);
		if (strncmp(sources->list[i].path, path, own) == 0 && (size == own || (size == own + 1 && path[own] == '/')))
			return &sources->list[i];
	}
	return NULL;
}

/* ---- a source ---- */

static bool make_path(struct webhook_source *made, const struct webhook_sources *sources, struct error *err)
{
	const char *given = source_mapping(made->source)->webhook[WEBHOOK_PATH], *name = source_name(made->source);
	made->path = given ? memory_text(given) : memory_format("/%s", name);
	const size_t size = strlen(made->path);
	if (made->path[0] != '/' || size < 2 || made->path[size - 1] == '/' || strpbrk(made->path, "?#% "))
		return fail(err, "%s: path = \"%.100s\": a path begins with '/', does not end with it, and has no '?', '#', '%%' or blank", name, made->path);
	const struct webhook_source *other = strcmp(made->path, "/health") == 0 ? made : webhook_sources_find(sources, made->path);
	return !other || fail(err, "%s: the path %.100s is taken already; give the mapping another one", name, made->path);
}

static struct signature *make_signature(const struct webhook_source *made, struct error *err)
{
	char *const *texts = source_mapping(made->source)->webhook;
	const struct signature_rule rule = {.scheme = texts[WEBHOOK_SIGNATURE], .header = texts[WEBHOOK_HEADER], .text = texts[WEBHOOK_TEXT],
		.prefix = texts[WEBHOOK_PREFIX], .timestamp = texts[WEBHOOK_TIMESTAMP], .replay = texts[WEBHOOK_REPLAY]};
	struct error why;
	struct signature *signature = signature_create(&rule, &why);
	if (!signature)
		fail(err, "%s: webhook: %s", source_mapping(made->source)->path, why.text);
	return signature;
}

/* `map`: a file of one's own, or NULL for the program's. */
static struct webhook_source *add_source(struct webhook_sources *sources, const struct bridge_host *host, const char *name,
	const char *map, struct error *err)
{
	sources->list = memory_resize(sources->list, sources->count + 1, sizeof *sources->list);
	struct webhook_source *made = &sources->list[sources->count];
	const struct source_options options = {.name = name, .map = map, .zone = host->option(host->arguments, "--zone"), .pseudonym = &host->pseudonym,
		.outbox = host->outbox};
	*made = (struct webhook_source){.source = source_open(&options, err)};
	if (!made->source)
		return NULL;
	bool good = source_mapping(made->source)->has_webhook
		|| fail(err, "%s: no `webhook` section says how a request is known to be genuine", source_mapping(made->source)->path);
	good = good && make_path(made, sources, err) && (made->signature = make_signature(made, err)) != NULL
		&& (!find_name(sources, source_name(made->source)) || fail(err, "%s: there are two sources of that name", source_name(made->source)));
	sources->count++; /* from now on webhook_sources_close() frees it */
	return good ? made : NULL;
}

/* ---- secrets ---- */

static struct view trim(struct view text)
{
	while (text.size && strchr(" \t\r", text.data[0])) {
		text.data++;
		text.size--;
	}
	while (text.size && strchr(" \t\r", text.data[text.size - 1]))
		text.size--;
	return text;
}

/* While the file is read. */
struct secrets {
	struct webhook_sources *sources;
	const struct bridge_host *host;
	struct signature **fresh; /* at the start NULL: they go where the sources have them; later one for each source, NULL where it takes from anybody */
};

/* Where the source's secrets go; false: it has no path. NULL: it needs none. */
static bool find_signature(const struct secrets *secrets, const char *name, struct signature **to, struct error *err)
{
	struct webhook_source *source = find_name(secrets->sources, name);
	if (!source && secrets->fresh)
		return fail(err, "%s has no path yet: a new source needs a restart", name);
	if (!source && !(source = add_source(secrets->sources, secrets->host, name, NULL, err)))
		return false;
	*to = secrets->fresh ? secrets->fresh[source - secrets->sources->list] : source->signature;
	return true;
}

/* "NAME = SECRET"; what is said of it never holds the line. */
static bool take_secret(const struct secrets *secrets, struct view line, struct error *err)
{
	const char *equals = memchr(line.data, '=', line.size);
	char name[NAME_MOST + 1];
	struct signature *signature = NULL;
	if (!equals)
		return fail(err, "write NAME = SECRET");
	const struct view left = trim((struct view){line.data, (size_t)(equals - line.data)});
	const struct view secret = trim((struct view){equals + 1, line.size - (size_t)(equals + 1 - line.data)});
	if (!left.size || left.size > NAME_MOST)
		return fail(err, "write NAME = SECRET, with a name of 1 to %d bytes", NAME_MOST);
	view_copy(left, name, sizeof name);
	if (!find_signature(secrets, name, &signature, err))
		return false;
	if (secret.size < WEBHOOK_SECRET_LEAST)
		return fail(err, "%s: a secret has %d bytes at least; `head -c 24 /dev/urandom | base64` makes one", name, WEBHOOK_SECRET_LEAST);
	return !signature || signature_add_secret(signature, secret, err);
}

static bool take_secrets(const struct secrets *secrets, const char *path, struct error *err)
{
	size_t size;
	char *text = curve_file_read(path, CURVE_FILE_SECRET, &size, err);
	if (!text)
		return false;
	bool good = true;
	int number = 1;
	for (size_t at = 0; good && at < size; number++) {
		const char *end = memchr(text + at, '\n', size - at);
		const size_t length = end ? (size_t)(end - text) - at : size - at;
		const struct view line = trim((struct view){text + at, length});
		struct error why;
		if (line.size && line.data[0] != '#' && !take_secret(secrets, line, &why))
			good = fail(err, "%s:%d: %s", path, number, why.text);
		at += length + 1;
	}
	curve_file_forget(text, size);
	return good;
}

/* ---- all of them ---- */

static bool take_maps(struct webhook_sources *sources, const struct bridge_host *host, struct error *err)
{
	const char *map;
	for (int i = 0; (map = host->option_nth(host->arguments, "--map", i)); i++)
		if (!add_source(sources, host, NULL, map, err))
			return false;
	return true;
}

static bool take_unsigned(struct webhook_sources *sources, const struct bridge_host *host, struct error *err)
{
	const char *name;
	for (int i = 0; (name = host->option_nth(host->arguments, "--unsigned", i)); i++) {
		struct webhook_source *source = find_name(sources, name);
		if (!source && !(source = add_source(sources, host, name, NULL, err)))
			return false;
		signature_destroy(source->signature);
		source->signature = NULL;
		sources->unsigned_ones = true;
	}
	return true;
}

static bool check_secret(const struct webhook_source *source, const struct signature *signature, struct error *err)
{
	const char *name = source_name(source->source);
	return !signature || signature_has_secret(signature) ||
		fail(err, "%s has no secret, and anybody could send in its name: write \"%s = SECRET\" into the file of --secret-file, or, for trials at a "
			"loopback address, give --unsigned %s", name, name, name);
}

static bool check_secrets(const struct webhook_sources *sources, struct error *err)
{
	if (!sources->count)
		return fail(err, "no source: write a line \"zammad = SECRET\" into a file of mode 0600 and give it with --secret-file, or give a mapping with --map");
	for (size_t i = 0; i < sources->count; i++)
		if (!check_secret(&sources->list[i], sources->list[i].signature, err))
			return false;
	return true;
}

bool webhook_sources_open(struct webhook_sources *sources, const struct bridge_host *host, struct error *err)
{
	const char *secrets = host->option(host->arguments, "--secret-file");
	*sources = (struct webhook_sources){0};
	pthread_mutex_init(&sources->lock, NULL);
	if (take_maps(sources, host, err) && (!secrets || take_secrets(&(struct secrets){sources, host, NULL}, secrets, err)) && take_unsigned(sources, host, err)
		&& check_secrets(sources, err))
		return true;
	webhook_sources_close(sources);
	return false;
}

/* ---- a change ---- */

static bool make_fresh(const struct secrets *secrets, const char *path, struct error *err)
{
	const struct webhook_sources *sources = secrets->sources;
	for (size_t i = 0; i < sources->count; i++)
		if (sources->list[i].signature && !(secrets->fresh[i] = make_signature(&sources->list[i], err)))
			return false;
	if (!take_secrets(secrets, path, err))
		return false;
	for (size_t i = 0; i < sources->count; i++)
		if (!check_secret(&sources->list[i], secrets->fresh[i], err))
			return false;
	return true;
}

bool webhook_sources_reload(struct webhook_sources *sources, const struct bridge_host *host, struct error *err)
{
	const char *path = host->option(host->arguments, "--secret-file");
	if (!path)
		return true;
	const struct secrets secrets = {sources, host, memory_new(sources->count, sizeof *secrets.fresh)};
	const bool good = make_fresh(&secrets, path, err);
	pthread_mutex_lock(&sources->lock);
	for (size_t i = 0; good && i < sources->count; i++) {
		struct signature *old = sources->list[i].signature;
		sources->list[i].signature = secrets.fresh[i];
		secrets.fresh[i] = old;
	}
	pthread_mutex_unlock(&sources->lock);
	for (size_t i = 0; i < sources->count; i++)
		signature_destroy(secrets.fresh[i]);
	free(secrets.fresh);
	return good;
}

void webhook_sources_close(struct webhook_sources *sources)
{
	for (size_t i = 0; i < sources->count; i++) {
		source_close(sources->list[i].source);
		signature_destroy(sources->list[i].signature);
		free(sources->list[i].path);
	}
	free(sources->list);
	pthread_mutex_destroy(&sources->lock);
	*sources = (struct webhook_sources){0};
}
