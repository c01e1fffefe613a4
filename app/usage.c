#include <string.h>

#include "app/printers.h"
#include "app/usage.h"
#include "base/words.h"

static void print_option(FILE *to, const struct option *option)
{
	char left[64];
	snprintf(left, sizeof left, "%s%s%s%s", option->name, option->argument ? " " : "", option->argument ? option->argument : "",
		option->repeatable ? " ..." : "");
	fprintf(to, strlen(left) > 24 ? "  %s\n                            %s\n" : "  %-24s  %s\n", left, _(option->help));
}

static void print_program(FILE *to)
{
	fputs(_("tablo - the wallboard of a helpdesk, in a terminal\n\nusage: tablo [COMMAND] [OPTIONS]\n\n"), to);
	for (const struct command *const *command = commands; *command; command++)
		fprintf(to, "  %-10s  %s\n", (*command)->name, _((*command)->summary));
	fputs(_("\nWithout a command: the board. Each command has its own --help.\nAlso:"), to);
	const char *before = " ";
	for (const struct printer *printer = printers; printer->name; printer++)
		if (printer->help) {
			fprintf(to, "%s%s", before, printer->name);
			before = ", ";
		}
	fputs("\n", to);
}

void usage_print_more(FILE *to, const struct command *command, const struct arguments *arguments)
{
	static const struct arguments none = {.positional_count = 0};
	if (command->help)
		command->help(to, arguments ? arguments : &none);
}

void usage_print(FILE *to, const struct command *command, const struct arguments *arguments)
{
	if (!command) {
		print_program(to);
		return;
	}
	fprintf(to, _("usage: tablo %s%s%s [OPTIONS]\n\n%s\n"), command->name, *command->positional ? " " : "", command->positional,
		_(command->about));
	fputs("\n", to);
	usage_print_more(to, command, arguments);
	for (const struct option *const *group = command->options; *group; group++)
		for (const struct option *option = *group; option->name; option++)
			print_option(to, option);
}
