#include <string.h>

#include "app/command.h"
#include "app/manual.h"
#include "app/printers.h"
#include "app/roff.h"
#include "app/usage.h"
#include "widgets/board.h"

static const struct chapter {
	const char *page;
	int section;
	const char *summary;
	void (*print)(FILE *to);
} chapters[] = {
	{"tablo.conf", 5, "the configuration of tablo", manual_settings},
	{"tablo-feed", 7, "what a helpdesk sends to tablo", manual_feed},
	{"tablo-metrics", 7, "every figure that tablo shows, and how it is counted", manual_metrics},
};
#define CHAPTERS (sizeof chapters / sizeof *chapters)

static const char summary[] = "the wallboard of a helpdesk, in a terminal";

static void name_command(const struct command *command, char *to, size_t room)
{
	snprintf(to, room, "tablo-%s", command->name);
}

static void print_options(FILE *to, const struct command *command)
{
	roff_heading(to, "OPTIONS");
	for (const struct option *const *group = command->options; *group; group++)
		for (const struct option *option = *group; option->name; option++) {
			roff_item(to, option->name, option->argument, option->help);
			if (option->repeatable)
				roff_text(to, "(May be given several times.)");
		}
}

static void print_more(FILE *to, const void *command)
{
	usage_print_more(to, command, NULL);
}

static void print_status(FILE *to)
{
	roff_heading(to, "EXIT STATUS");
	roff_item(to, "0", NULL, "done");
	roff_item(to, "1", NULL, "what was asked could not be done: one line on standard error says what, and how to mend it");
	roff_item(to, "2", NULL, "the command line cannot be understood");
}

static void print_references(FILE *to, const char *but)
{
	roff_heading(to, "SEE ALSO");
	if (strcmp(but, "tablo") != 0)
		roff_reference(to, "tablo", 1, false);
	for (size_t i = 0, left = CHAPTERS; i < CHAPTERS; i++, left--)
		if (strcmp(chapters[i].page, but) != 0)
			roff_reference(to, chapters[i].page, chapters[i].section,
				left == 1 || (left == 2 && strcmp(chapters[CHAPTERS - 1].page, but) == 0));
}

static void print_command(FILE *to, const struct command *command)
{
	char name[40];
	name_command(command, name, sizeof name);
	roff_begin(to, name, 1, command->summary);
	roff_heading(to, "SYNOPSIS");
	fprintf(to, ".B tablo %s\n", command->name);
	if (*command->positional)
		roff_text(to, command->positional);
	roff_text(to, "[OPTIONS]");
	roff_heading(to, "DESCRIPTION");
	roff_lines(to, command->about);
	if (command->help)
		fputs(".PP\n", to);
	roff_printed(to, print_more, command);
	print_options(to, command);
	print_status(to);
	print_references(to, name);
}

static void print_keys(FILE *to)
{
	roff_heading(to, "KEYS");
	for (const struct board_key_info *key = board_keys; key->keys; key++) {
		roff_tag(to, key->keys, NULL);
		if (key->modes == BOARD_REPLAY)
			roff_text(to, "in a replay:");
		roff_text(to, key->help);
	}
}

static void print_commands(FILE *to)
{
	roff_heading(to, "COMMANDS");
	for (const struct command *const *command = commands; *command; command++) {
		char name[40];
		name_command(*command, name, sizeof name);
		fputs(".TP\n", to);
		roff_reference(to, name, 1, true);
		roff_text(to, (*command)->summary);
	}
}

static void print_program(FILE *to)
{
	roff_begin(to, "tablo", 1, summary);
	roff_heading(to, "SYNOPSIS");
	fputs(".B tablo\n[COMMAND] [OPTIONS]\n", to);
	roff_heading(to, "DESCRIPTION");
	roff_text(to, "Shows what is going on in a helpdesk: who waits, for how long, who answers, what was promised and what customers say of it."
		      " Without a command: the board. See one at once, without anything else: tablo demo");
	print_commands(to);
	roff_heading(to, "OPTIONS");
	for (const struct printer *printer = printers; printer->name; printer++)
		if (printer->help)
			roff_item(to, printer->name, NULL, printer->help);
	print_keys(to);
	print_status(to);
	roff_heading(to, "ENVIRONMENT");
	roff_item(to, "NO_COLOR", NULL, "no colours; state is told by words and marks");
	roff_item(to, "TERM", NULL, "the terminal; what it can do is looked up by this name");
	roff_item(to, "LC_ALL, LC_CTYPE, LANG", NULL, "whether the terminal shows UTF-8; if not, the board is drawn with plain ASCII");
	roff_heading(to, "FILES");
	roff_item(to, "/etc/tablo/collect.conf", NULL, "the configuration of the service tablo-collect");
	roff_item(to, "/etc/tablo/wall.conf", NULL, "the configuration of the service tablo-wall@, a board on a console");
	print_references(to, "tablo");
}

/* tablo-NAME.1, or NULL. */
static const struct command *command_of(const char *page)
{
	for (const struct command *const *command = commands; *command; command++) {
		char name[40];
		snprintf(name, sizeof name, "tablo-%s.1", (*command)->name);
		if (strcmp(name, page) == 0)
			return *command;
	}
	return NULL;
}

static const struct chapter *chapter_of(const char *page)
{
	for (size_t i = 0; i < CHAPTERS; i++) {
		char name[40];
		snprintf(name, sizeof name, "%s.%d", chapters[i].page, chapters[i].section);
		if (strcmp(name, page) == 0)
			return &chapters[i];
	}
	return NULL;
}

bool manual_print(FILE *to, const char *page, struct error *err)
{
	const struct command *command = command_of(page);
	const struct chapter *chapter = chapter_of(page);
	if (strcmp(page, "tablo.1") == 0)
		print_program(to);
	else if (command)
		print_command(to, command);
	else if (chapter) {
		roff_begin(to, chapter->page, chapter->section, chapter->summary);
		chapter->print(to);
		print_references(to, chapter->page);
	} else {
		return fail(err, "there is no page '%.100s': the manual has tablo.1, tablo-COMMAND.1, tablo.conf.5, tablo-feed.7 and tablo-metrics.7", page);
	}
	return true;
}
