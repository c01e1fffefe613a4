#include "app/commands.h"
#include "app/setup.h"
#include "base/words.h"
#include "feed/curve.h"
#include "tui/theme.h"

static bool check_shifts(const struct settings *settings, struct error *err)
{
	struct shifts *shifts = *settings->shifts ? shifts_read(settings->shifts, err) : NULL;
	const bool good = shifts || !*settings->shifts;
	shifts_free(shifts);
	return good;
}

static bool check_theme(const struct settings *settings, struct error *err)
{
	struct theme theme;
	return theme_open(settings->theme, &theme, err);
}

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
		if (!setup_load(settings, file, &err) || !setup_load_boards(settings, &err) || !curve_check(settings, &err) ||
			!check_theme(settings, &err))
			code = report(&err);
		else if (!check_shifts(settings, &err))
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
	.summary = N_("is this configuration right? Names file and line of what is not"),
	.about = N_("Reads configuration files as the board would, and says what is wrong, where, and what would be right."),
	.options = (const struct option *const[]){help_options, NULL},
	.run = run,
};
