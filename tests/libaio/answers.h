/* What the programs share that ask any libaio and say what it answers: one line for each question,
   and nothing in it that depends on time or place. */
#pragma once

#include <libaio.h>
#include <stdbool.h>

extern char data[65536];     /* on pages of its own */
extern io_context_t context; /* where things are submitted */
extern char path[4096];      /* of the scratch file */

/* A context of that size, and files in `folder`. False, and says why, if there is no context. */
bool begin(const char* folder, int events);

/* A line. */
__attribute__((format(printf, 1, 2))) void say(const char* format, ...);

/* The scratch file anew, with two pages of letters in it, opened with `flags`; and `data` dotted.
 */
int scratch(int flags);

/* How a result is printed: an errno value by its name. Good for four calls. */
const char* name(long result);
