#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "tests/golden.h"
#include "tui/dump.h"

static char *picture_of(const struct canvas *canvas)
{
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);
	assert_non_null(to);
	dump_text(canvas, to);
	fputs("roles\n", to);
	dump_roles(canvas, to);
	fclose(to);
	return text;
}

static char *read_whole(const char *path)
{
	FILE *from = fopen(path, "r");
	if (!from)
		fail_msg("%s cannot be read: run the test once with TABLO_GOLDEN=write, and look at what it wrote", path);
	char *text = memory_new(1 << 20, 1);
	const size_t size = fread(text, 1, (1 << 20) - 1, from);
	text[size] = 0;
	fclose(from);
	return text;
}

static void fail_at(const char *path, const char *expected, const char *found)
{
	int line = 1;
	for (;; line++) {
		const size_t wanted = strcspn(expected, "\n"), got = strcspn(found, "\n");
		if (wanted != got || memcmp(expected, found, wanted) != 0 || !expected[wanted] || !found[got])
			fail_msg("%s:%d\n  expected: %.*s\n  found:    %.*s", path, line, (int)wanted, expected, (int)got, found);
		expected += wanted + 1;
		found += got + 1;
	}
}

void golden_check(const struct canvas *canvas, const char *name)
{
	const char *root = getenv("TABLO_SOURCE"), *wish = getenv("TABLO_GOLDEN");
	char *path = memory_format("%s/tests/golden/%s.txt", root ? root : ".", name), *found = picture_of(canvas);
	if (wish && strcmp(wish, "write") == 0) {
		FILE *to = fopen(path, "w");
		assert_non_null(to);
		fputs(found, to);
		fclose(to);
	} else {
		char *expected = read_whole(path);
		if (strcmp(expected, found) != 0)
			fail_at(path, expected, found);
		free(expected);
	}
	free(found);
	free(path);
}
