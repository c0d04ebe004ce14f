/* A working day in a back office, in place: the row is read and written where it lies. */
#include "expect.h"

static uint8_t row[PORTCULLIS_SESSION_STATE_SIZE];
static size_t row_len = 0;
static portcullis_session_policy *policy = NULL;

/* The row, or null while there is none. */
static const uint8_t *stored(void) { return row_len > 0 ? row : NULL; }

static portcullis_status check(const char *token, uint64_t now, portcullis_session_live *live) {
    return portcullis_session_check(policy, stored(), row_len, token, strlen(token), now, row,
                                    sizeof row, &row_len, live);
}

static portcullis_status touch(const char *token, int32_t activity, uint64_t now,
                               portcullis_session_live *live) {
    return portcullis_session_touch(policy, stored(), row_len, token, strlen(token), activity, now,
                                    row, sizeof row, &row_len, live);
}

static portcullis_session_sign_in *begin(uint64_t now) {
    portcullis_session_sign_in *sign_in = NULL;
    YES(portcullis_session_begin(stored(), row_len, "ada", 3, now, &sign_in));
    HOLDS(sign_in != NULL);
    return sign_in;
}

static portcullis_status start(const portcullis_session_sign_in *sign_in, uint64_t now,
                               char (*token)[PORTCULLIS_SESSION_TOKEN_SIZE],
                               portcullis_session_live *live) {
    return portcullis_session_start(policy, stored(), row_len, sign_in,
                                    PORTCULLIS_SESSION_PASSWORD | PORTCULLIS_SESSION_TOTP,
                                    "Firefox on Linux", 16, now, row, sizeof row, &row_len, token,
                                    live);
}

static portcullis_status end(const char *token) {
    return portcullis_session_end(stored(), row_len, token, strlen(token), row, sizeof row,
                                  &row_len);
}

static void sign_in(uint64_t now, char (*token)[PORTCULLIS_SESSION_TOKEN_SIZE]) {
    portcullis_session_sign_in *under_way = begin(now);
    YES(start(under_way, now, token, NULL));
    portcullis_session_sign_in_free(under_way);
}

static void chooses_a_password(char (*hash)[PORTCULLIS_PASSWORD_HASH_SIZE]) {
    const char *chosen = "Tr0ub4dor & three";
    const portcullis_text context[] = {{"ada", 3}, {"lovelace@example.com", 20}};
    char violations[PORTCULLIS_PASSWORD_VIOLATIONS_SIZE];
    portcullis_password_policy *rules = NULL;
    portcullis_password_hasher *hasher = cheap_hasher();

    YES(portcullis_password_policy_back_office(&rules));
    NO(portcullis_password_check(rules, "lovelace", 8, context, 2, &violations));
    HOLDS(strcmp(violations, "too_short\nno_uppercase\nno_digit\nno_symbol\ncontext_word\n"
                             "blocklisted") == 0);
    YES(portcullis_password_check(rules, chosen, strlen(chosen), context, 2, &violations));
    HOLDS(violations[0] == '\0');
    memset(hash, 'x', sizeof *hash);
    YES(portcullis_password_hash(hasher, chosen, strlen(chosen), hash));
    HOLDS((*hash)[strlen(*hash) + 1] == '\0' && (*hash)[sizeof *hash - 1] == '\0');
    HOLDS(strstr(*hash, "$argon2id$v=19$m=8,t=1,p=1$") == *hash);

    portcullis_password_policy_free(rules);
    portcullis_password_hasher_free(hasher);
}

static void proves_who_she_is(const char *hash) {
    portcullis_password_hasher *hasher = cheap_hasher(), *dearer = NULL;
    const char *password = "Tr0ub4dor & three";
    bool needs_rehash = true;

    YES(portcullis_password_hasher_new(16, 1, 1, &dearer));
    YES(portcullis_password_verify(hasher, password, strlen(password), hash, strlen(hash),
                                   &needs_rehash));
    HOLDS(!needs_rehash);
    YES(portcullis_password_verify(dearer, password, strlen(password), hash, strlen(hash),
                                   &needs_rehash));
    HOLDS(needs_rehash);
    NO(portcullis_password_verify(hasher, "guess", 5, hash, strlen(hash), &needs_rehash));
    NO(portcullis_password_verify(hasher, password, strlen(password), NULL, 0, &needs_rehash));

    portcullis_password_hasher_free(hasher);
    portcullis_password_hasher_free(dearer);
}

