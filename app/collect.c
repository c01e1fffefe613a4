#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <zmq.h>

#include "app/alert_exec.h"
#include "app/collector.h"
#include "app/commands.h"
#include "app/health.h"
#include "app/option_checks.h"
#include "app/setup.h"
#include "app/stop_signals.h"
#include "base/clock.h"
#include "base/instant.h"
#include "base/log.h"
#include "base/notify.h"
#include "base/words.h"

#define TURN_MS 250
#define STATUS_MS SECOND_MS

static const struct option collect_options[] = {
	{"--journal", "DIR", N_("the directory of the journal (setting journal)"), false, option_is_journal},
	{"--publish", "URL",
		N_("where boards may attach: every record as it is kept, states, ranges (tcp://HOST:PORT: questions at PORT + 1)"), false, option_is_address},
	{"--peer", "URL",
		N_("the other collector of a pair (its --publish); whoever has the lease in Redis writes, the other one stands by"), false, option_is_address},
	{"--zone", "ZONE", N_("time zone of the site and its days (\"Europe/Moscow\", \"UTC\")"), false, option_is_zone},
	{"--status", NULL, N_("print how the collector of this journal is, as JSON, and exit: 0 all is well, 1 it is not"), false},
	{0},
};

struct collect {
	struct setup *setup;
	struct collector *collector;
	struct desk *desk;
	struct health health;
	const char *publish, *store, *peer; /* or NULL */
	struct alert_exec *exec; /* or NULL */
	struct notify_beats beats;
	int signals;
	int64_t status_due; /* monotonic */
	bool stop;
};

static void take_signals(struct collect *collect)
{
	struct signalfd_siginfo signal;
	while (read(collect->signals, &signal, sizeof signal) == (ssize_t)sizeof signal) {
		struct error err;
		if (signal.ssi_signo != SIGHUP) {
			collect->stop = true;
			continue;
		}
		notify_reloading(NULL);
		if (desk_reload_keys(collect->desk, &err) && collector_reload_keys(collect->collector, &err))
			log_line(LOG_LEVEL_INFO, "keys were read again");
		else
			log_line(LOG_LEVEL_ERROR, "keys stay as they were: %s", err.text);
		notify_ready(NULL);
	}
}

static void tell_status(struct collect *collect, bool running)
{
	struct error err;
	struct collector_health health = collector_health(collect->collector);
	collect->status_due = clock_monotonic() + STATUS_MS;
	if (!health_write(&collect->health, &health, desk_engine(collect->desk), desk_events(collect->desk), collector_outlet(collect->collector), running,
		    &err))
		log_line(LOG_LEVEL_WARNING, "%s", err.text);
	notify_status(NULL, "%srecord %llu, journal %s", !health.peer ? "" : health.stands_by ? "standby, " : "primary, ",
		(unsigned long long)health.journal.appended, health_word(&health));
}

static void work(struct collect *collect)
{
	/* Files end; then what was collected is all there is. */
	bool ends = setup_own_time(collect->setup) && !setup_endless(collect->setup);
	notify_ready(NULL);
	while (!collect->stop && !collector_is_over(collect->collector) && !(ends && desk_ended(collect->desk))) {
		int64_t until = clock_monotonic() + TURN_MS;
		desk_turn(collect->desk, collect->signals, until < collect->status_due ? until : collect->status_due);
		take_signals(collect);
		if (!collector_is_over(collect->collector))
			alert_exec_turn(collect->exec, desk_engine(collect->desk), !collector_health(collect->collector).stands_by);
		notify_beat(&collect->beats, clock_monotonic());
		if (clock_monotonic() >= collect->status_due)
			tell_status(collect, true);
	}
	if (!collector_is_over(collect->collector))
		notify_stopping(NULL);
}

static bool begin(struct collect *collect, void *zmq, struct error *err)
{
	struct settings *settings = collect->setup->settings;
	const struct collector_options collector = {.settings = settings, .publish = collect->publish, .store = collect->store, .peer = collect->peer,
		.zmq = zmq};
	collect->collector = collector_open(&collector, err);
	if (!collect->collector)
		return false;
	struct desk_options options = {.settings = settings, .feeds = (const char *const *)settings->feeds, .feed_count = settings->feed_count,
		.speed = collect->setup->speed >= 0 ? collect->setup->speed : setup_endless(collect->setup) ? 1 : 0, .start = INSTANT_NONE, .stop = INT64_MAX, .zmq = zmq,
		.standby = collect->peer != NULL, .engine = collector_engine(collect->collector), .recorder = collector_recorder(collect->collector),
		.company = collector_company(collect->collector)};
	collect->desk = desk_open(&options, err);
	if (!collect->desk)
		return false;
	collector_begin(collect->collector, collect->desk);
	health_begin(&collect->health, settings, collector_id(collect->collector));
	tell_status(collect, true);
	return true;
}

