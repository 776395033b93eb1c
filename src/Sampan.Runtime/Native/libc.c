// What C# cannot ask of a statically linked C library: addresses by name.
#include <unistd.h>

long (*sampan_libc_syscall(void))(long number, ...) { return syscall; }
