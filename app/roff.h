/* Words of the tables as a manual page: groff's man macros, with everything escaped that they would take for their own. */
#ifndef APP_ROFF_H
#define APP_ROFF_H

#include <stdbool.h>
#include <stdio.h>

/* .TH with the program's version; `page` is "tablo-board", `section` its chapter of the manual. */
void roff_begin(FILE *to, const char *page, int section, const char *summary);
void roff_heading(FILE *to, const char *heading);
void roff_subheading(FILE *to, const char *heading);
/* Running text; newlines in it are kept as blanks. */
void roff_text(FILE *to, const char *text);
/* A new paragraph of it. */
void roff_paragraph(FILE *to, const char *text);
/* Text of several lines: those that begin with two blanks are examples and stay as they are, the others flow. */
void roff_lines(FILE *to, const char *text);
/* The same of what `print` prints of `of`. */
void roff_printed(FILE *to, void (*print)(FILE *to, const void *of), const void *of);
/* An entry of a list: what it is in bold, what it takes in italics (NULL: nothing), and what is said of it. */
void roff_item(FILE *to, const char *bold, const char *italic, const char *text);
/* Begins an entry whose text follows by roff_text(). */
void roff_tag(FILE *to, const char *bold, const char *italic);
/* "tablo-board(1)" of a list; `last` has no comma after it. */
void roff_reference(FILE *to, const char *page, int section, bool last);

#endif
