/* place.c - distance on a sphere of 6,371,009 m by the local flat map: north-south as it is,
 * east-west shrunk by the cosine of the middle latitude. Integers only, so that every machine
 * ranks alike. */
#include "workers/core/place.h"

/* cos(i degrees) * 2^30 */
static const int32_t cosines[91] = {
    1073741824, 1073578288, 1073087729, 1072270298, 1071126243, 1069655912, 1067859754, 1065738315,
    1063292242, 1060522280, 1057429273, 1054014162, 1050277989, 1046221891, 1041847103, 1037154959,
    1032146887, 1026824413, 1021189159, 1015242840, 1008987269, 1002424350, 995556083,  988384560,
    980911966,  973140576,  965072759,  956710970,  948057759,  939115760,  929887697,  920376381,
    910584710,  900515665,  890172315,  879557810,  868675383,  857528349,  846120104,  834454122,
    822533958,  810363241,  797945680,  785285058,  772385229,  759250125,  745883746,  732290163,
    718473518,  704438018,  690187940,  675727625,  661061475,  646193961,  631129609,  615873009,
    600428808,  584801711,  568996477,  553017922,  536870912,  520560366,  504091252,  487468587,
    470697435,  453782903,  436730145,  419544355,  402230767,  384794656,  367241333,  349576144,
    331804471,  313931728,  295963357,  277904834,  259761657,  241539355,  223243478,  204879599,
    186453311,  167970228,  149435979,  130856211,  112236583,  93582766,   74900443,   56195305,
    37473049,   18739379,   0,
};

enum { DEGREE = 10000000 };

static int64_t
size(int64_t n)
{
    return n < 0 ? -n : n;
}

struct place
place_checked(struct place p)
{
    bool there = size(p.lat_e7) <= (int64_t)90 * DEGREE && size(p.lon_e7) <= (int64_t)180 * DEGREE;
    return there ? p : PLACE_NONE;
}

/* Linear between whole degrees. */
int64_t
place_cosine(int64_t angle_e7)
{
    int64_t i = size(angle_e7) / DEGREE, rest = size(angle_e7) % DEGREE;
    if (i >= 90)
        return 0;
    return cosines[i] + (int64_t)(cosines[i + 1] - cosines[i]) * rest / DEGREE;
}

/* The whole square root of less than 2^63: the processor's, made exact, so that nothing depends on
 * how it rounds. */
static uint64_t
root(uint64_t n)
{
    uint64_t r = (uint64_t)__builtin_sqrt((double)n);
    while (r * r > n)
        r--;
    while ((r + 1) * (r + 1) <= n)
        r++;
    return r;
}

int64_t
place_distance(struct place a, struct place b)
{
    int64_t north = size((int64_t)a.lat_e7 - b.lat_e7);
    int64_t east = size((int64_t)a.lon_e7 - b.lon_e7) % ((int64_t)360 * DEGREE);
    if (east > (int64_t)180 * DEGREE)
        east = (int64_t)360 * DEGREE - east;
    east = east * place_cosine(((int64_t)a.lat_e7 + b.lat_e7) / 2) >> 30;
    /* one unit of 1e-7 degree is 11.119508 mm; in centimetres the squares fit 64 bits */
    uint64_t y = (uint64_t)(north * 11119508 / 10000000);
    uint64_t x = (uint64_t)(east * 11119508 / 10000000);
    return (int64_t)(root(x * x + y * y) / 100);
}
