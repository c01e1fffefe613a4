#include <math.h>
#include <string.h>

#include "app/command.h"
#include "app/completion.h"
#include "app/manual.h"
#include "app/printers.h"
#include "app/usage.h"
#include "app/version.h"
#include "base/words.h"
#include "feed/event.h"
#include "metrics/metric.h"
#include "widgets/board.h"
#include "widgets/widget.h"

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
	settings_print(stdout, print_levels, &(struct settings_names){.kind = widget_kind});
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

static bool print_man(const char *page, struct error *err)
{
	words_open("en"); /* as it is installed */
	return manual_print(stdout, page ? page : "tablo.1", err);
}

static bool print_completion(const char *shell, struct error *err)
{
	return completion_print(stdout, shell ? shell : "bash", err);
}

const struct printer printers[] = {
	{"--print-config", N_("a complete commented configuration"), .print = print_config},
	{"--list-metrics", N_("every metric with its formula"), .print = list_metrics},
	{"--list-faults", N_("what can be wrong with what a feed sends"), .print = list_fault_kinds},
	{"--list-widgets", N_("what a board is made of"), .print = list_widgets},
	{"--list-keys", N_("the keys of a board"), .print = list_keys},
	{"--print-man", .print_of = print_man},
	{"--print-completion", .print_of = print_completion},
	{"--help", N_("this help"), .print = print_help},
	{"--version", N_("the version"), .print = print_version},
	{0},
};

const struct printer *printer_find(const char *word)
{
	for (const struct printer *printer = printers; printer->name; printer++)
		if (strcmp(printer->name, word) == 0)
			return printer;
	return NULL;
}
