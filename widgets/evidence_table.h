/* The rows behind a figure as a list, for files: the page draws them itself, in columns that go by what they hold. */
#ifndef WIDGETS_EVIDENCE_TABLE_H
#define WIDGETS_EVIDENCE_TABLE_H

#include "widgets/list.h"

extern const struct list_class evidence_table; /* of snapshot->evidence */

#endif
