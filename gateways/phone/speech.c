/* speech.c - a child with two files of memory for its standard input and output. */
#include "gateways/phone/speech.h"

#include "common/io/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LIMIT_MS = 20000, WAV_MAX = 64 << 20 };

extern char **environ;

struct speech {
    pid_t pid; /* 0: it has ended */
    int out;
    int64_t until;
    char program[256];
};

/* espeak-ng's names of languages; others are called the same. Its "cmn" turns characters into
 * pinyin and then reads that as English words. */
static const char *
voice_of(const char *lang)
{
    return strncmp(lang, "zh", 2) == 0 ? "cmn-latn-pinyin" : lang;
}

static int
file_of(const char *words)
{
    int fd = memfd_create("words", MFD_CLOEXEC);
    size_t len = strlen(words);
    if (fd >= 0 && (write(fd, words, len) != (ssize_t)len || lseek(fd, 0, SEEK_SET) != 0)) {
        close(fd);
        return -1;
    }
    return fd;
}

/* posix_spawn: the gateway's threads and locks stay where they are. */
static int
spawn(struct speech *s, const char *voice, int in)
{
    char flag_v[] = "-v", flag_in[] = "--stdin", flag_out[] = "--stdout", speed[] = "-s",
         words_a_min[] = "150", name[32];
    char *const argv[] = { s->program, flag_v, name, speed, words_a_min, flag_in, flag_out, NULL };
    posix_spawn_file_actions_t files;
    posix_spawnattr_t how;
    sigset_t none;
    snprintf(name, sizeof(name), "%s", voice);
    sigemptyset(&none);
    posix_spawnattr_init(&how);
    posix_spawnattr_setsigmask(&how, &none);
    posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGMASK);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, in, 0);
    posix_spawn_file_actions_adddup2(&files, s->out, 1);
    posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addclosefrom_np(&files, 3); /* libre's sockets are not its affair */
    int e = posix_spawnp(&s->pid, s->program, &files, &how, argv, environ);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&how);
    return e;
}

struct speech *
speech_begin(const char *program, const char *lang, const char *words, struct buf *why)
{
    struct speech *s = zalloc(sizeof(*s));
    int in = file_of(words), e = errno;
    s->out = memfd_create("sound", MFD_CLOEXEC);
    s->until = clock_mono_ms() + LIMIT_MS;
    snprintf(s->program, sizeof(s->program), "%s", program);
    if (in >= 0 && s->out >= 0)
        e = spawn(s, voice_of(lang), in);
    if (in >= 0)
        close(in);
    if (e == 0 && s->pid > 0)
        return s;
    s->pid = 0;
    buf_printf(why, "%s cannot be run (%s): install espeak-ng, or name it by the setting `espeak`",
               program, strerror(e));
    speech_free(s);
    return NULL;
}

static enum speech_state
take_sound(struct speech *s, struct sound *out, struct buf *why)
{
    struct stat info;
    bool good = false;
    if (fstat(s->out, &info) == 0 && info.st_size > 0 && info.st_size < WAV_MAX) {
        size_t size = (size_t)info.st_size;
        void *at = mmap(NULL, size, PROT_READ, MAP_PRIVATE, s->out, 0);
        good = at != MAP_FAILED && sound_put_wav(out, str_bytes(at, size));
        if (at != MAP_FAILED)
            munmap(at, size);
    }
    if (!good)
        buf_printf(why, "%s made no sound: has it this language's voice?", s->program);
    return good ? SPEECH_DONE : SPEECH_FAILED;
}

static enum speech_state
look(struct speech *s, int options, struct sound *out, struct buf *why)
{
    int status = 0;
    pid_t got;
    do
        got = waitpid(s->pid, &status, options);
    while (got < 0 && errno == EINTR);
    if (got == 0 && clock_mono_ms() < s->until)
        return SPEECH_GOES_ON;
    if (got == s->pid)
        s->pid = 0;
    if (got > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return take_sound(s, out, why);
    buf_printf(why, "%s failed or took too long: try `echo hello | %s --stdin --stdout`",
               s->program, s->program);
    return SPEECH_FAILED;
}

enum speech_state
speech_look(struct speech *s, struct sound *out, struct buf *why)
{
    return look(s, WNOHANG, out, why);
}

enum speech_state
speech_wait(struct speech *s, struct sound *out, struct buf *why)
{
    return look(s, 0, out, why);
}

void
speech_free(struct speech *s)
{
    if (s == NULL)
        return;
    if (s->pid > 0) {
        kill(s->pid, SIGKILL);
        waitpid(s->pid, NULL, 0);
    }
    if (s->out >= 0)
        close(s->out);
    free(s);
}
