#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "app/plain.h"
#include "base/clock.h"
#include "base/instant.h"
#include "base/memory.h"
#include "widgets/changes.h"
#include "widgets/parts.h"
#include "widgets/spoken.h"

#define LOOK_EVERY SECOND_MS /* levels and alerts change once a second at most */
#define SUMMARY_TEXT 4000

struct plain {
	int signals, epoll;
	int64_t every; /* ms between summaries that nobody asked for; 0: none */
	int64_t look_at, summary_at;
	bool wants_summary, has_seen /* figures */, hears_input;
	char waiting[SUMMARY_TEXT]; /* what was said while there were none */
	struct changes changes;
};

static void watch(const struct plain *plain, int descriptor)
{
	struct epoll_event event = {.events = EPOLLIN, .data = {.fd = descriptor}};
	epoll_ctl(plain->epoll, EPOLL_CTL_ADD, descriptor, &event); /* a file or /dev/null cannot be waited for, and says nothing */
}

struct plain *plain_open(const struct setup *setup, int signals)
{
	struct plain *plain = memory_new(1, sizeof *plain);
	*plain = (struct plain){.signals = signals, .epoll = epoll_create1(EPOLL_CLOEXEC), .every = setup->every, .look_at = clock_monotonic(),
		.wants_summary = true, .hears_input = true};
	watch(plain, signals);
	watch(plain, STDIN_FILENO);
	return plain;
}

void plain_close(struct plain *plain)
{
	close(plain->epoll);
	free(plain);
}

int plain_wakes(const struct plain *plain)
{
	return plain->epoll;
}

int64_t plain_due(const struct plain *plain)
{
	return plain->look_at;
}

/* Whatever it is, it is a wish for a summary. In the background a terminal's line is another program's, and reading it would stop us. */
static void hear_input(struct plain *plain)
{
	char line[256];
	const bool foreign = isatty(STDIN_FILENO) && tcgetpgrp(STDIN_FILENO) != getpgrp();
	if (foreign || read(STDIN_FILENO, line, sizeof line) <= 0) {
		epoll_ctl(plain->epoll, EPOLL_CTL_DEL, STDIN_FILENO, NULL);
		plain->hears_input = false;
		return;
	}
	plain->wants_summary = true;
	plain->look_at = clock_monotonic();
}

bool plain_hear(struct plain *plain)
{
	struct epoll_event events[2];
	struct signalfd_siginfo signal;
	const int count = epoll_wait(plain->epoll, events, 2, 0);
	for (int i = 0; i < count; i++)
		if (events[i].data.fd == STDIN_FILENO && plain->hears_input)
			hear_input(plain);
	while (read(plain->signals, &signal, sizeof signal) == (ssize_t)sizeof signal)
		if (signal.ssi_signo == SIGTERM || signal.ssi_signo == SIGINT || signal.ssi_signo == SIGHUP)
			return false;
	return true;
}

static void print(const struct snapshot *snapshot, const char *text)
{
	char at[16];
	clock_text(snapshot->at, snapshot->zone, true, at, sizeof at);
	printf("%s%s%s\n", snapshot->at == INSTANT_NONE ? "" : at, snapshot->at == INSTANT_NONE ? "" : " ", text);
}

static void tell(void *context, const char *sentence)
{
	print(context, sentence);
}

static bool is_summary_due(struct plain *plain, const struct snapshot *snapshot, const char *summary)
{
	if (plain->wants_summary || (plain->every && plain->look_at >= plain->summary_at))
		return true;
	/* The first figures, and another reason why there are none. */
	return snapshot->nothing ? strcmp(summary, plain->waiting) != 0 : !plain->has_seen;
}

void plain_take(struct plain *plain, struct snapshot *snapshot)
{
	char summary[SUMMARY_TEXT];
	spoken_summary(snapshot, summary, sizeof summary);
	const bool due = is_summary_due(plain, snapshot, summary);
	changes_tell(&plain->changes, snapshot, tell, snapshot);
	if (due) {
		print(snapshot, summary);
		plain->summary_at = plain->look_at + plain->every;
		plain->wants_summary = false;
	}
	plain->has_seen = plain->has_seen || !snapshot->nothing;
	if (snapshot->nothing)
		snprintf(plain->waiting, sizeof plain->waiting, "%s", summary);
	fflush(stdout);
	snapshot_destroy(snapshot);
	plain->look_at = clock_monotonic() + LOOK_EVERY;
}

int plain_run(struct setup *setup, struct desk *desk, int signals)
{
	struct plain *plain = plain_open(setup, signals);
	while (plain_hear(plain)) {
		desk_turn(desk, plain_wakes(plain), plain_due(plain));
		if (clock_monotonic() >= plain_due(plain))
			plain_take(plain, desk_snapshot(desk, setup->zone, &setup->request));
	}
	plain_close(plain);
	return EXIT_DONE;
}
