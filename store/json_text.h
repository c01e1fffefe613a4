/* Texts as JSON: for the files of store/ that write it. */
#ifndef STORE_JSON_TEXT_H
#define STORE_JSON_TEXT_H

#include <math.h>
#include <stdio.h>

#include "metrics/metric.h"

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

/* A figure's value: durations and scores to the thousandth, ratios to the millionth. */
static inline void put_number(FILE *to, enum unit unit, double value)
{
	if (unit == UNIT_DURATION || unit == UNIT_SCORE)
		fprintf(to, "%.3f", value);
	else if (unit == UNIT_RATIO)
		fprintf(to, "%.6f", value);
	else if (value == floor(value))
		fprintf(to, "%.0f", value);
	else
		fprintf(to, "%.3f", value);
}

static inline void put_pair(FILE *to, const char *key, const char *text)
{
	fprintf(to, "\"%s\": ", key);
	put_text(to, text);
}

#endif
