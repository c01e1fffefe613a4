#include <zmq.h>

#include "app/commands.h"
#include "app/option_checks.h"
#include "app/scopes.h"
#include "app/setup.h"
#include "app/view.h"
#include "base/instant.h"
#include "base/memory.h"
#include "base/words.h"

static const struct option board_options[] = {
	{"--journal", "DIR", N_("the collector's journal, for looking back (r)"), false, option_is_journal},
	{0},
};

static int run(const struct arguments *arguments)
{
	struct error err;
	struct setup setup;
	bool usage;
	memory_give_back();
	view_block_signals();
	if (!setup_open(&setup, arguments, &usage, &err))
		return usage ? report_usage(arguments, &err) : report(&err);
	const char *journal = arguments_value(arguments, "--journal");
	if (journal && !settings_set(setup.settings, "journal", journal, &err)) {
		setup_close(&setup);
		return report_usage(arguments, &err);
	}
	if (setup.settings->feed_count == 0 && !setup.attach && !setup.store && !setup.several) {
		fail(&err, "there is no feed to show: give --feed tcp://HOST:PORT (or file:EVENTS.ndjson), or see one at once with: tablo demo");
		setup_close(&setup);
		return report_usage(arguments, &err);
	}
	void *zmq = zmq_ctx_new();
	struct desk_options options = {.settings = setup.settings, .feeds = (const char *const *)setup.settings->feeds,
		.feed_count = setup.settings->feed_count, .attach = setup.attach, .store = setup.store, .several = setup.several,
		.speed = setup.speed < 0 ? 1 : setup.speed, .stop = INT64_MAX,
		.start = setup.instant_count ? setup.instants[0] : INSTANT_NONE, .zmq = zmq};
	struct desk *desk = desk_open(&options, &err);
	int code = EXIT_FAILED;
	if (!desk || !scopes_begin(arguments, desk, &setup.request, &err))
		report(&err);
	else
		code = view_run(&setup, desk, arguments);
	desk_close(desk);
	zmq_ctx_term(zmq);
	setup_close(&setup);
	return code;
}

const struct command board_command = {
	.name = "board",
	.positional = "",
	.summary = N_("the board (the word may be left out)"),
	.about = N_("Shows the wallboard. Feeds are ZeroMQ endpoints, or files of events that are played by their own clock:\n"
		 "  tablo --feed tcp://helpdesk:5560\n"
		 "  tablo --feed file:august.ndjson.gz --at 1999-08-01T10:30 --speed 60\n"
		 "It follows a collector, or several, each for a site:\n"
		 "  tablo --attach tcp://collector:5580\n"
		 "  tablo --attach tokyo=tcp://10.0.1.5:5580,berlin=tcp://10.0.2.5:5580\n"
		 "  tablo --sites tokyo,berlin,lima --store redis+cluster://node1:6379,node2:6379"),
	.options = (const struct option *const[]){board_options, feed_options, follow_options, figure_options, rule_options, screen_options, common_options,
		help_options, NULL},
	.run = run,
};
