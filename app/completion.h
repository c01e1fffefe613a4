/* Completions for shells, made from the tables of the program. */
#ifndef APP_COMPLETION_H
#define APP_COMPLETION_H

#include <stdbool.h>
#include <stdio.h>

#include "base/error.h"

/* bash, zsh or fish. False: another one. */
bool completion_print(FILE *to, const char *shell, struct error *err);

#endif
