// libseccomp for Swift: its function-like macros don't import.
#pragma once
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>

static inline uint32_t seccomp_refuse(int error) { return SCMP_ACT_ERRNO(error); }

// Allows clone for threads of this process alone.
static inline int seccomp_allow_threads(scmp_filter_ctx filter) {
    const unsigned int thread = 0x00010000; // CLONE_THREAD, which <sched.h> keeps for _GNU_SOURCE
    struct scmp_arg_cmp isThread = SCMP_CMP(0, SCMP_CMP_MASKED_EQ, thread, thread);
    return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1, &isThread);
}

// Allows sockets of one family of addresses.
static inline int seccomp_allow_sockets(scmp_filter_ctx filter, int family) {
    struct scmp_arg_cmp isOfFamily = SCMP_CMP(0, SCMP_CMP_EQ, (scmp_datum_t)family);
    return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1, &isOfFamily);
}

// Allows openat for reading alone.
static inline int seccomp_allow_reading(scmp_filter_ctx filter) {
    struct scmp_arg_cmp isReading = SCMP_CMP(2, SCMP_CMP_MASKED_EQ, O_ACCMODE | O_CREAT, O_RDONLY);
    return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1, &isReading);
}
