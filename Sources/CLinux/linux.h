// What the C library's Swift module leaves out: inline functions and constants of Linux.
#pragma once
#include "clock.h"
#include "landlock.h"
#include "process.h"
#include <errno.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

// Declared by the C library for _GNU_SOURCE only.
extern int accept4(int, struct sockaddr *, socklen_t *, int);
extern long syscall(long, ...);

enum {
    // One message carries at most so many descriptors.
    LINUX_DESCRIPTORS_MAX = 64
};

static inline int linux_accept(int listener, struct sockaddr *address, socklen_t *size) {
    return accept4(listener, address, size, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

// Takes the next client of a listening socket of this machine, without waiting.
static inline int linux_accept_local(int listener) {
    return accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

// Which user is at the other end of a socket of this machine, as the kernel saw it connect.
static inline int linux_peer_user(int fd, uint32_t *user) {
    // struct ucred, which is declared for _GNU_SOURCE only.
    struct { pid_t process; uid_t user; gid_t group; } peer;
    socklen_t size = sizeof peer;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return -1;
    *user = peer.user;
    return 0;
}

static inline int linux_socket(int family, int type) {
    return socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

static inline int linux_socketpair(int type, int pair[2]) {
    return socketpair(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair);
}

static inline int linux_set_option(int fd, int level, int name, int value) {
    return setsockopt(fd, level, name, &value, sizeof value);
}

// Returns when everything written to the file system that `fd` is on is on disk.
static inline int linux_sync_file_system(int fd) { return (int)syscall(SYS_syncfs, fd); }

// The error that a connection attempt ended with; 0 when it succeeded.
static inline int linux_socket_error(int fd) {
    int error = 0;
    socklen_t size = sizeof error;
    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

// Bytes that the peer's kernel has not acknowledged; -1 and errno where nobody knows.
static inline int linux_unacknowledged(int fd) {
    int count = 0;
    return ioctl(fd, SIOCOUTQ, &count) == 0 ? count : -1;
}

static inline int linux_socket_option(int fd, int level, int name) {
    int value = 0;
    socklen_t size = sizeof value;
    return getsockopt(fd, level, name, &value, &size) == 0 ? value : -1;
}

static inline ssize_t linux_send_two(int fd, const void *first, size_t first_size,
                                     const void *second, size_t second_size) {
    struct iovec parts[2] = {{(void *)first, first_size}, {(void *)second, second_size}};
    struct msghdr message;
    memset(&message, 0, sizeof message);
    message.msg_iov = parts;
    message.msg_iovlen = 2;
    return sendmsg(fd, &message, MSG_NOSIGNAL);
}

static inline ssize_t linux_send_descriptors(int fd, const void *bytes, size_t size,
                                             const int *descriptors, size_t count) {
    struct iovec part = {(void *)bytes, size};
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int) * LINUX_DESCRIPTORS_MAX)];
    } control;
    struct msghdr message;
    if (count > LINUX_DESCRIPTORS_MAX) {
        errno = EINVAL;
        return -1;
    }
    memset(&message, 0, sizeof message);
    memset(&control, 0, sizeof control);
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (count > 0) {
        message.msg_control = control.room;
        message.msg_controllen = CMSG_SPACE(sizeof(int) * count);
        control.header.cmsg_level = SOL_SOCKET;
        control.header.cmsg_type = SCM_RIGHTS;
        control.header.cmsg_len = CMSG_LEN(sizeof(int) * count);
        memcpy(CMSG_DATA(&control.header), descriptors, sizeof(int) * count);
    }
    return sendmsg(fd, &message, MSG_NOSIGNAL);
}

// Fills `descriptors` (room for LINUX_DESCRIPTORS_MAX); `*truncated` when the kernel dropped some.
static inline ssize_t linux_receive_descriptors(int fd, void *bytes, size_t size, int *descriptors,
                                                size_t *count, int *truncated) {
    struct iovec part = {bytes, size};
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int) * LINUX_DESCRIPTORS_MAX)];
    } control;
    struct msghdr message;
    ssize_t received;
    memset(&message, 0, sizeof message);
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.room;
    message.msg_controllen = sizeof control.room;
    *count = 0;
    *truncated = 0;
    received = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
    if (received < 0) return received;
    *truncated = (message.msg_flags & (MSG_CTRUNC | MSG_TRUNC)) != 0;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header != NULL;
         header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
        size_t found = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t index = 0; index < found && *count < LINUX_DESCRIPTORS_MAX; index++) {
            memcpy(&descriptors[*count], CMSG_DATA(header) + index * sizeof(int), sizeof(int));
            *count += 1;
        }
    }
    return received;
}

// Process descriptors: readable when the process has ended, and immune to reused numbers.
static inline int linux_pidfd_open(pid_t process) { return (int)syscall(SYS_pidfd_open, process, 0); }

static inline int linux_pidfd_kill(int pidfd, int signal) {
    return (int)syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0);
}

// A child that has ended and that nobody has asked for; 0: there is none.
static inline pid_t linux_ended_child(void) {
    siginfo_t information;
    information.si_pid = 0;
    int result = waitid(P_ALL, 0, &information, WEXITED | WNOHANG | WNOWAIT);
    return result == 0 ? information.si_pid : 0;
}

// How a child ended: its exit status, or 256 + the signal that killed it; -1 while it runs.
static inline int linux_reap(pid_t process) {
    int status = 0;
    if (waitpid(process, &status, WNOHANG) != process) return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}