/* S3-22 from C: out at exactly fifteen minutes, and for good. */
static void is_out_after_fifteen_idle_minutes(void) {
    char token[PORTCULLIS_SESSION_TOKEN_SIZE];
    portcullis_session_live live;
    portcullis_session_sign_in *under_way = begin(NINE);

    YES(start(under_way, NINE, &token, &live));
    portcullis_session_sign_in_free(under_way);
    HOLDS(strlen(token) == PORTCULLIS_SESSION_TOKEN_SIZE - 1);
    HOLDS(live.factors == (PORTCULLIS_SESSION_PASSWORD | PORTCULLIS_SESSION_TOTP));
    HOLDS(live.created_ms == NINE && live.password_ms == NINE && live.recovery_code_ms == 0);
    HOLDS(live.idle_deadline_ms == NINE + 15 * MINUTES);
    HOLDS(live.absolute_deadline_ms == NINE + 12 * HOURS);

    YES(touch(token, PORTCULLIS_SESSION_INTERACTIVE, NINE + 10 * MINUTES, &live));
    HOLDS(live.last_active_ms == NINE + 10 * MINUTES);
    YES(touch(token, PORTCULLIS_SESSION_BACKGROUND, NINE + 20 * MINUTES, &live));
    HOLDS(live.idle_deadline_ms == NINE + 25 * MINUTES);
    YES(check(token, NINE + 25 * MINUTES - 1, &live));
    NO(check(token, NINE + 25 * MINUTES, &live));
    NO(check(token, NINE + 10 * MINUTES, &live)); /* the clock went back: it stays out */
}

static void changes_her_rights_and_signs_out(void) {
    char old[PORTCULLIS_SESSION_TOKEN_SIZE], token[PORTCULLIS_SESSION_TOKEN_SIZE];
    portcullis_session_live live;

    sign_in(NINE, &token);
    memcpy(old, token, sizeof old);
    YES(portcullis_session_rotate(policy, row, row_len, token, strlen(token), NINE + MINUTES, row,
                                  sizeof row, &row_len, &token, &live)); /* in its own place */
    HOLDS(strcmp(old, token) != 0 && live.created_ms == NINE);
    NO(check(old, NINE + MINUTES, NULL));
    YES(check(token, NINE + MINUTES, NULL));
    YES(end(token));
    NO(check(token, NINE + MINUTES, NULL));
    YES(end(token)); /* signing out twice is signing out */
}

/* S1-12 from C: nothing that was under way survives it. */
static void is_dismissed(void) {
    char phone[PORTCULLIS_SESSION_TOKEN_SIZE], laptop[PORTCULLIS_SESSION_TOKEN_SIZE];
    size_t ended = 0;
    uint64_t expires = 0;
    portcullis_session_sign_in *under_way;

    sign_in(NINE, &phone);
    sign_in(NINE + SECONDS, &laptop);
    under_way = begin(NINE + MINUTES);
    YES(portcullis_session_end_all(row, row_len, NINE + MINUTES, row, sizeof row, &row_len,
                                   &ended));
    HOLDS(ended == 2);
    NO(check(phone, NINE + MINUTES, NULL));
    NO(check(laptop, NINE + MINUTES, NULL));
    NO(start(under_way, NINE + MINUTES, &phone, NULL));
    portcullis_session_sign_in_free(under_way);
    YES(portcullis_session_expires(policy, row, row_len, &expires));
    HOLDS(expires == NINE + 61 * MINUTES); /* a sign-in may take an hour */
}

static void finds_the_row(void) {
    uint8_t by_name[PORTCULLIS_SESSION_HANDLE_SIZE], by_token[PORTCULLIS_SESSION_HANDLE_SIZE];
    char token[PORTCULLIS_SESSION_TOKEN_SIZE];

    sign_in(NINE + HOURS, &token);
    YES(portcullis_session_subject_handle("ada", 3, &by_name));
    YES(portcullis_session_token_handle(token, strlen(token), &by_token));
    HOLDS(memcmp(by_name, by_token, sizeof by_name) == 0);
    YES(portcullis_session_subject_handle("bob", 3, &by_token));
    HOLDS(memcmp(by_name, by_token, sizeof by_name) != 0);
    /* bytes may be written where the text was that they are made of */
    YES(portcullis_session_token_handle(token, strlen(token),
                                        (uint8_t(*)[PORTCULLIS_SESSION_HANDLE_SIZE])token));
    HOLDS(memcmp(by_name, token, sizeof by_name) == 0);
    memcpy(token, "ada", 3);
    YES(portcullis_session_subject_handle(token, 3,
                                          (uint8_t(*)[PORTCULLIS_SESSION_HANDLE_SIZE])token));
    HOLDS(memcmp(by_name, token, sizeof by_name) == 0);
}

int main(void) {
    char hash[PORTCULLIS_PASSWORD_HASH_SIZE];

    HOLDS(portcullis_abi_version() == PORTCULLIS_ABI_VERSION);
    YES(portcullis_session_policy_back_office(&policy));
    chooses_a_password(&hash);
    proves_who_she_is(hash);
    is_out_after_fifteen_idle_minutes();
    changes_her_rights_and_signs_out();
    is_dismissed();
    finds_the_row();
    portcullis_session_policy_free(policy);
    puts("a working day");
    return 0;
}
