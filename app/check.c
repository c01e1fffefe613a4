#include "app/commands.h"
#include "app/setup.h"
#include "feed/curve.h"

static int run(const struct arguments *arguments)
{
	struct error err;
	if (arguments->positional_count == 0) {
		fail(&err, "which file? tablo check FILE");
		return report_usage(arguments, &err);
	}
	int code = EXIT_DONE;
	for (int i = 0; i < arguments->positional_count; i++) {
		struct settings *settings = settings_create();
		const char *file = arguments->positional[i];
		if (!settings_load(settings, file, metric_names(), &err) || !curve_check(settings, &err))
			code = report(&err);
		else if (settings_remarks(settings, stdout) == 0)
			printf("%s: good\n", file);
		settings_destroy(settings);
	}
	return code;
}

const struct command check_command = {
	.name = "check",
	.positional = "FILE...",
	.summary = "is this configuration right? Names file and line of what is not",
	.about = "Reads configuration files as the board would, and says what is wrong, where, and what would be right.",
	.options = (const struct option *const[]){help_options, NULL},
	.run = run,
};
