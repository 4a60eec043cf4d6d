// Messages that carry a descriptor (unix(7), SCM_RIGHTS): the CMSG macros don't reach Swift.
#pragma once
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

/// Sends one message, with `descriptor` attached unless it is negative; as sendmsg(2).
static inline ssize_t linux_send_passing(
    int socket, const void *bytes, size_t count, int descriptor, int flags)
{
    struct iovec part = { .iov_base = (void *)bytes, .iov_len = count };
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control;
    struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
    memset(&control, 0, sizeof control);
    if (descriptor >= 0) {
        message.msg_control = &control;
        message.msg_controllen = sizeof control;
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
    }
    return sendmsg(socket, &message, flags | MSG_NOSIGNAL);
}

/// Receives one message and the close-on-exec descriptor with it, -1 for none; as recvmsg(2).
///
/// A message that is cut short, or that carries more than one descriptor, is an error (EMSGSIZE),
/// and what it carried is closed: the kernel itself drops the descriptors that find no room.
static inline ssize_t linux_receive_passed(
    int socket, void *bytes, size_t count, int *descriptor, int flags)
{
    struct iovec part = { .iov_base = bytes, .iov_len = count };
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control;
    struct msghdr message = {
        .msg_iov = &part,
        .msg_iovlen = 1,
        .msg_control = &control,
        .msg_controllen = sizeof control,
    };
    *descriptor = -1;
    ssize_t received = recvmsg(socket, &message, flags | MSG_CMSG_CLOEXEC);
    if (received < 0) return received;
    int passed[2] = { -1, -1 };
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS) {
        // CMSG_SPACE rounds up, so that two descriptors fit where one was meant.
        size_t size = header->cmsg_len - CMSG_LEN(0);
        memcpy(passed, CMSG_DATA(header), size < sizeof passed ? size : sizeof passed);
    }
    if ((message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) || passed[1] >= 0) {
        for (int index = 0; index < 2; index++)
            if (passed[index] >= 0) close(passed[index]);
        errno = EMSGSIZE;
        return -1;
    }
    *descriptor = passed[0];
    return received;
}
