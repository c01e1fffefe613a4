#include "app/reload.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "app/setup.h"
#include "base/memory.h"
#include "base/words.h"
#include "config/renew.h"

#define SETTLE_MS 100 /* editors write in several steps */

struct reload {
	const struct arguments *arguments;
	const struct settings *running; /* of the start: what was not renewed since */
	struct settings *first;		/* what the file said then */
	int inotify;
	char *files[2]; /* without their folders: the configuration, the boards; NULL: none */
	int64_t due;	/* monotonic; INT64_MAX: nothing has happened */
};

/* A rename puts another file in its place: only the folder sees that. */
static char *watch(int inotify, const char *path)
{
	char *copy = memory_text(path), *slash = strrchr(copy, '/');
	const char *folder = slash == copy ? "/" : slash ? copy : ".";
	if (slash)
		*slash = 0;
	char *name = inotify_add_watch(inotify, folder, IN_CLOSE_WRITE | IN_MOVED_TO) >= 0 ? memory_text(slash ? slash + 1 : copy) : NULL;
	free(copy);
	return name;
}

static void watch_boards(struct reload *reload, const struct settings *settings)
{
	char *boards = settings_boards_path(settings);
	free(reload->files[1]);
	reload->files[1] = boards ? watch(reload->inotify, boards) : NULL;
	free(boards);
}

struct reload *reload_open(const struct settings *settings, const struct arguments *arguments)
{
	struct error err;
	const char *file = arguments_value(arguments, "--config");
	struct settings *first = file ? setup_again(arguments, &err) : NULL;
	const int inotify = first ? inotify_init1(IN_NONBLOCK | IN_CLOEXEC) : -1;
	if (inotify < 0) {
		settings_destroy(first);
		return NULL;
	}
	struct reload *reload = memory_new(1, sizeof *reload);
	*reload = (struct reload){.arguments = arguments, .running = settings, .first = first, .inotify = inotify, .due = INT64_MAX};
	reload->files[0] = watch(inotify, file);
	watch_boards(reload, first);
	return reload;
}

void reload_close(struct reload *reload)
{
	if (!reload)
		return;
	close(reload->inotify);
	free(reload->files[0]);
	free(reload->files[1]);
	settings_destroy(reload->first);
	free(reload);
}

int reload_descriptor(const struct reload *reload)
{
	return reload ? reload->inotify : -1;
}

int reload_wait(const struct reload *reload, int64_t now)
{
	if (!reload || reload->due == INT64_MAX)
		return -1;
	return reload->due > now ? (int)(reload->due - now) : 0;
}

static bool is_ours(const struct reload *reload, const struct inotify_event *event)
{
	for (size_t i = 0; i < sizeof reload->files / sizeof *reload->files; i++)
		if (event->len && reload->files[i] && strcmp(event->name, reload->files[i]) == 0)
			return true;
	return event->mask & IN_Q_OVERFLOW;
}

void reload_hear(struct reload *reload, int64_t now)
{
	_Alignas(struct inotify_event) char bytes[4096];
	ssize_t got;
	while (reload && (got = read(reload->inotify, bytes, sizeof bytes)) > 0)
		for (const char *at = bytes; at < bytes + got;) {
			const struct inotify_event *event = (const void *)at;
			if (is_ours(reload, event))
				reload->due = now + SETTLE_MS;
			at += sizeof *event + event->len;
		}
}

void reload_wish(struct reload *reload, int64_t now)
{
	if (reload)
		reload->due = now;
}

enum reload_result reload_take(struct reload *reload, int64_t now, struct settings **settings, char *words, size_t room)
{
	struct error err;
	char waits[120];
	if (!reload || now < reload->due)
		return RELOAD_NOTHING;
	reload->due = INT64_MAX;
	*words = 0;
	struct settings *fresh = setup_again(reload->arguments, &err);
	if (!fresh) {
		snprintf(words, room, "%s", err.text);
		return RELOAD_WRONG;
	}
	watch_boards(reload, fresh);
	*settings = settings_renew(reload->running, reload->first, fresh, waits, sizeof waits);
	settings_destroy(fresh);
	if (*waits)
		snprintf(words, room, _("the configuration was read again; these wait for the next start: %.110s"), waits);
	return RELOAD_DONE;
}
