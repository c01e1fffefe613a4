#include <locale.h>
#include <string.h>
#include <sys/stat.h>

#include "app/commands.h"
#include "app/printers.h"
#include "app/usage.h"
#include "base/words.h"
#include "config/suggest.h"

const struct command *const commands[] = {&board_command, &demo_command, &collect_command, &snapshot_command, &publish_command, &import_command, &export_command,
	&check_command, &keygen_command, &doctor_command, &journal_command, &replay_command, &report_command, &alert_command, &bridge_command, NULL};

static const struct command *find_command(const char *name)
{
	for (const struct command *const *command = commands; *command; command++)
		if (strcmp((*command)->name, name) == 0)
			return *command;
	return NULL;
}

static const char *nearest_command(const char *name)
{
	const char *names[sizeof commands / sizeof *commands];
	size_t count = 0;
	for (; commands[count]; count++)
		names[count] = commands[count]->name;
	names[count] = NULL;
	return suggest(name, names);
}

static int run_command(const struct command *command, char **words, int count)
{
	struct arguments arguments;
	struct error err;
	int code = EXIT_DONE;
	const bool parsed = arguments_parse(&arguments, command, words, count, &err);
	const char *language = parsed ? arguments_value(&arguments, "--language") : NULL;
	if (language)
		words_open(language);
	if (!parsed)
		code = report_usage(&arguments, &err);
	else if (arguments_flag(&arguments, "--help"))
		usage_print(stdout, command, &arguments);
	else if (arguments_flag(&arguments, "--version"))
		printer_find("--version")->print();
	else if (!arguments_check(&arguments, &err))
		code = report_usage(&arguments, &err);
	else
		code = command->run(&arguments);
	arguments_finish(&arguments);
	return code;
}

static int run_printer(const struct printer *printer, const char *of)
{
	struct error err;
	if (printer->print)
		printer->print();
	else if (!printer->print_of(of, &err)) {
		report(&err);
		return EXIT_USAGE;
	}
	return EXIT_DONE;
}

int main(int argc, char **argv)
{
	setlocale(LC_ALL, "");
	setlocale(LC_NUMERIC, "C"); /* figures in JSON and files have points */
	words_open("auto");
	umask(077);
	const struct printer *printer = argc > 1 ? printer_find(argv[1]) : NULL;
	if (printer && argc <= 2 + (printer->print_of != NULL))
		return run_printer(printer, argv[2]);
	const struct command *command = argc > 1 ? find_command(argv[1]) : &board_command;
	if (command && argc > 1)
		return run_command(command, argv + 2, argc - 2);
	if (command || argv[1][0] == '-')
		return run_command(&board_command, argv + 1, argc - 1);
	struct error err;
	const char *meant = nearest_command(argv[1]);
	fail(&err, "there is no command '%.200s'%s%s%s: tablo --help lists them", argv[1],
		meant ? "; did you mean '" : "", meant ? meant : "", meant ? "'?" : "");
	report(&err);
	return EXIT_USAGE;
}
