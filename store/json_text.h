/* Texts in JSON. */
#ifndef STORE_JSON_TEXT_H
#define STORE_JSON_TEXT_H

#include <stdio.h>

/* All texts are harmless already: only what JSON itself reserves is escaped. */
static inline void put_text(FILE *to, const char *text)
{
	fputc('"', to);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', to);
		fputc(*text, to);
	}
	fputc('"', to);
}

static inline void put_pair(FILE *to, const char *key, const char *text)
{
	fprintf(to, "\"%s\": ", key);
	put_text(to, text);
}

#endif
