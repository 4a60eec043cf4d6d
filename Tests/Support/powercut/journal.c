// Writes down what the recorder asks of its disk, so that a test can say what a power cut leaves.
//
// Made to be loaded under the name of a library that the recorder needs, in front of the C library
// (see powercut.py). Sleeps in every process that is not `postern recorder`. An operation that
// changes something is written down before it is made, a sync when it has succeeded.
//
// One operation in the journal, in the machine's byte order, then `path` and `more` bytes:
//     u8 kind, u8 flags, u16 bytes of path, u32 bytes of more, u64 handle, i64 number
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { OPEN = 'o', WRITE = 'w', CUT = 't', SYNC = 's', RENAME = 'r', UNLINK = 'u', MKDIR = 'm',
       SYNC_ALL = 'a', HANDLES = 4096, CREATES = 1, TRUNCATES = 2, APPENDS = 4, FOLDER = 8 };

static int journal = -1;
static char folder[4096];
static size_t folder_size;
static uint64_t handles[HANDLES];
static uint64_t last_handle;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

__attribute__((constructor)) static void begin(void) {
    char line[16384];
    int file = REAL(open)("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
    ssize_t count = file < 0 ? 0 : read(file, line, sizeof line - 1);
    if (file >= 0) close(file);
    if (count <= 0) return;
    line[count] = 0;
    char *end = line + count, *word = line + strlen(line) + 1;
    if (word >= end || strcmp(word, "recorder") != 0) return;
    for (; word < end; word += strlen(word) + 1) {
        char *next = word + strlen(word) + 1;
        if (strcmp(word, "--folder") == 0 && next < end) {
            folder_size = (size_t)snprintf(folder, sizeof folder, "%s", next);
        }
    }
    char path[8192];
    snprintf(path, sizeof path, "%s.journal", folder);
    journal = REAL(open)(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    last_handle = (uint64_t)getpid() << 32;
}

static void note(uint8_t kind, uint8_t flags, uint64_t handle, int64_t number, const char *path,
                 const void *more, size_t size) {
    struct __attribute__((packed)) {
        uint8_t kind, flags;
        uint16_t path_size;
        uint32_t more_size;
        uint64_t handle;
        int64_t number;
    } head = {kind, flags, (uint16_t)strlen(path), (uint32_t)size, handle, number};
    struct iovec parts[] = {
        {&head, sizeof head}, {(void *)path, head.path_size}, {(void *)more, size}};
    (void)!writev(journal, parts, 3);
}

// The part of a path behind the trail's folder; NULL where it is elsewhere.
static const char *inside(const char *path) {
    if (journal < 0 || strncmp(path, folder, folder_size) != 0) return NULL;
    return path[folder_size] == '/' ? path + folder_size + 1 : path[folder_size] ? NULL : "";
}

static uint64_t handle(int fd) { return fd >= 0 && fd < HANDLES ? handles[fd] : 0; }

static int opened(int fd, const char *path, int flags) {
    const char *name = inside(path);
    if (fd < 0 || fd >= HANDLES) return fd;
    handles[fd] = 0;
    if (!name) return fd;
    struct stat status;
    int is_folder = fstat(fd, &status) == 0 && S_ISDIR(status.st_mode);
    if (!is_folder && (flags & O_ACCMODE) == O_RDONLY) return fd;
    handles[fd] = ++last_handle;
    int kinds = (flags & O_CREAT ? CREATES : 0) | (flags & O_TRUNC ? TRUNCATES : 0) |
                (flags & O_APPEND ? APPENDS : 0) | (is_folder ? FOLDER : 0);
    note(OPEN, (uint8_t)kinds, handles[fd], 0, name, "", 0);
    return fd;
}

#define MODE(flags) \
    mode_t mode = 0; \
    if ((flags) & (O_CREAT | O_TMPFILE)) { \
        va_list list; \
        va_start(list, flags); \
        mode = va_arg(list, mode_t); \
        va_end(list); \
    }

int open(const char *path, int flags, ...) {
    MODE(flags)
    return opened(REAL(open)(path, flags, mode), path, flags);
}

int open64(const char *path, int flags, ...) {
    MODE(flags)
    return opened(REAL(open64)(path, flags, mode), path, flags);
}

int close(int fd) {
    if (fd >= 0 && fd < HANDLES) handles[fd] = 0;
    return REAL(close)(fd);
}

ssize_t write(int fd, const void *bytes, size_t size) {
    if (handle(fd)) note(WRITE, 0, handle(fd), lseek(fd, 0, SEEK_CUR), "", bytes, size);
    return REAL(write)(fd, bytes, size);
}

int ftruncate(int fd, off_t size) {
    if (handle(fd)) note(CUT, 0, handle(fd), size, "", "", 0);
    return REAL(ftruncate)(fd, size);
}

int ftruncate64(int fd, off64_t size) { return ftruncate(fd, size); }

// A disk that lies says that it has what it hasn't; with it the tests must fail.
#ifndef LIES
#define LIES 0
#endif

static int synced(int fd, int result) {
    if (result == 0 && !LIES && handle(fd)) note(SYNC, 0, handle(fd), 0, "", "", 0);
    return result;
}

int fsync(int fd) { return synced(fd, REAL(fsync)(fd)); }
int fdatasync(int fd) { return synced(fd, REAL(fdatasync)(fd)); }

int rename(const char *from, const char *to) {
    if (inside(from) && inside(to)) {
        note(RENAME, 0, 0, 0, inside(from), inside(to), strlen(inside(to)));
    }
    return REAL(rename)(from, to);
}

int unlinkat(int at, const char *path, int flags) {
    struct stat status;
    if (inside(path) && lstat(path, &status) == 0) note(UNLINK, 0, 0, 0, inside(path), "", 0);
    return REAL(unlinkat)(at, path, flags);
}

int mkdirat(int at, const char *path, mode_t mode) {
    if (inside(path)) note(MKDIR, 0, 0, 0, inside(path), "", 0);
    return REAL(mkdirat)(at, path, mode);
}

long syscall(long number, ...) {
    va_list list;
    va_start(list, number);
    long a = va_arg(list, long), b = va_arg(list, long), c = va_arg(list, long);
    long d = va_arg(list, long), e = va_arg(list, long), f = va_arg(list, long);
    va_end(list);
    long result = REAL(syscall)(number, a, b, c, d, e, f);
    if (number == SYS_syncfs && result == 0 && journal >= 0) note(SYNC_ALL, 0, 0, 0, "", "", 0);
    return result;
}
