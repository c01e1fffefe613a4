#include <stdio.h>

#include "base/finding.h"

const char *const finding_names[] = {"ok", "warn", "bad"};

void finding_say(const struct findings *findings, enum finding finding, const char *remedy, const char *format, ...)
{
	char text[800];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	findings->take(findings->context, finding, text, remedy);
}
