#include <locale.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>

#include "app/commands.h"
#include "app/usage.h"
#include "app/version.h"
#include "config/suggest.h"
#include "feed/event.h"
#include "metrics/metric.h"
#include "widgets/board.h"
#include "widgets/widget.h"

const struct command *const commands[] = {&board_command, &demo_command, &collect_command, &snapshot_command, &publish_command, &import_command,
	&check_command, &keygen_command, &doctor_command, &journal_command, &replay_command, &report_command, &alert_command, NULL};

static void list_metrics(void)
{
	for (int i = 0; i < metric_count; i++) {
		const struct metric *metric = &metrics[i];
		printf("%s\n  %s, in %s\n  %s\n", metric->name, metric->title, unit_names[metric->unit], metric->formula);
		if (metric->note && *metric->note)
			printf("  %s\n", metric->note);
		printf("  from %s\n", metric->source);
		if (!isnan(metric->warn))
			printf("  amber from %g, red from %g\n", metric->warn, metric->crit);
	}
}

static void print_levels(FILE *to)
{
	for (int i = 0; i < metric_count; i++)
		if (!isnan(metrics[i].warn))
			fprintf(to, "# level \"%s\" { warn = %g crit = %g }\n", metrics[i].name, metrics[i].warn, metrics[i].crit);
}

static void print_config(void)
{
	settings_print(stdout, print_levels);
}

static void list_widgets(void)
{
	for (const struct widget_class *const *widget = widget_classes; *widget; widget++)
		printf("%-10s  %s\n", (*widget)->name, (*widget)->help);
}

static void list_fault_kinds(void)
{
	for (int fault = FAULT_NONE + 1; fault < FAULT_COUNT; fault++)
		printf("%-18s  %s\n", feed_fault_names[fault], feed_fault_helps[fault]);
}

static void list_keys(void)
{
	for (const struct board_key_info *key = board_keys; key->keys; key++)
		printf("%-16s  %s%s\n", key->keys, key->modes == BOARD_REPLAY ? "in a replay: " : "", key->help);
}

static void print_version(void)
{
	puts("tablo " TABLO_VERSION);
}

static void print_help(void)
{
	usage_print(stdout, NULL, NULL);
}

static void print_man(void)
{
	usage_print_man(stdout);
}

static void print_completion(void)
{
	usage_print_completion(stdout);
}

static const struct {
	const char *name;
	void (*print)(void);
} printers[] = {
	{"--help", print_help}, {"--version", print_version}, {"--list-metrics", list_metrics}, {"--list-widgets", list_widgets},
	{"--list-faults", list_fault_kinds}, {"--list-keys", list_keys}, {"--print-config", print_config}, {"--print-man", print_man}, {"--print-completion", print_completion},
};

static bool printed(const char *word)
{
	for (size_t i = 0; i < sizeof printers / sizeof *printers; i++)
		if (strcmp(word, printers[i].name) == 0) {
			printers[i].print();
			return true;
		}
	return false;
}

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
	if (!arguments_parse(&arguments, command, words, count, &err))
		code = report_usage(&arguments, &err);
	else if (arguments_flag(&arguments, "--help"))
		usage_print(stdout, command, &arguments);
	else if (arguments_flag(&arguments, "--version"))
		print_version();
	else if (!arguments_check(&arguments, &err))
		code = report_usage(&arguments, &err);
	else
		code = command->run(&arguments);
	arguments_finish(&arguments);
	return code;
}

int main(int argc, char **argv)
{
	setlocale(LC_ALL, "");
	setlocale(LC_NUMERIC, "C"); /* figures in JSON and files have points */
	umask(077);
	if (argc == 2 && printed(argv[1]))
		return EXIT_DONE;
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
