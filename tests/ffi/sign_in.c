#include <stdio.h>
#include <string.h>
#include <time.h>
#include "portcullis.h"

#define MINUTES 60000u
#define TRY(call) if ((status = (call)) != PORTCULLIS_YES) goto done

int main(void) {
    static uint8_t row[PORTCULLIS_SESSION_STATE_SIZE]; /* Ada's sessions, as your database has them */
    char hash[PORTCULLIS_PASSWORD_HASH_SIZE], token[PORTCULLIS_SESSION_TOKEN_SIZE];
    const char *password = "Tr0ub4dor & three";
    const size_t len = strlen(password);
    const uint64_t now = (uint64_t)time(NULL) * 1000u;
    size_t row_len = 0;
    portcullis_password_hasher *hasher = NULL;
    portcullis_session_policy *policy = NULL;
    portcullis_session_sign_in *sign_in = NULL;
    portcullis_status status;

    TRY(portcullis_password_hasher_default(&hasher));
    TRY(portcullis_password_hash(hasher, password, len, &hash)); /* store it */

    TRY(portcullis_session_policy_back_office(&policy)); /* 15 idle minutes, 12 hours */
    TRY(portcullis_session_begin(NULL, 0, "ada", 3, now, &sign_in)); /* no row yet */
    TRY(portcullis_password_verify(hasher, password, len, hash, strlen(hash), NULL));
    TRY(portcullis_session_start(policy, NULL, 0, sign_in, PORTCULLIS_SESSION_PASSWORD, "phone", 5,
                                 now, row, sizeof row, &row_len, &token, NULL));
    puts("signed in"); /* store the row, then send the token */

    TRY(portcullis_session_check(policy, row, row_len, token, strlen(token), now + 14 * MINUTES,
                                 row, sizeof row, &row_len, NULL));
    puts("after 14 idle minutes: live");
    if (portcullis_session_check(policy, row, row_len, token, strlen(token), now + 15 * MINUTES,
                                 row, sizeof row, &row_len, NULL) != PORTCULLIS_YES)
        puts("after 15 idle minutes: signed out"); /* store the row here, too */
done:
    if (status != PORTCULLIS_YES)
        fprintf(stderr, "denied: %s\n", portcullis_status_message(status));
    portcullis_session_sign_in_free(sign_in);
    portcullis_session_policy_free(policy);
    portcullis_password_hasher_free(hasher);
    return status;
}
