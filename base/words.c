#include <langinfo.h>
#include <libintl.h>
#include <limits.h>
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/words.h"

#define DOMAIN "tablo"
#define NEUTRAL "C.UTF-8"
/* gettext looks no further than "C" in the list of LANGUAGE: behind it stands what the environment said, for the next "auto". */
#define BEHIND ":C:"

#define LANGUAGES(X) X("auto", NULL) X("en", "English") X("ru", "Русский (Russian)")
#define CODE(code, name) code,
#define OWN_NAME(code, name) name,
const char *const words_languages[WORDS_LANGUAGES + 1] = {LANGUAGES(CODE) NULL};
const char *const words_own_names[WORDS_LANGUAGES] = {LANGUAGES(OWN_NAME)};

const char *words_say(const char *text)
{
	/* The empty text's entry is the catalogue's own header. */
	return text && *text ? dgettext(DOMAIN, text) : text;
}

const char *words_within(const char *key, const char *text)
{
	const char *found = dgettext(DOMAIN, key);
	return found == key ? text : found;
}

const char *words_of(const char *context, const char *text)
{
	char key[512];
	if (!text || !*text || (size_t)snprintf(key, sizeof key, "%s\004%s", context, text) >= sizeof key)
		return text;
	return words_within(key, text);
}

const char *words_counted(const char *one, const char *many, long long count)
{
	return dngettext(DOMAIN, one, many, count < 0 ? 0 - (unsigned long)count : (unsigned long)count);
}

const char *words_language(void)
{
	return C_("the code of this language itself, as \"de\"", "en");
}

static const char *first_set(const char *general, const char *own)
{
	const char *names[] = {getenv(general), getenv(own), getenv("LANG")};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (names[i] && *names[i])
			return names[i];
	return "C";
}

static bool is_plain(const char *locale)
{
	return strcmp(locale, "C") == 0 || strcmp(locale, "POSIX") == 0;
}

/* LANGUAGE as it was before we set it; NULL: not set. */
static const char *wished_list(void)
{
	const char *list = getenv("LANGUAGE"), *behind = list ? strstr(list, BEHIND) : NULL;
	return behind ? behind + strlen(BEHIND) : list;
}

/* The list that gettext goes through, such as "ru_RU" or "de:ru": of the environment, or what is wanted. */
static void list_languages(const char *language, char *to, size_t room)
{
	const char *locale = first_set("LC_ALL", "LC_MESSAGES"), *list = wished_list();
	if (strcmp(language, "auto") != 0)
		snprintf(to, room, "%s", language);
	else if (is_plain(locale))
		snprintf(to, room, "en");
	else if (list && *list)
		snprintf(to, room, "%s", list);
	else
		snprintf(to, room, "%.*s", (int)strcspn(locale, ".@"), locale);
}

/* gettext says nothing but English where a category is "C", and so it is where the environment names a locale that this machine
 * lacks. "C.UTF-8" is there wherever glibc is, and then LANGUAGE counts. */
static void leave_plain_locale(const char *language)
{
	const char *kind = first_set("LC_ALL", "LC_CTYPE"), *dot = strchr(kind, '.');
	if (strcasecmp(nl_langinfo(CODESET), "UTF-8") != 0 && dot && (strncasecmp(dot, ".utf-8", 6) == 0 || strncasecmp(dot, ".utf8", 5) == 0))
		setlocale(LC_CTYPE, NEUTRAL);
	const char *now = setlocale(LC_MESSAGES, NULL);
	if (now && !is_plain(now))
		return;
	/* A C library that takes any name for a locale has no use for LANGUAGE. */
	char named[80];
	snprintf(named, sizeof named, "%.60s.UTF-8", language);
	if (!setlocale(LC_MESSAGES, named))
		setlocale(LC_MESSAGES, NEUTRAL);
}

static void set_list(const char *list)
{
	char both[600];
	const char *wished = wished_list();
	snprintf(both, sizeof both, "%s" BEHIND "%s", list, wished ? wished : "");
	setenv("LANGUAGE", both, 1);
}

/* Whoever changes LANGUAGE has to: gettext remembers what it found. */
static void say_so(void)
{
	textdomain(DOMAIN);
}

void words_open_at(const char *directory, const char *language)
{
	char list[256];
	list_languages(language, list, sizeof list);
	leave_plain_locale(list);
	set_list(list);
	bindtextdomain(DOMAIN, directory);
	bind_textdomain_codeset(DOMAIN, "UTF-8");
	/* The system's own messages stand in log lines: they are sought where there are none. */
	bindtextdomain("libc", directory);
	say_so();
}

/* The entry of the environment is there since words_open(): to exchange its value moves nothing that gettext may be reading. */
void words_change(const char *language)
{
	char list[256];
	list_languages(language, list, sizeof list);
	set_list(list);
	say_so();
}

static bool has_catalogue(const char *directory)
{
	char path[PATH_MAX];
	for (const char *const *language = words_languages + 1; *language; language++)
		if ((size_t)snprintf(path, sizeof path, "%s/%s/LC_MESSAGES/" DOMAIN ".mo", directory, *language) < sizeof path && access(path, R_OK) == 0)
			return true;
	return false;
}

/* Beside the program, wherever it was installed or unpacked; in the build's own folder; where it was meant to be installed. */
void words_open(const char *language)
{
	static const char *const beside[] = {"/../share/locale", "/../po"};
	char program[PATH_MAX - 32], directory[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
	program[length > 0 ? length : 0] = '\0';
	char *slash = strrchr(program, '/');
	if (slash)
		*slash = '\0';
	for (size_t i = 0; slash && i < sizeof beside / sizeof *beside; i++) {
		snprintf(directory, sizeof directory, "%s%s", program, beside[i]);
		if (has_catalogue(directory)) {
			words_open_at(directory, language);
			return;
		}
	}
	words_open_at(TABLO_LOCALE_DIR, language);
}
