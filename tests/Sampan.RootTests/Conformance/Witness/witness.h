// What both halves of the witness use.
#define _GNU_SOURCE
#include <stdio.h>

// Prints "key=value" and a line end; control characters and backslashes of the value as \xHH, so that a line is a line.
void say(const char *key, const char *format, ...) __attribute__((format(printf, 2, 3)));

// The name of an errno; its number where none is known.
const char *errno_name(int error);

// Everything that a process can see of itself and of where it is. report.c
void report(int argc, char **argv, char **envp);

// Does what an argument such as "read=/etc/passwd" asks for, and says how it went. attempts.c
void attempt(const char *argument);
