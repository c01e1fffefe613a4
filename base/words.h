/* What people read, in their language: GNU gettext over the catalogues of po/. Log lines, JSON, CSV, the configuration and whatever
 * else programs read stay English.
 *
 *   canvas_text(canvas, x, y, room, ROLE_DIM, _("nobody waits"));
 *   static const char *const heads[] = {N_("Queue"), N_("Waiting")};   ... drawn as _(heads[i])
 *   canvas_format(..., words_plural("%d contact", "%d contacts", count), count);
 *
 * Whole sentences, never glued of pieces: other languages order words otherwise. */
#ifndef BASE_WORDS_H
#define BASE_WORDS_H

#define _(text) words_say(text)
/* Only marks the text for the catalogue: for tables, which are translated where they are used. */
#define N_(text) text
/* The same English text may need two words elsewhere: the context tells them apart. */
#define C_(context, text) words_within(context "\004" text, text)
/* Only marks that one for the catalogue: words_of() with the same context says it. */
#define NC_(context, text) text

#define WORDS_LANGUAGES 3
/* "auto", "en", then those there is a catalogue of; ends with NULL. */
extern const char *const words_languages[WORDS_LANGUAGES + 1];
/* What each calls itself, for whoever reads no other, and in English, for who types it; of "auto" NULL. */
extern const char *const words_own_names[WORDS_LANGUAGES];

/* The text in the language that is on, as it is where the catalogue lacks it; owned by the catalogue. NULL and "" stay. */
const char *words_say(const char *text) __attribute__((format_arg(1)));
/* `key`: the context, "\004" and the text, which is returned where the catalogue lacks it. */
const char *words_within(const char *key, const char *text) __attribute__((format_arg(2)));
/* C_() of a text in a table. */
const char *words_of(const char *context, const char *text) __attribute__((format_arg(2)));
/* The form that goes with `count`: in Russian 1, 21 / 2, 3, 4, 22 / 5, 11, 12, 20. */
#define words_plural(one, many, count) words_counted(one, many, (long long)(count))
const char *words_counted(const char *one, const char *many, long long count) __attribute__((format_arg(1), format_arg(2)));

/* "en", "ru": the language that texts come in now. */
const char *words_language(void);

/* Which language is on from now: "auto" asks LANGUAGE, LC_ALL, LC_MESSAGES and LANG, as other programs do. No locale of that language
 * need exist on the machine. The first call belongs before any thread and after setlocale(); a later one changes the language. */
void words_open(const char *language);
/* The same with catalogues below `directory` (LANGUAGE/LC_MESSAGES/tablo.mo). */
void words_open_at(const char *directory, const char *language);
/* Another of words_languages, after words_open() and while other threads say words. */
void words_change(const char *language);

#endif
