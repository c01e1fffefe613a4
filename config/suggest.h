/* "did you mean ...?": the name that was probably meant. */
#ifndef CONFIG_SUGGEST_H
#define CONFIG_SUGGEST_H

/* The nearest of the names (ending with NULL) by edit distance, transposed neighbours counted once; NULL
 * where none is near. */
const char *suggest(const char *wrong, const char *const *names);

#endif
