/* Giving a mapping back. */
#include <stdlib.h>

#include "feed/mapping/mapping.h"
#include "feed/mapping/mapping_compile.h"

static void finish_tables(struct mapping *mapping)
{
	for (int i = 0; i < mapping->table_count; i++) {
		struct mapping_table *table = &mapping->tables[i];
		for (int k = 0; k < table->count; k++) {
			free(table->from[k]);
			free(table->to[k]);
		}
		free(table->from);
		free(table->to);
		free(table->otherwise);
		free(table->name);
	}
	free(mapping->tables);
}

static void finish_instants(struct mapping *mapping)
{
	for (int i = 0; i < mapping->instant_count; i++) {
		struct mapping_instant *instant = &mapping->instants[i];
		template_finish(&instant->value);
		for (int k = 0; k < instant->plus_count; k++)
			template_finish(&instant->plus[k].value);
		free(instant->name);
		free(instant->format);
	}
	free(mapping->instants);
}

static void finish_events(struct mapping *mapping)
{
	for (int i = 0; i < mapping->event_count; i++) {
		struct mapping_event *event = &mapping->events[i];
		for (int k = 0; k < event->assignment_count; k++)
			template_finish(&event->assignments[k].value);
		template_finish(&event->once);
		template_finish(&event->changed);
		template_finish(&event->per);
		recall_finish(&event->last);
		conditions_finish(&event->when);
		recall_finish(&event->seen);
		free(event->assignments);
		free(event->name);
	}
	free(mapping->events);
}

static void finish_documents(struct mapping *mapping)
{
	for (int i = 0; i < mapping->each_count; i++) {
		free(mapping->each[i]);
		json_path_destroy(mapping->each_paths ? mapping->each_paths[i] : NULL);
	}
	free(mapping->each);
	free(mapping->each_paths);
	template_finish(&mapping->title);
	template_finish(&mapping->delivery);
	for (int key = 0; key < WEBHOOK_KEY_COUNT; key++)
		free(mapping->webhook[key]);
}

void mapping_destroy(struct mapping *mapping)
{
	if (!mapping)
		return;
	finish_tables(mapping);
	for (int i = 0; i < mapping->let_count; i++) {
		template_finish(&mapping->lets[i].value);
		template_finish(&mapping->lets[i].otherwise);
		template_finish(&mapping->lets[i].per);
		recall_finish(&mapping->lets[i].recall);
		conditions_finish(&mapping->lets[i].when);
		free(mapping->lets[i].name);
	}
	free(mapping->lets);
	finish_instants(mapping);
	for (int i = 0; i < mapping->drop_count; i++) {
		conditions_finish(&mapping->drops[i].when);
		free(mapping->drops[i].name);
	}
	free(mapping->drops);
	finish_events(mapping);
	for (int i = 0; i < mapping->column_count; i++) {
		free(mapping->columns[i].name);
		json_path_destroy(mapping->columns[i].path);
	}
	free(mapping->columns);
	for (int i = 0; i < mapping->nobody_count; i++)
		free(mapping->nobody[i]);
	free(mapping->nobody);
	template_finish(&mapping->route);
	finish_documents(mapping);
	free(mapping->zone);
	free(mapping->path);
	free(mapping);
}
