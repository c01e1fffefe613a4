#include <string.h>

#include "app/command.h"
#include "app/completion.h"
#include "app/printers.h"
#include "config/tables.h"
#include "metrics/metric.h"

/* ---- what may follow an option ---- */

/* A setting is often an option of the same name: its words are those of both. */
static const struct setting *setting_of(const struct option *option)
{
	const struct setting *setting = setting_find(board_table.settings, board_table.count, option->name + 2);
	return setting && setting->word_count ? setting : NULL;
}

static bool wants_file(const struct option *option)
{
	static const char *const files[] = {"FILE", "DIR", "PATH", "JOURNAL"};
	for (size_t i = 0; option->argument && i < sizeof files / sizeof *files; i++)
		if (strstr(option->argument, files[i]))
			return true;
	return false;
}

static void print_settings(FILE *to)
{
	for (size_t i = 0; i < board_table.count; i++)
		fprintf(to, "%s%s=", i ? " " : "", board_table.settings[i].name);
}

/* The words an option takes, parted by blanks; none where there is no list of them. */
static void print_values(FILE *to, const struct option *option)
{
	const struct setting *setting = setting_of(option);
	if (strcmp(option->name, "--set") == 0) {
		print_settings(to);
	} else if (strcmp(option->name, "--metric") == 0) {
		for (int i = 0; i < metric_count; i++)
			fprintf(to, "%s%s", i ? " " : "", metrics[i].name);
	} else if (setting) {
		for (int i = 0; i < setting->word_count; i++)
			fprintf(to, "%s%s", i ? " " : "", setting->words[i]);
	} else if (strchr(option->argument, '|')) {
		for (const char *at = option->argument; *at; at++)
			fputc(*at == '|' ? ' ' : *at, to);
	}
}

/* `word_of`: may be NULL, which gives none */
static void print_words(FILE *to, const char *(*word_of)(int index))
{
	const char *word;
	for (int i = 0; word_of && (word = word_of(i)); i++)
		fprintf(to, "%s%s", i ? " " : "", word);
}

static void print_printers(FILE *to)
{
	const char *before = "";
	for (const struct printer *printer = printers; printer->name; printer++)
		if (printer->help) {
			fprintf(to, "%s%s", before, printer->name);
			before = " ";
		}
}

/* Text between single quotes of a shell; `also` gets a backslash before it. */
static void print_quoted(FILE *to, const char *text, const char *also)
{
	for (; *text; text++)
		if (*text == '\'')
			fputs("'\\''", to);
		else if (*text == '\n')
			fputc(' ', to);
		else
			fprintf(to, "%s%c", strchr(also, *text) ? "\\" : "", *text);
}

/* ---- bash ---- */

static void print_bash_values(FILE *to, const struct command *command)
{
	for (const struct option *const *group = command->options; *group; group++)
		for (const struct option *option = *group; option->name; option++) {
			if (!option->argument)
				continue;
			fprintf(to, "\t%s:%s) ", command->name, option->name);
			fputs(wants_file(option) ? "files=yes" : "words=\"", to);
			if (!wants_file(option)) {
				print_values(to, option);
				fputc('"', to);
			}
			fputs(" ;;\n", to);
		}
}

static void print_bash_options(FILE *to, const struct command *command)
{
	fprintf(to, "\t%s:*) words=\"", command->name);
	for (const struct option *const *group = command->options; *group; group++)
		for (const struct option *option = *group; option->name; option++)
			fprintf(to, "%s ", option->name);
	fputs("\" files=yes", to);
	if (command->word) {
		fputs("; [ \"$COMP_CWORD\" = 2 ] && words+=\"", to);
		print_words(to, command->word);
		fputc('"', to);
	}
	if (command->after) {
		fprintf(to, "; [ \"$COMP_CWORD:${COMP_WORDS[2]}\" = 3:%s ] && files= && words=\"", command->after);
		print_words(to, command->second);
		fputc('"', to);
	}
	fputs(" ;;\n", to);
}

static void print_bash(FILE *to)
{
	fputs("# bash completion for tablo\n_tablo() {\n\tlocal word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]} words= files=\n"
	      "\t[ \"$before\" = = ] && before=${COMP_WORDS[COMP_CWORD-2]}\n\t[ \"$word\" = = ] && word=\n"
	      "\t[[ $command == -* ]] && command=board\n\t[ \"$COMP_CWORD\" = 1 ] && command=\n\tcase $command:$before in\n\t:*) words=\"", to);
	for (const struct command *const *command = commands; *command; command++)
		fprintf(to, "%s ", (*command)->name);
	print_printers(to);
	for (const struct option *const *group = commands[0]->options; *group; group++)
		for (const struct option *option = *group; option->name; option++)
			fprintf(to, " %s", option->name);
	fputs("\" ;;\n", to);
	for (const struct command *const *command = commands; *command; command++) {
		print_bash_values(to, *command);
		print_bash_options(to, *command);
	}
	fputs("\tesac\n\tCOMPREPLY=()\n\t[ -n \"$words\" ] && [[ -n $word || -z $files || $COMP_CWORD -eq 2 ]] && mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
	      "\t[ -n \"$files\" ] && [[ $word != -* ]] && mapfile -t -O \"${#COMPREPLY[@]}\" COMPREPLY < <(compgen -f -- \"$word\")\n"
	      "\t[[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace\n\treturn 0\n}\ncomplete -o filenames -F _tablo tablo\n", to);
}

