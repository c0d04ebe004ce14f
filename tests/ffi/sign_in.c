#include <stdio.h>
#include <string.h>
#include <time.h>
#include "portcullis.h"

#define TRY(call) do { if ((status = (call)) != PORTCULLIS_YES) goto done; } while (0)

int main(void) {
    static uint8_t row[PORTCULLIS_SESSION_STATE_SIZE]; /* Ada's sessions, as your database has them */
    char hash[PORTCULLIS_PASSWORD_HASH_SIZE], token[PORTCULLIS_SESSION_TOKEN_SIZE];
    const char *password = "Tr0ub4dor & three";
    const uint64_t now = (uint64_t)time(NULL) * 1000; /* milliseconds */
    size_t row_len;
    unsigned minutes;
    portcullis_password_hasher *hasher = NULL;
    portcullis_session_policy *policy = NULL;
    portcullis_session_sign_in *sign_in = NULL;
    portcullis_status status;

    TRY(portcullis_password_hasher_default(&hasher));
    TRY(portcullis_password_hash(hasher, password, strlen(password), &hash)); /* store it */
    TRY(portcullis_session_policy_back_office(&policy)); /* 15 idle minutes, 12 hours */

    TRY(portcullis_session_begin(NULL, 0, "ada", 3, now, &sign_in)); /* NULL: no row yet */
    TRY(portcullis_password_verify(hasher, password, strlen(password), hash, strlen(hash), NULL));
    TRY(portcullis_session_start(policy, NULL, 0, sign_in, PORTCULLIS_SESSION_PASSWORD, "phone", 5,
                                 now, row, sizeof row, &row_len, &token, NULL));
    puts("signed in"); /* store the row, then send her the token */

    for (minutes = 14; minutes <= 15; minutes++) /* store the row each time, after a no too */
        printf("live after %u idle minutes: %s\n", minutes, portcullis_status_message(
            portcullis_session_check(policy, row, row_len, token, strlen(token),
                                     now + minutes * 60000, row, sizeof row, &row_len, NULL)));
done:
    if (status != PORTCULLIS_YES)
        fprintf(stderr, "denied: %s\n", portcullis_status_message(status));
    portcullis_session_sign_in_free(sign_in);
    portcullis_session_policy_free(policy);
    portcullis_password_hasher_free(hasher);
    return status;
}
