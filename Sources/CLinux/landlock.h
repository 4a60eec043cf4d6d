// Landlock: a process gives up all files but those below the paths that it names (landlock(7)).
#pragma once
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

extern long syscall(long, ...);

// Spelt out, because the headers of older systems lack what their kernels may have.
enum {
    LINUX_FILES_WRITE_FILE = 1 << 1,
    LINUX_FILES_READ_FILE = 1 << 2,
    LINUX_FILES_READ_DIR = 1 << 3,
    LINUX_FILES_REMOVE_DIR = 1 << 4,
    LINUX_FILES_REMOVE_FILE = 1 << 5,
    LINUX_FILES_MAKE_DIR = 1 << 7,
    LINUX_FILES_MAKE_REG = 1 << 8,
    LINUX_FILES_TRUNCATE = 1 << 14,
    // Those that can stand in a rule about something that is no folder.
    LINUX_FILES_OF_FILES = LINUX_FILES_WRITE_FILE | LINUX_FILES_READ_FILE | LINUX_FILES_TRUNCATE
};

// Every right that the kernel can take away; 0 where it has no Landlock.
static inline uint64_t linux_landlock_rights(void) {
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, 1U /* VERSION */);
    if (version < 1) return 0;
    int rights = version >= 5 ? 16 : version >= 3 ? 15 : version == 2 ? 14 : 13;
    return (1ULL << rights) - 1;
}

// A ruleset that allows nothing yet; -1 and errno when there can be none.
static inline int linux_landlock_begin(uint64_t rights) {
    return (int)syscall(SYS_landlock_create_ruleset, &rights, sizeof rights, 0);
}

// Allows `rights` at and below a path. 0 also where there is no such path; -1 and errno else.
static inline int linux_landlock_allow(int ruleset, const char *path, uint64_t rights) {
    struct { uint64_t rights; int32_t parent; } __attribute__((packed)) rule;
    struct stat status;
    rule.parent = open(path, O_CLOEXEC | 010000000 /* O_PATH */);
    if (rule.parent < 0) return 0;
    int isFolder = fstat(rule.parent, &status) == 0 && S_ISDIR(status.st_mode);
    rule.rights = isFolder ? rights : rights & LINUX_FILES_OF_FILES;
    long result = syscall(SYS_landlock_add_rule, ruleset, 1 /* PATH_BENEATH */, &rule, 0);
    close(rule.parent);
    return (int)result;
}

// In force for this thread and all that it starts, for good; wants no_new_privs.
static inline int linux_landlock_enter(int ruleset) {
    return (int)syscall(SYS_landlock_restrict_self, ruleset, 0);
}
