#include <stdarg.h>
#include <stdio.h>

#include "base/error.h"

bool fail(struct error *err, const char *format, ...)
{
	if (!err)
		return false;
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(err->text, sizeof err->text, format, arguments);
	va_end(arguments);
	return false;
}
