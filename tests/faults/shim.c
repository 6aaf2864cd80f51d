/* Counts calls that change files below a root; lets the n-th of them fail, or kills the process.
   Preloaded: LD_PRELOAD=shim.so. Armed from Python: ctypes.CDLL(None).fault_arm(root, n, mode). */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { COUNT, KILL, TORN, ENOSPC_ON, EIO_ONCE, EIO_ON };
static char root[PATH_MAX];
static int armed, mode, at, calls;

void fault_arm(const char *where, int number, int how) {
    snprintf(root, sizeof root, "%s", where);
    at = number; mode = how; calls = 0; armed = 1;
}
int fault_calls(void) { armed = 0; return calls; }

static int inside(int dir, const char *path) {
    char full[2 * PATH_MAX];
    if (!armed || !path) return 0;
    if (path[0] == '/') snprintf(full, sizeof full, "%s", path);
    else {
        char name[64]; ssize_t n;
        if (dir == AT_FDCWD) snprintf(name, sizeof name, "/proc/self/cwd");
        else snprintf(name, sizeof name, "/proc/self/fd/%d", dir);
        n = readlink(name, full, PATH_MAX);
        if (n < 0) return 0;
        full[n] = 0;
        strncat(full, "/", 2);
        strncat(full, path, PATH_MAX - 1);
    }
    return strncmp(full, root, strlen(root)) == 0;
}
static int inside_fd(int fd) {
    char name[64], full[PATH_MAX]; ssize_t n;
    struct stat about;
    if (!armed || fstat(fd, &about) || S_ISFIFO(about.st_mode) || S_ISCHR(about.st_mode)) return 0;
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    n = readlink(name, full, PATH_MAX - 1);
    if (n < 0) return 0;
    full[n] = 0;
    return strncmp(full, root, strlen(root)) == 0;
}
/* 0: go on; else errno of the failure. `takes_room`: fails on a full disk. */
static int step(int takes_room) {
    int here = ++calls;
    if (mode == COUNT || here < at) return 0;
    if (here == at && mode == KILL) raise(SIGKILL);
    if (mode == ENOSPC_ON && takes_room) return ENOSPC;
    if (mode == EIO_ONCE && here == at) return EIO;
    if (mode == EIO_ON && takes_room) return EIO;
    return 0;
}
#define REAL(type, name, ...) \
    static type (*real)(__VA_ARGS__); \
    if (!real) real = dlsym(RTLD_NEXT, name)
#define FAIL(room) do { int code = step(room); if (code) { errno = code; return -1; } } while (0)

static ssize_t torn(ssize_t (*real)(int, const void *, size_t), int fd, const void *data, size_t size) {
    if (mode == TORN && calls == at) { real(fd, data, size / 2); raise(SIGKILL); }
    return real(fd, data, size);
}
ssize_t write(int fd, const void *data, size_t size) {
    REAL(ssize_t, "write", int, const void *, size_t);
    if (!inside_fd(fd)) return real(fd, data, size);
    FAIL(1);
    return torn(real, fd, data, size);
}
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
ssize_t pwrite(int fd, const void *data, size_t size, off_t place) {
    if (!real_pwrite) real_pwrite = dlsym(RTLD_NEXT, "pwrite");
    if (inside_fd(fd)) {
        FAIL(1);
        if (mode == TORN && calls == at) { real_pwrite(fd, data, size / 2, place); raise(SIGKILL); }
    }
    return real_pwrite(fd, data, size, place);
}
ssize_t pwrite64(int fd, const void *data, size_t size, off_t place) { return pwrite(fd, data, size, place); }

#define OPENED(NAME) \
int NAME(const char *path, int flags, ...) { \
    REAL(int, #NAME, const char *, int, ...); \
    va_list more; va_start(more, flags); int bits = va_arg(more, int); va_end(more); \
    if ((flags & (O_CREAT | O_TRUNC)) && inside(AT_FDCWD, path)) FAIL(flags & O_CREAT); \
    return real(path, flags, bits); }
OPENED(open)
OPENED(open64)
#define OPENED_AT(NAME) \
int NAME(int dir, const char *path, int flags, ...) { \
    REAL(int, #NAME, int, const char *, int, ...); \
    va_list more; va_start(more, flags); int bits = va_arg(more, int); va_end(more); \
    if ((flags & (O_CREAT | O_TRUNC)) && inside(dir, path)) FAIL(flags & O_CREAT); \
    return real(dir, path, flags, bits); }
OPENED_AT(openat)
OPENED_AT(openat64)

#define BY_FD(NAME, ROOM, ARGS, PASS, ...) \
int NAME ARGS { REAL(int, #NAME, __VA_ARGS__); if (inside_fd(fd)) FAIL(ROOM); return real PASS; }
BY_FD(fsync, 1, (int fd), (fd), int)
BY_FD(fdatasync, 1, (int fd), (fd), int)
BY_FD(ftruncate, 0, (int fd, off_t n), (fd, n), int, off_t)
BY_FD(ftruncate64, 0, (int fd, off_t n), (fd, n), int, off_t)
BY_FD(fchmod, 0, (int fd, mode_t n), (fd, n), int, mode_t)

#define BY_PATH(NAME, ROOM, ARGS, PASS, ...) \
int NAME ARGS { REAL(int, #NAME, __VA_ARGS__); if (inside(AT_FDCWD, path)) FAIL(ROOM); return real PASS; }
BY_PATH(mkdir, 1, (const char *path, mode_t n), (path, n), const char *, mode_t)
BY_PATH(chmod, 0, (const char *path, mode_t n), (path, n), const char *, mode_t)
BY_PATH(unlink, 0, (const char *path), (path), const char *)
BY_PATH(rename, 0, (const char *path, const char *to), (path, to), const char *, const char *)
