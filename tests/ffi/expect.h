/* Every status is looked at: one that is not the expected one ends the program. */
#ifndef EXPECT_H
#define EXPECT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "portcullis.h"

#define EXPECT(expected, call)                                                                  \
    do {                                                                                        \
        const portcullis_status found = (call);                                                 \
        if (found != (expected)) {                                                              \
            fprintf(stderr, "%s:%d: %s is %s (%s)\n", __FILE__, __LINE__, #call,                \
                    portcullis_status_message(found), #expected);                               \
            exit(1);                                                                            \
        }                                                                                       \
    } while (0)

#define YES(call) EXPECT(PORTCULLIS_YES, call)
#define NO(call) EXPECT(PORTCULLIS_NO, call)

#define HOLDS(condition)                                                                        \
    do {                                                                                        \
        if (!(condition)) {                                                                     \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);             \
            exit(1);                                                                            \
        }                                                                                       \
    } while (0)

/* 2026-11-21T09:00:00Z */
#define NINE UINT64_C(1795251600000)
#define SECONDS UINT64_C(1000)
#define MINUTES (60 * SECONDS)
#define HOURS (60 * MINUTES)

/* The least that Argon2 takes, for tests alone. */
static inline portcullis_password_hasher *cheap_hasher(void) {
    portcullis_password_hasher *hasher = NULL;
    YES(portcullis_password_hasher_new(8, 1, 1, &hasher));
    return hasher;
}

#endif
