/* Words of the configuration: who to call, where the coffee is. */
#include <string.h>

#include "base/text.h"
#include "base/words.h"
#include "widgets/classes.h"
#include "widgets/kinds.h"

#define LEAST_WIDTH 8
#define LEAST_HEIGHT 3

enum text_align { ALIGN_LEFT, ALIGN_CENTRE };
static const char *const aligns[] = {"left", "centre"};

struct text_config {
	char *text;
	int align;
};

static const struct setting text_settings[] = {
	{"text", .type = SETTING_TEXT, .offset = offsetof(struct text_config, text), .fallback = "", .help = "What stands there; lines are broken as they fit."},
	{"align", .type = SETTING_WORD, .offset = offsetof(struct text_config, align), .fallback = "left", .words = aligns, .word_count = 2,
		.help = "Where its lines begin."},
};
static const struct setting_table text_table = {"text", "desk", "A text of the configuration.", text_settings, 2};
static const struct layout_kind text_kind = {.table = &text_table, .size = sizeof(struct text_config), .of_page = true};

/* Lines that fit in one are centred; a paragraph reads better from the left. */
static void draw_centred(const struct widget_view *view, struct rect inner, const char *text)
{
	const int width = canvas_measure(view->canvas, text);
	if (width > inner.width) {
		text_wrapped(view, inner, inner.y, ROLE_TEXT, text);
		return;
	}
	canvas_text(view->canvas, inner.x + (inner.width - width) / 2, inner.y + inner.height / 2, width, ROLE_STRONG, text);
}

static void draw(const struct snapshot *snapshot, const struct widget_view *view)
{
	const struct text_config *config = view->widget->config;
	const char *text = config->text ? config->text : "", *title = kind_title(view, "");
	(void)snapshot;
	if (view->rect.width < LEAST_WIDTH || view->rect.height < LEAST_HEIGHT) {
		canvas_text(view->canvas, view->rect.x, view->rect.y, view->rect.height > 0 ? view->rect.width : 0, ROLE_TEXT, text);
		return;
	}
	const struct rect inner = panel_open(view, LEVEL_NONE, title, "");
	if (config->align == ALIGN_CENTRE)
		draw_centred(view, inner, text);
	else
		text_wrapped(view, inner, inner.y, ROLE_TEXT, text);
}

const struct widget_class text_class = {
	.name = "text",
	.help = "a text of the configuration",
	.min_width = LEAST_WIDTH,
	.min_height = 1,
	.draw = draw,
	.kind = &text_kind,
};
