// SPDX-License-Identifier: Apache-2.0
// How the threads of OpenMP, on which libtorch computes, wait for each other.
//
// By default they spin 300,000 times. On a machine that does something else too, a spinning thread takes the core that
// the thread it waits for would need, and training becomes ten times slower than with one thread. 1,000 times are as fast
// on an idle machine and nearly as fast as sleeping at once on a busy one (docs/measurements.md). OpenMP reads the policy from the environment as its library is initialised and has no
// call to change it later. So, unless the user has said how threads shall wait, the program starts itself once more
// with the number in its environment. It does so in .preinit_array: its libraries are mapped by then but not yet
// initialised, which would be the larger part of the time that a start takes.

#include "CStartup.h"

#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

enum { PATH_CAPACITY = 4096, VARIABLES_CAPACITY = 4096 };

static int is_set(char **envp, const char *name) {
    size_t length = strlen(name);
    for (; *envp; envp++) {
        if (strncmp(*envp, name, length) == 0 && (*envp)[length] == '=') return 1;
    }
    return 0;
}

static void set_wait_policy(int argc, char **argv, char **envp) {
    static char path[PATH_CAPACITY];
    static char *variables[VARIABLES_CAPACITY + 2];
    if (argc < 1 || is_set(envp, "OMP_WAIT_POLICY") || is_set(envp, "GOMP_SPINCOUNT")) return;
    ssize_t length = readlink("/proc/self/exe", path, PATH_CAPACITY - 1);
    size_t count = 0;
    while (envp[count]) count++;
    if (length < 1 || count > VARIABLES_CAPACITY) return;
    memcpy(variables, envp, count * sizeof(char *));
    variables[count] = "GOMP_SPINCOUNT=1000";
    execve(path, argv, variables);
    // Where the program cannot be started again, its threads spin as long as they like.
}

__attribute__((section(".preinit_array"), used)) static void (*const set_wait_policy_early)(int, char **, char **) =
    set_wait_policy;
