// How good the machine's clock is, as the kernel knows it.
#pragma once
#include <errno.h>
#include <string.h>
#include <sys/timex.h>

// Returns 1 when something keeps the clock synchronised, 0 when nothing does, and -1 with errno; asks
// only. The error that it may have by now goes to `error`, in microseconds.
static inline int linux_clock_state(long *error) {
    struct timex state;
    memset(&state, 0, sizeof state);
    int result = adjtimex(&state);
    if (result < 0) return -1;
    *error = state.maxerror;
    return (state.status & STA_UNSYNC) == 0;
}