/* ---- zsh ---- */

static void print_zsh_option(FILE *to, const struct option *option)
{
	fprintf(to, "\t\t\t'%s%s[", option->repeatable ? "*" : "", option->name);
	print_quoted(to, option->help, "[]\\:");
	fputc(']', to);
	if (option->argument) {
		fputc(':', to);
		print_quoted(to, option->argument, "[]\\:");
		fputs(wants_file(option) ? ":_files" : ":(", to);
		if (!wants_file(option)) {
			print_values(to, option);
			fputc(')', to);
		}
	}
	fputs("' \\\n", to);
}

static void print_zsh(FILE *to)
{
	fputs("#compdef tablo\n_tablo() {\n\tlocal -a commands\n\tcommands=(\n", to);
	for (const struct command *const *command = commands; *command; command++) {
		fprintf(to, "\t\t'%s:", (*command)->name);
		print_quoted(to, (*command)->summary, "\\:");
		fputs("'\n", to);
	}
	fputs("\t)\n\tlocal command=${words[2]}\n\tif (( CURRENT == 2 )); then\n\t\t_describe -t commands 'command' commands\n\t\tcompadd -- ", to);
	print_printers(to);
	fputs("\n\t\tcommand=board\n\telif [[ $command == -* ]]; then\n\t\tcommand=board\n\telse\n\t\tshift words\n\t\t(( CURRENT-- ))\n\tfi\n\tcase $command in\n", to);
	for (const struct command *const *command = commands; *command; command++) {
		fprintf(to, "\t%s)\n\t\t_arguments \\\n", (*command)->name);
		for (const struct option *const *group = (*command)->options; *group; group++)
			for (const struct option *option = *group; option->name; option++)
				print_zsh_option(to, option);
		if ((*command)->word) {
			fputs("\t\t\t'1:what:(", to);
			print_words(to, (*command)->word);
			fputs(")' \\\n", to);
		}
		if ((*command)->after) {
			fprintf(to, "\t\t\t'2:what:{ if [[ $words[2] == %s ]]; then compadd -- ", (*command)->after);
			print_words(to, (*command)->second);
			fputs("; else _files; fi }' \\\n", to);
		}
		fputs((*command)->positional[0] ? "\t\t\t'*:file:_files' ;;\n" : "\t\t\t;;\n", to);
	}
	fputs("\tesac\n}\nif [ \"$funcstack[1]\" = _tablo ]; then\n\t_tablo \"$@\"\nelse\n\tcompdef _tablo tablo\nfi\n", to);
}

/* ---- fish ---- */

static void print_fish_option(FILE *to, const char *when, const struct option *option)
{
	fprintf(to, "complete -c tablo -n '%s' -l %s -d '", when, option->name + 2);
	print_quoted(to, option->help, "");
	fputc('\'', to);
	if (option->argument && wants_file(option)) {
		fputs(" -r -F", to);
	} else if (option->argument) {
		fputs(" -x -a '", to);
		print_values(to, option);
		fputc('\'', to);
	}
	fputc('\n', to);
}

static void print_fish_command(FILE *to, const struct command *command)
{
	char when[200];
	fprintf(to, "complete -c tablo -n __fish_use_subcommand -f -a %s -d '", command->name);
	print_quoted(to, command->summary, "");
	fputs("'\n", to);
	snprintf(when, sizeof when, "%s__fish_seen_subcommand_from %s", command == commands[0] ? "__fish_use_subcommand; or " : "", command->name);
	for (const struct option *const *group = command->options; *group; group++)
		for (const struct option *option = *group; option->name; option++)
			print_fish_option(to, when, option);
	if (!command->word)
		return;
	fprintf(to, "complete -c tablo -n '__fish_seen_subcommand_from %s; and not __fish_seen_subcommand_from ", command->name);
	print_words(to, command->word);
	fputs("' -a '", to);
	print_words(to, command->word);
	fputs("'\n", to);
	if (!command->after)
		return;
	fprintf(to, "complete -c tablo -n '__fish_seen_subcommand_from %s; and __fish_prev_arg_in %s' -x -a '", command->name, command->after);
	print_words(to, command->second);
	fputs("'\n", to);
}

static void print_fish(FILE *to)
{
	fputs("# fish completion for tablo\n", to);
	for (const struct printer *printer = printers; printer->name; printer++)
		if (printer->help) {
			fprintf(to, "complete -c tablo -n __fish_use_subcommand -l %s -d '", printer->name + 2);
			print_quoted(to, printer->help, "");
			fputs("'\n", to);
		}
	for (const struct command *const *command = commands; *command; command++)
		print_fish_command(to, *command);
}

static const struct {
	const char *name;
	void (*print)(FILE *to);
} shells[] = {{"bash", print_bash}, {"zsh", print_zsh}, {"fish", print_fish}};

bool completion_print(FILE *to, const char *shell, struct error *err)
{
	for (size_t i = 0; i < sizeof shells / sizeof *shells; i++)
		if (strcmp(shells[i].name, shell) == 0) {
			shells[i].print(to);
			return true;
		}
	return fail(err, "there are completions for bash, zsh and fish, not for '%.100s'", shell);
}
