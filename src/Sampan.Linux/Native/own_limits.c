// The .NET runtime asks twice, before Main, which limits of memory and processors its cgroups set: both mount tables, both /proc/self/cgroup, the memory
// controller's statistics, some forty system calls. A heap of a few megabytes has no use for the answer (linked with --wrap=fopen64, which only the runtime calls).
#include <errno.h>
#include <stdio.h>
#include <string.h>

FILE *__real_fopen64(const char *path, const char *mode);

FILE *__wrap_fopen64(const char *path, const char *mode)
{
    if (strcmp(path, "/proc/self/mountinfo") == 0 || strcmp(path, "/proc/self/cgroup") == 0) {
        errno = ENOENT;
        return NULL;
    }
    return __real_fopen64(path, mode);
}
