/* port.c - which TCP ports nobody uses: by trying. */
#include "cli/port.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

int
port_free(int port, int count)
{
    for (int run = 0, at = port; at < 65536; at++) {
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        struct sockaddr_in to = { .sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)at),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
        run = fd >= 0 && bind(fd, (struct sockaddr *)&to, sizeof(to)) == 0 ? run + 1 : 0;
        close(fd);
        if (run == count)
            return at - count + 1;
    }
    return -1;
}
