/* prompts.c - folders of WAV files, and a small cache of their sound. */
#include "gateways/phone/prompts.h"

#include "common/base/map.h"
#include "common/io/seal.h"
#include "gateways/phone/speech.h"
#include "phone_prompts.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FOLDERS = 2, FILE_MAX = 32 << 20 };

struct prompts {
    char folders[FOLDERS][PROMPT_PATH];
    struct map sounds; /* digest of language and name -> struct sound */
};

/* ---- finding */

/* Beside the program (as built), else ../share/faultline/prompts (as installed). */
static void
find_common(char out[PROMPT_PATH])
{
    static const char *const places[] = { "prompts", "../share/faultline/prompts" };
    char self[512] = "";
    ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
    char *slash = len <= 0 ? NULL : strrchr(self, '/');
    if (slash == NULL)
        return;
    *slash = '\0';
    for (size_t i = 0; i < countof(places); i++) {
        snprintf(out, PROMPT_PATH, "%s/%s", self, places[i]);
        if (access(out, R_OK) == 0)
            return;
    }
}

struct prompts *
prompts_new(const char *own, const char *common)
{
    struct prompts *p = zalloc(sizeof(*p));
    snprintf(p->folders[0], PROMPT_PATH, "%s", own);
    snprintf(p->folders[1], PROMPT_PATH, "%s", common);
    if (common[0] == '\0')
        find_common(p->folders[1]);
    map_init(&p->sounds, 16);
    return p;
}

void
prompts_free(struct prompts *p)
{
    struct sound *s;
    if (p == NULL)
        return;
    for (size_t i = 0; (s = map_next(&p->sounds, &i)) != NULL;) {
        sound_fini(s);
        free(s);
    }
    map_fini(&p->sounds);
    free(p);
}

static bool
is_plain(const char *word)
{
    return word[0] != '\0' && word[0] != '.' && strchr(word, '/') == NULL && strlen(word) < 40;
}

bool
prompts_find(const struct prompts *p, const char *lang, const char *name, char path[PROMPT_PATH])
{
    char file[PROMPT_PATH + 100];
    for (size_t i = 0; i < FOLDERS && is_plain(lang) && is_plain(name); i++) {
        snprintf(file, sizeof(file), "%.900s/%s/%s.wav", p->folders[i], lang, name);
        if (p->folders[i][0] == '\0' || access(file, R_OK) != 0)
            continue;
        snprintf(path, PROMPT_PATH, "%.900s/%s/%s", p->folders[i], lang, name);
        return true;
    }
    return false;
}

bool
prompts_speak(const struct prompts *p, const char *lang)
{
    char path[PROMPT_PATH];
    return prompts_find(p, lang, "bye", path);
}

/* ---- loading */

static bool
load(struct sound *s, const char *path)
{
    struct buf bytes = { 0 };
    char file[PROMPT_PATH + 8];
    snprintf(file, sizeof(file), "%s.wav", path);
    FILE *f = fopen(file, "rbe");
    for (size_t got = 1; f != NULL && got > 0 && bytes.len < FILE_MAX;) {
        got = fread(buf_reserve(&bytes, 65536), 1, 65536, f);
        bytes.len += got;
    }
    if (f != NULL)
        fclose(f);
    bool good = sound_put_wav(s, buf_str(&bytes));
    buf_fini(&bytes);
    return good;
}

const struct sound *
prompts_get(struct prompts *p, const char *lang, const char *name)
{
    struct buf both = { 0 };
    char path[PROMPT_PATH];
    uint8_t key[16];
    buf_put_str(&both, str_of(lang));
    buf_put_str(&both, str_of(name));
    digest_16(key, NULL, buf_str(&both));
    buf_fini(&both);
    struct sound *s = map_get(&p->sounds, key);
    if (s != NULL || !prompts_find(p, lang, name, path))
        return s;
    s = zalloc(sizeof(*s));
    if (!load(s, path)) {
        free(s);
        return NULL;
    }
    map_put(&p->sounds, key, s);
    return s;
}

