#include "config/cards.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/words.h"
#include "config/tables.h"

const char *const card_names[CARD_COUNT] = {[CARD_REQUEST] = NC_("conduct", "request"), [CARD_DEMAND] = NC_("conduct", "demand"), [CARD_WARNING] = NC_("conduct", "warning"),
	[CARD_ENDED] = NC_("conduct", "ended"), [CARD_SAFETY] = NC_("conduct", "safety"), [CARD_HEAR] = NC_("conduct", "hear"), [CARD_EMPATHISE] = NC_("conduct", "empathise"),
	[CARD_APOLOGISE] = NC_("conduct", "apologise"), [CARD_RESOLVE] = NC_("conduct", "resolve"), [CARD_DIAGNOSE] = NC_("conduct", "diagnose")};

static const struct {
	const char *language, *texts[CARD_COUNT];
} own[] = {
	{"en", {
		[CARD_REQUEST] = "I want to help you. Please speak to me without insults, so that I can.",
		[CARD_DEMAND] = "I have to ask you to stop. I will go on when you speak to me with respect.",
		[CARD_WARNING] = "This is my last warning: if the insults go on, I will end this conversation.",
		[CARD_ENDED] = "I am ending this conversation now. You can contact us again at any time. Goodbye.",
		[CARD_SAFETY] = "Stay calm, promise nothing, do not argue. Call the lead. You may end the conversation at any time.",
		[CARD_HEAR] = "Let the customer finish. Take notes. Then say in your own words what the matter is.",
		[CARD_EMPATHISE] = "I understand how annoying this is. It would make anybody angry.",
		[CARD_APOLOGISE] = "I am sorry that this happened to you. (No excuses, nobody to blame.)",
		[CARD_RESOLVE] = "Say what you do now, what happens next and by when. Offer a choice where there is one.",
		[CARD_DIAGNOSE] = "Afterwards: what was the cause? Record it, so that it does not happen to the next customer.",
	}},
	{"ru", {
		[CARD_REQUEST] = "Я хочу вам помочь. Пожалуйста, говорите со мной без оскорблений.",
		[CARD_DEMAND] = "Прошу прекратить оскорбления. Я продолжу разговор только в уважительном тоне.",
		[CARD_WARNING] = "Это последнее предупреждение: если оскорбления не прекратятся, я завершу разговор.",
		[CARD_ENDED] = "Я завершаю разговор. Вы можете обратиться к нам снова в любое время. До свидания.",
		[CARD_SAFETY] = "Сохраняйте спокойствие, ничего не обещайте, не спорьте. Позовите старшего. Разговор можно завершить в любой момент.",
		[CARD_HEAR] = "Дайте договорить. Записывайте. Затем повторите суть своими словами.",
		[CARD_EMPATHISE] = "Понимаю, как это неприятно. Это рассердило бы любого.",
		[CARD_APOLOGISE] = "Мне очень жаль, что так вышло. (Без оправданий и без поиска виноватых.)",
		[CARD_RESOLVE] = "Скажите, что вы делаете сейчас, что будет дальше и когда. Если можно, предложите выбор.",
		[CARD_DIAGNOSE] = "После разговора: в чём была причина? Запишите её, чтобы это не повторилось с другими.",
	}},
};

int card_find(const char *name)
{
	for (int i = 0; i < CARD_COUNT; i++)
		if (strcmp(card_names[i], name) == 0)
			return i;
	return -1;
}

const char *card_text_own(const char *language, enum card card)
{
	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		if (strcasecmp(own[i].language, language) == 0)
			return own[i].texts[card];
	return NULL;
}

static const char *find_text(const struct settings *settings, const char *language, enum card card)
{
	for (int i = 0; i < settings->card_count; i++)
		if (strcmp(settings->cards[i].name, card_names[card]) == 0 && strcasecmp(settings->cards[i].language, language) == 0)
			return settings->cards[i].text;
	return card_text_own(language, card);
}

static bool is_ascii(const char *text)
{
	while (*text && !(*text & 0x80))
		text++;
	return *text == 0;
}

const char *card_text(const struct settings *settings, enum card card)
{
	const char *wanted = settings->card_language && strcmp(settings->card_language, "auto") != 0 ? settings->card_language : words_language();
	const char *text = find_text(settings, wanted, card);
	const bool ascii_only = settings->glyphs && strcmp(settings->glyphs, "ascii") == 0;
	if (text && ascii_only && !is_ascii(text))
		text = NULL; /* it would be question marks */
	return text ? text : find_text(settings, "en", card);
}

/* ---- the section ---- */

static bool is_language(const char *value, struct error *err)
{
	return (*value && strlen(value) <= 16) || fail(err, "a language such as \"en\", \"ru\" or \"pt-BR\"");
}

#define AT(member) .offset = offsetof(struct card_settings, member)
static const struct setting card_settings[] = {
	{"language", .type = SETTING_KEY, AT(language), .fallback = "en", .check = is_language, .help = "The language of the text."},
	{"text", .type = SETTING_TEXT, AT(text), .help = "What to say."},
};
const struct setting_table card_table = {"card", "request",
	"What an agent says; its title is the step (request, demand, warning, ended), safety, or what calms: hear, empathise, apologise, resolve, "
	"diagnose.",
	card_settings, sizeof card_settings / sizeof *card_settings};

bool card_settings_check(const struct settings *settings, const struct card_settings *card, const char *title, struct error *err)
{
	if (card_find(title) < 0)
		return fail(err, "there is no card '%s'; there are request, demand, warning, ended, safety, hear, empathise, apologise, resolve, diagnose",
			title);
	if (!card->text || !*card->text)
		return fail(err, "the card '%s' has no 'text'; write what is to be said", title);
	for (int i = 0; i < settings->card_count; i++)
		if (strcmp(settings->cards[i].name, title) == 0 && strcasecmp(settings->cards[i].language, card->language) == 0)
			return fail(err, "the card '%s' in \"%s\" was set in line %d already; keep one of them", title, card->language,
				settings->cards[i].line);
	return true;
}
