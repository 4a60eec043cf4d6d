// What a process says about itself: who it dies with, what it leaves behind, what it may become.
#pragma once
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

// Declared by the C library for _GNU_SOURCE only.
extern int memfd_create(const char *, unsigned int);
extern long syscall(long, ...);
extern int setresuid(uid_t, uid_t, uid_t);
extern int setresgid(gid_t, gid_t, gid_t);

// Has the kernel send `signal` to this process when its parent dies. Changing user ids undoes it.
static inline int linux_die_with_parent(int signal) { return prctl(PR_SET_PDEATHSIG, signal); }

// Has the kernel make this process the parent of whatever those below it leave behind.
static inline int linux_become_subreaper(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

// Shows up in process lists; cut after 15 bytes.
static inline void linux_name_process(const char *name) { prctl(PR_SET_NAME, name); }

// Memory with passwords and keys goes neither into a core file nor to a debugger.
static inline int linux_forbid_dumps(void) {
    struct rlimit none = {0, 0};
    if (setrlimit(RLIMIT_CORE, &none) != 0) return -1;
    return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

// As many open descriptors as this process may give itself.
static inline void linux_raise_descriptor_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

// How many descriptors this process may have open.
static inline long linux_descriptor_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
    return limit.rlim_cur < 1 << 30 ? (long)limit.rlim_cur : 1 << 30;
}

// No program that this process starts gains anything by set-user-id or file capabilities.
static inline int linux_no_new_privileges(void) { return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }

// An anonymous file in memory.
static inline int linux_memory_file(const char *name) {
    return memfd_create(name, 1U /* MFD_CLOEXEC */ | 2U /* MFD_ALLOW_SEALING */);
}

// Forbids every further change of an anonymous file, for everybody who ever gets hold of it.
static inline int linux_seal(int fd) {
    return fcntl(fd, 1033 /* F_ADD_SEALS */, 0x1 | 0x2 | 0x4 | 0x8 /* SEAL, SHRINK, GROW, WRITE */);
}

// Takes the ids of a user and its group, real, effective and saved, and no other groups; root can't
// be had back. Returns 0, or the error number.
static inline int linux_become(uid_t user, gid_t group) {
    if (setgroups(0, NULL) != 0 || setresgid(group, group, group) != 0 ||
        setresuid(user, user, user) != 0)
        return errno;
    return user != 0 && setuid(0) == 0 ? EPERM : 0;
}

// The processors that this process may run on, at least 1.
static inline int linux_processors(void) {
    unsigned long mask[128] = {0};
    long bytes = syscall(SYS_sched_getaffinity, 0, sizeof mask, mask);
    int count = 0;
    for (long index = 0; index < bytes / (long)sizeof *mask; index++)
        count += __builtin_popcountl(mask[index]);
    return count > 0 ? count : 1;
}