/* ---- making */

static bool
write_wav(const char *folder, struct str lang, struct str name, const struct sound *s)
{
    char path[PROMPT_PATH];
    struct buf wav = { 0 };
    mkdir(folder, 0755);
    snprintf(path, sizeof(path), "%s/%.*s", folder, STR_ARG(lang));
    mkdir(path, 0755);
    snprintf(path, sizeof(path), "%s/%.*s/%.*s.wav", folder, STR_ARG(lang), STR_ARG(name));
    sound_to_wav(&wav, s);
    FILE *f = fopen(path, "wbe");
    bool good = f != NULL && fwrite(wav.data, 1, wav.len, f) == wav.len;
    good = f != NULL && fclose(f) == 0 && good;
    if (!good)
        fprintf(stderr, "faultline-gateway-phone: %s: %s\n", path, strerror(errno));
    buf_fini(&wav);
    return good;
}

static bool
make_beep(const char *folder, struct str lang)
{
    struct sound s = { 0 };
    sound_put_tone(&s, 300);
    bool good = write_wav(folder, lang, STR("beep"), &s);
    sound_fini(&s);
    return good;
}

static bool
make_one(const char *folder, struct str line, const char *espeak)
{
    struct str name = str_cut(&line, ' '), lang = str_cut(&line, ' ');
    struct buf why = { 0 };
    struct sound s = { 0 };
    char *words = str_dup(line), *tag = str_dup(lang);
    struct speech *child = speech_begin(espeak, tag, words, &why);
    bool good = child != NULL && speech_wait(child, &s, &why) == SPEECH_DONE;
    if (!good)
        fprintf(stderr, "faultline-gateway-phone: prompt %.*s: %s\n", STR_ARG(name),
                buf_cstr(&why));
    good = good && is_plain(tag) && write_wav(folder, lang, name, &s);
    if (good && str_is(name, "bye"))
        good = make_beep(folder, lang);
    speech_free(child);
    sound_fini(&s);
    buf_fini(&why);
    free(words);
    free(tag);
    return good;
}

static bool
read_texts(struct buf *text, const char *path)
{
    FILE *f = path == NULL ? NULL : fopen(path, "re");
    size_t got = 1;
    if (path == NULL) {
        buf_put(text, phone_prompts, strlen(phone_prompts));
        return true;
    }
    while (f != NULL && got > 0) {
        got = fread(buf_reserve(text, 65536), 1, 65536, f);
        text->len += got;
    }
    if (f == NULL)
        fprintf(stderr, "faultline-gateway-phone: %s: %s\n", path, strerror(errno));
    else
        fclose(f);
    return f != NULL;
}

int
prompts_make(int argc, char **argv)
{
    struct buf text = { 0 };
    const char *espeak = getenv("ESPEAK");
    if (argc >= 4 && strcmp(argv[argc - 2], "--site") == 0)
        argc -= 2; /* `faultline gateway` says it to every gateway */
    if (argc < 2 || argc > 3 || argv[1][0] == '-') {
        fputs("usage: faultline gateway phone prompts DIR [FILE]\n\n"
              "Makes DIR/LANGUAGE/NAME.wav with espeak-ng (or the program that $ESPEAK names) for "
              "each\n"
              "line `NAME LANGUAGE WORDS` of FILE, or of the texts that are built in.\n",
              argc == 2 && strcmp(argv[1], "--help") == 0 ? stdout : stderr);
        return argc == 2 && strcmp(argv[1], "--help") == 0 ? 0 : 2;
    }
    bool good = read_texts(&text, argc == 3 ? argv[2] : NULL);
    for (struct str rest = buf_str(&text); good && rest.len > 0;) {
        struct str line = str_trim(str_cut(&rest, '\n'));
        if (line.len > 0 && line.at[0] != '#')
            good = make_one(argv[1], line, espeak == NULL ? "espeak-ng" : espeak);
    }
    buf_fini(&text);
    return good ? 0 : 1;
}