/* Until it is over: in order, by a failure, or because the other one of a pair writes. */
static bool collect_once(struct collect *collect, struct turnover *turnover, struct error *err)
{
	void *zmq = zmq_ctx_new();
	collect->collector = NULL;
	collect->desk = NULL;
	bool good = begin(collect, zmq, err), over = false;
	if (good) {
		work(collect);
		over = collector_is_over(collect->collector);
		if (over)
			*turnover = collector_turnover(collect->collector);
		else
			collector_settle(collect->collector, desk_engine(collect->desk));
		tell_status(collect, over);
	}
	struct error lost = {0};
	const struct engine *engine = collect->desk && !over ? desk_engine(collect->desk) : NULL;
	bool kept = collector_close(collect->collector, engine, &lost);
	desk_close(collect->desk);
	zmq_ctx_term(zmq);
	if (good && !kept)
		*err = lost;
	return good && kept;
}

static int collect_from(struct setup *setup, const char *publish, const char *peer)
{
	struct collect collect = {.setup = setup, .publish = publish, .store = setup->store, .peer = peer};
	struct error err = {0};
	collect.signals = stop_signals_open();
	if (collect.signals < 0) {
		fail(&err, "no descriptor for signals: %s", strerror(errno));
		return report(&err);
	}
	bool good, again;
	collect.exec = alert_exec_create(setup->settings);
	do {
		struct turnover turnover = {.what = TURNOVER_NONE};
		good = collect_once(&collect, &turnover, &err) && turnover_apply(&turnover, setup->settings->journal, &err);
		again = good && turnover.what != TURNOVER_NONE && !collect.stop;
		turnover_finish(&turnover);
	} while (again);
	alert_exec_destroy(collect.exec);
	close(collect.signals);
	return good ? EXIT_DONE : report(&err);
}

/* A pair needs both ways to the other one, and who decides between them; and feeds that both hear. */
static bool check_pair(const struct setup *setup, const char *publish, const char *peer, struct error *err)
{
	if (!peer)
		return true;
	if (!setup->store)
		return fail(err, "peer needs a store, for the lease in Redis decides who writes: give --store redis://HOST/DB");
	if (!publish)
		return fail(err, "peer needs publish, for the other collector follows this one: give --publish tcp://*:5580");
	for (int i = 0; i < setup->settings->feed_count; i++)
		if (strncmp(setup->settings->feeds[i], "file:", 5) == 0 || strncmp(setup->settings->feeds[i], "sim:", 4) == 0)
			return fail(err, "%s: a pair needs feeds that both collectors hear: tcp://HOST:PORT or ipc://PATH", setup->settings->feeds[i]);
	return true;
}

static int collect_with(struct setup *setup, const struct arguments *arguments)
{
	struct error err;
	const char *publish = setup_chosen(arguments, "--publish", setup->settings->publish);
	const char *peer = setup_chosen(arguments, "--peer", setup->settings->peer);
	if (setup->settings->feed_count == 0)
		fail(&err, "there is no feed to collect: give --feed tcp://HOST:PORT");
	else if (check_pair(setup, publish, peer, &err))
		return collect_from(setup, publish, peer);
	report_usage(arguments, &err);
	return EXIT_USAGE;
}

static int run(const struct arguments *arguments)
{
	struct error err;
	struct setup setup;
	bool usage;
	if (!setup_open(&setup, arguments, &usage, &err))
		return usage ? report_usage(arguments, &err) : report(&err);
	words_open("en"); /* its texts go into Redis and logs, for boards in any language */
	const char *directory = arguments_value(arguments, "--journal");
	int code = EXIT_USAGE;
	if (directory && !settings_set(setup.settings, "journal", directory, &err))
		report_usage(arguments, &err);
	else if (!setup.settings->journal[0]) {
		fail(&err, "a collector needs a journal: give --journal DIRECTORY, or journal = \"...\" in the configuration");
		report_usage(arguments, &err);
	} else if (arguments_flag(arguments, "--status")) {
		code = health_print(setup.settings->journal, &err) ? EXIT_DONE : err.text[0] ? report(&err) : EXIT_FAILED;
	} else {
		code = collect_with(&setup, arguments);
	}
	setup_close(&setup);
	return code;
}

const struct command collect_command = {
	.name = "collect",
	.positional = "",
	.summary = N_("collects feeds into a journal and Redis, without a screen"),
	.about = N_("Takes in every feed and keeps each record in a journal before it counts, so that nothing written is lost, whoever dies: a start\n"
		 "goes on from the newest state and the records after it. With --store the rolling figures stand in Redis. Logs to standard error; stops\n"
		 "in order on SIGTERM; reads keys again on SIGHUP; tells systemd that it is ready, how it is, and that it is alive (data/systemd).\n"
		 "  tablo collect --feed tcp://helpdesk:5560 --journal /var/lib/tablo\n"
		 "  tablo collect --feed tcp://helpdesk:5560 --journal /var/lib/tablo --publish tcp://*:5580\n"
		 "  tablo --attach tcp://collector:5580\n"
		 "Two with the same configuration make a pair: one writes, the other one has the same journal and takes over within 3 s.\n"
		 "  tablo collect --feed tcp://helpdesk:5560 --journal /var/lib/tablo --store redis://db/0 --publish tcp://*:5580 --peer tcp://other:5580\n"
		 "  tablo collect --status --journal /var/lib/tablo"),
	.options = (const struct option *const[]){collect_options, feed_options, common_options, help_options, NULL},
	.run = run,
};
