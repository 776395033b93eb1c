// Runs commands in turns and compares how long they take, so that a slow moment of the machine falls on all of them.
//
// usage: interleave ROUNDS AT_ONCE [: NAME STEP [+ STEP]...]...
//
// A step is a program with its arguments; a % in an argument becomes the number of the copy, of which AT_ONCE run at the same time. What is measured is
// from the first program's start to the end of the last. A step whose program is preceded by "-" is neither measured nor need it succeed.
// Prints for each NAME: median, least tenth, ratio of both to the first name's, and the peak of resident memory of any of its programs
// (getrusage(2), ru_maxrss: with the children that it waited for). Small and static, since a child's peak begins with its parent's.
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#define MOST 16
#define WARM_UP 2 // rounds that do not count; of what is asked for less than ten times, and so takes long, the first one counts

extern char **environ;
static posix_spawn_file_actions_t silent;

static double milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static pid_t start(char **step, int count, int copy)
{
    char *arguments[64], texts[64][512];
    pid_t pid;
    if (count > 63) {
        fprintf(stderr, "interleave: %s: too many arguments\n", step[0]);
        exit(2);
    }
    for (int i = 0; i < count; i++) {
        char *percent = strchr(step[i], '%');
        arguments[i] = step[i];
        if (percent) {
            snprintf(texts[i], sizeof texts[i], "%.*s%d%s", (int)(percent - step[i]), step[i], copy, percent + 1);
            arguments[i] = texts[i];
        }
    }
    arguments[count] = NULL;
    if (posix_spawnp(&pid, arguments[0], &silent, NULL, arguments, environ) != 0) {
        fprintf(stderr, "interleave: cannot run %s\n", arguments[0]);
        exit(1);
    }
    return pid;
}

// All copies of one step; the peak of memory goes to `peak`.
static void perform(char **step, int count, int copies, int must_succeed, long *peak)
{
    int failed = 0;
    for (int i = 0; i < copies; i++)
        start(step, count, i);
    for (int i = 0; i < copies; i++) {
        int status;
        struct rusage usage;
        wait4(-1, &status, 0, &usage);
        failed |= status;
        if (usage.ru_maxrss > *peak)
            *peak = usage.ru_maxrss;
    }
    if (failed && must_succeed) {
        fprintf(stderr, "interleave: %s %s: failed\n", step[0], step[count - 1]);
        exit(1);
    }
}

static double once(char **words, int copies, long *peak)
{
    double taken = 0;
    long ignored = 0;
    while (*words && strcmp(*words, ":") != 0) {
        int count = 0, measured = strcmp(*words, "-") != 0;
        words += !measured;
        while (words[count] && strcmp(words[count], "+") != 0 && strcmp(words[count], ":") != 0)
            count++;
        double before = milliseconds();
        perform(words, count, copies, measured, measured ? peak : &ignored);
        if (measured)
            taken += milliseconds() - before;
        words += count;
        if (*words && strcmp(*words, "+") == 0)
            words++;
    }
    return taken;
}

int main(int argc, char **argv)
{
    char **commands[MOST];
    double *times[MOST];
    long peaks[MOST] = { 0 };
    int names = 0, rounds = argc > 2 ? atoi(argv[1]) : 0, copies = argc > 2 ? atoi(argv[2]) : 0;
    for (int i = 3; i + 1 < argc; i++)
        if (strcmp(argv[i], ":") == 0 && names < MOST) {
            commands[names] = argv + i + 1;
            times[names++] = calloc(rounds + WARM_UP, sizeof(double));
        }
    if (rounds < 1 || copies < 1 || names == 0)
        return 2;
    posix_spawn_file_actions_init(&silent);
    posix_spawn_file_actions_addopen(&silent, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&silent, 1, "/dev/null", O_WRONLY, 0);
    for (int round = rounds < 10 ? 0 : -WARM_UP; round < rounds; round++)
        for (int i = 0; i < names; i++) {
            double taken = once(commands[i] + 1, copies, &peaks[i]);
            if (round >= 0)
                times[i][round] = taken;
        }
    for (int i = 0; i < names; i++) {
        qsort(times[i], rounds, sizeof(double), by_size);
        double median = times[i][rounds / 2], tenth = times[i][rounds / 10];
        printf("  %-24s %8.2f ms  (least tenth %.2f)  %.2f (%.2f) times %s  %.1f MB\n", commands[i][0], median, tenth,
            median / times[0][rounds / 2], tenth / times[0][rounds / 10], commands[0][0], peaks[i] / 1024.0);
    }
    return 0;
}
