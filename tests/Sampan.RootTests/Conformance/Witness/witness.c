// The program that the conformance tests run inside a container: it says what it sees, a line each, and ends.
//
//   witness [to=FILE] [WORK=OBJECT…] [wait]
//
// First it reports what it is and where (report.c), then it tries what its arguments ask for (attempts.c), in their order; other arguments are reported
// and left alone. With "to=FILE" first it writes there, with "wait" last it sleeps until it is killed. Linked statically: it needs nothing else.
#include "witness.h"
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void say(const char *key, const char *format, ...)
{
    static char value[1 << 16];
    va_list rest;
    va_start(rest, format);
    int length = vsnprintf(value, sizeof value, format, rest);
    va_end(rest);
    printf("%s=", key);
    for (int i = 0; i < length && i < (int)sizeof value - 1; i++) {
        unsigned char c = (unsigned char)value[i];
        if (c < ' ' || c == '\\' || c == 127)
            printf("\\x%02x", c);
        else
            putchar(c);
    }
    putchar('\n');
}

const char *errno_name(int error)
{
    const char *name = strerrorname_np(error);
    return name ? name : "?";
}

int main(int argc, char **argv, char **envp)
{
    if (argc > 1 && strncmp(argv[1], "to=", 3) == 0 && !freopen(argv[1] + 3, "we", stdout))
        return 2;
    report(argc, argv, envp);
    for (int i = 1; i < argc; i++)
        attempt(argv[i]);
    say("end", "%d", argc);
    fflush(stdout);
    if (argc > 1 && strcmp(argv[argc - 1], "wait") == 0)
        for (;;)
            pause();
    return 0;
}
