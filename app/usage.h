/* Parsing of the command line against the tables, and what --help prints from them. */
#ifndef APP_USAGE_H
#define APP_USAGE_H

#include "app/command.h"

bool arguments_parse(struct arguments *arguments, const struct command *command, char **words, int count, struct error *err);
/* Are the words as many, and the values of options such, as the tables say? */
bool arguments_check(const struct arguments *arguments, struct error *err);
void arguments_finish(struct arguments *arguments);

/* command NULL: the program as a whole; arguments: what was given with --help, or NULL. */
void usage_print(FILE *to, const struct command *command, const struct arguments *arguments);
/* What a command's help says before its options; arguments as above. */
void usage_print_more(FILE *to, const struct command *command, const struct arguments *arguments);

#endif
