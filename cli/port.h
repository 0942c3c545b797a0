/* port.h - which TCP ports nobody uses. */
#ifndef CLI_PORT_H
#define CLI_PORT_H

/* The first of `count` free neighbouring ports on 127.0.0.1 from `port` on, or -1. */
int port_free(int port, int count);

#endif
