#include <string.h>

#include "app/usage.h"
#include "app/version.h"
#include "widgets/board.h"

static void print_option(FILE *to, const struct option *option)
{
	char left[64];
	snprintf(left, sizeof left, "%s%s%s%s", option->name, option->argument ? " " : "", option->argument ? option->argument : "",
		option->repeatable ? " ..." : "");
	fprintf(to, strlen(left) > 24 ? "  %s\n                            %s\n" : "  %-24s  %s\n", left, option->help);
}

static void print_program(FILE *to)
{
	fputs("tablo - the wallboard of a helpdesk, in a terminal\n\nusage: tablo [COMMAND] [OPTIONS]\n\n", to);
	for (const struct command *const *command = commands; *command; command++)
		fprintf(to, "  %-10s  %s\n", (*command)->name, (*command)->summary);
	fputs("\nWithout a command: the board. Each command has its own --help.\n"
	      "Also: --print-config, --list-metrics, --list-faults, --list-widgets, --list-keys, --version\n", to);
}

static void print_more(FILE *to, const struct command *command, const struct arguments *arguments)
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
	fprintf(to, "usage: tablo %s%s%s [OPTIONS]\n\n%s\n", command->name, *command->positional ? " " : "", command->positional, command->about);
	fputs("\n", to);
	print_more(to, command, arguments);
	for (const struct option *const *group = command->options; *group; group++)
		for (const struct option *option = *group; option->name; option++)
			print_option(to, option);
}

static void man_text(FILE *to, const char *text)
{
	for (; *text; text++) {
		if (*text == '-' || *text == '\\')
			fputc('\\', to);
		fputc(*text, to);
	}
}

static void man_command(FILE *to, const struct command *command)
{
	fprintf(to, ".SS tablo %s %s\n", command->name, command->positional);
	man_text(to, command->about);
	fputs("\n", to);
	if (command->help) {
		fputs(".nf\n", to);
		print_more(to, command, NULL);
		fputs(".fi\n", to);
	}
	for (const struct option *const *group = command->options; *group; group++)
		for (const struct option *option = *group; option->name; option++) {
			fputs(".TP\n.B ", to);
			man_text(to, option->name);
			fprintf(to, " %s\n", option->argument ? option->argument : "");
			man_text(to, option->help);
			fputs("\n", to);
		}
}

void usage_print_man(FILE *to)
{
	fprintf(to, ".TH TABLO 1 \"\" \"tablo %s\"\n.SH NAME\ntablo \\- the wallboard of a helpdesk, in a terminal\n", TABLO_VERSION);
	fputs(".SH SYNOPSIS\n.B tablo\n[COMMAND] [OPTIONS]\n.SH COMMANDS\n", to);
	for (const struct command *const *command = commands; *command; command++)
		man_command(to, *command);
	fputs(".SH KEYS\n", to);
	for (const struct board_key_info *key = board_keys; key->keys; key++) {
		fputs(".TP\n.B ", to);
		man_text(to, key->keys);
		fputs(key->modes == BOARD_REPLAY ? "\nin a replay: " : "\n", to);
		man_text(to, key->help);
		fputs("\n", to);
	}
	fputs(".SH EXIT STATUS\n0 done, 1 what was asked could not be done (one line on standard error says what and how to mend it), "
	      "2 the command line cannot be understood.\n", to);
	fputs(".SH ENVIRONMENT\n.B NO_COLOR\nno colours; state is told by words and marks.\n", to);
}

void usage_print_completion(FILE *to)
{
	fputs("# bash completion for tablo\n_tablo() {\n\tlocal word=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]} words\n\tcase $command in\n", to);
	for (const struct command *const *command = commands; *command; command++) {
		fprintf(to, "\t%s) words=\"", (*command)->name);
		for (const struct option *const *group = (*command)->options; *group; group++)
			for (const struct option *option = *group; option->name; option++)
				fprintf(to, "%s ", option->name);
		fputs("\" ;;\n", to);
	}
	fputs("\t*) words=\"", to);
	for (const struct command *const *command = commands; *command; command++)
		fprintf(to, "%s ", (*command)->name);
	fputs("\" ;;\n\tesac\n\tif [[ $word == -* || $COMP_CWORD -eq 1 ]]; then\n\t\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
	      "\telse\n\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n\tfi\n}\ncomplete -o filenames -F _tablo tablo\n", to);
}
