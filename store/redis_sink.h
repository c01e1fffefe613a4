/* Where the fields of a site's keys go: into a commit, or beside what Redis holds. All we keep is hashes. */
#ifndef STORE_REDIS_SINK_H
#define STORE_REDIS_SINK_H

#include "base/view.h"
#include "base/veil.h"
#include "metrics/engine.h"
#include "store/redis_schema.h"

struct redis_sink {
	void (*field)(void *context, const char *key, struct view field, struct view value);
	void *context;
	const char *site;
	const struct veil *veil; /* of what leaves the site (base/veil.h): names and ids are written as hashes; NULL: as they are */
};

static inline void redis_sink_put(const struct redis_sink *sink, const char *key, struct view field, struct view value)
{
	sink->field(sink->context, key, field, value);
}

/* redis_present.c: the lists of the present. Names and ids are such as the display policy lets them be (config/display.h). */
void redis_present_write(const struct engine *engine, const struct settings *settings, const struct redis_sink *sink);

/* redis_figures.c: now and today. Taken from the engine in its thread, written wherever there is time. */
struct redis_figures;
struct redis_picture;
struct redis_figures *redis_figures_create(void); /* what was summed before, so that it need not be summed again */
void redis_figures_destroy(struct redis_figures *figures);
/* NULL: the engine has no time yet; for the next two that is a picture too. */
struct redis_picture *redis_figures_take(struct redis_figures *figures, const struct engine *engine, const struct settings *settings);
void redis_picture_write(const struct redis_picture *picture, const struct redis_sink *sink);
void redis_picture_destroy(struct redis_picture *picture);

/* The packed engine as fields of the state's hash. */
#define REDIS_STATE_CHUNK (512 * 1024)
void redis_state_write(const void *bytes, size_t size, uint64_t lsn, const struct redis_sink *sink);
/* What a state leaves out, for it stands in the series: what began before this. */
int64_t redis_state_since(const struct engine *engine);

/* The site's word in keys: "default" where settings name none. */
const char *redis_site(const struct settings *settings);

#endif
