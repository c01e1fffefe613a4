#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "feed/simulator_state.h"

const char *const market_names[MARKETS] = {"DE", "RU", "BR", "ID"};

static const char *const agent_names[AGENTS] = {
	"Ana K.", "Jonas W.", "Mira S.", "Tomás R.", "Lena B.",
	"Ilya P.", "Katja M.", "Sven H.", "Olga D.", "Felix N.", "Nina V.", "Pavel G.", "Ruth E.",
	"Boris T.", "Clara F.", "Dmitri L.", "Eva J.", "Georg A.", "Hanna O.", "Igor C.", "Julia Z.",
	"Karl U.", "Lidia Y.", "Max Q.", "Nora I.", "Otto X.",
	"Petra W.", "Quirin S.", "Rosa K.", "Stefan B.", "Tanja R.",
	"Ursula H.", "Viktor M.", "Wanda P.",
	"João A.", "Luísa C.", "Rafael O.",
	"Budi S.", "Dewi L.", "Putri R.",
};

void say(struct simulator *simulator, enum event_type type)
{
	simulator->queue = memory_grow(simulator->queue, &simulator->queue_room, simulator->queue_count + 1,
		sizeof *simulator->queue);
	struct utterance *last = &simulator->queue[simulator->queue_count++];
	last->type = type;
	last->ts = simulator->now;
	last->count = 0;
	last->used = 0;
}

static struct utterance *part(struct simulator *simulator, enum event_key key)
{
	struct utterance *last = &simulator->queue[simulator->queue_count - 1];
	last->used_keys[last->count++] = (uint8_t)key;
	return last;
}

void say_text(struct simulator *simulator, enum event_key key, const char *text)
{
	struct utterance *last = part(simulator, key);
	size_t size = strlen(text), room = SPOKEN_MAX - last->used;
	if (size > room)
		size = room;
	memcpy(last->text + last->used, text, size);
	last->offset[last->count - 1] = last->used;
	last->size[last->count - 1] = (uint16_t)size;
	last->used = (uint16_t)(last->used + size);
}

void say_number(struct simulator *simulator, enum event_key key, int64_t number)
{
	struct utterance *last = part(simulator, key);
	last->number[last->count - 1] = number;
}

void say_id(struct simulator *simulator, enum event_key key, const char *prefix, uint32_t serial)
{
	char id[24];
	snprintf(id, sizeof id, "%s%u", prefix, serial);
	say_text(simulator, key, id);
}

void say_contact(struct simulator *simulator, uint32_t serial)
{
	say_id(simulator, KEY_CONTACT, "c-", serial);
}

void say_ticket(struct simulator *simulator, uint32_t serial)
{
	say_id(simulator, KEY_CASE, "#", serial);
}

void say_agent(struct simulator *simulator, int agent)
{
	say_text(simulator, KEY_AGENT, agent_names[agent]);
}

/* A pseudonym looks like a hash, not like a number that could be counted up. */
void say_customer(struct simulator *simulator, uint32_t customer)
{
	char id[24];
	uint64_t hash = (customer + UINT64_C(1)) * UINT64_C(0x9e3779b97f4a7c15);
	hash = (hash ^ (hash >> 31)) * UINT64_C(0xbf58476d1ce4e5b9);
	snprintf(id, sizeof id, "p%016llx", (unsigned long long)(hash ^ (hash >> 29)));
	say_text(simulator, KEY_CUSTOMER, id);
}

void say_word(struct simulator *simulator, enum event_key key, enum vocabulary vocabulary, int word)
{
	say_text(simulator, key, word_text(vocabulary, word));
}

void say_channel(struct simulator *simulator, int line)
{
	say_word(simulator, KEY_CHANNEL, WORDS_CHANNEL, (int)lines[line].channel);
}

static void find_words(struct event *event)
{
	const struct event_type_info *info = &event_types[event->type];
	for (size_t i = 0; i < sizeof info->words / sizeof *info->words; i++) {
		if (info->words[i].vocabulary == WORDS_NONE)
			continue;
		enum event_key key = info->words[i].key;
		int word = word_number(info->words[i].vocabulary, event_text(event, key));
		event->word[key] = word < 0 ? 0 : (uint8_t)word;
	}
}

void utterance_event(struct utterance *utterance, struct event *event)
{
	*event = (struct event){.type = utterance->type, .ts = utterance->ts,
		.type_name = view_of(event_types[utterance->type].name)};
	for (int i = 0; i < utterance->count; i++) {
		enum event_key key = utterance->used_keys[i];
		event->present |= KEY_BIT(key);
		if (key < KEY_TEXT_COUNT)
			event->text[key] = (struct view){utterance->text + utterance->offset[i], utterance->size[i]};
		else
			event->number[key - KEY_TEXT_COUNT] = utterance->number[i];
	}
	find_words(event);
}
