/* What is wrong is answered by the right status, and nothing is written by it. */
#include "expect.h"

#define INVALID(call) EXPECT(PORTCULLIS_INVALID_ARGUMENT, call)
#define STATE(call) EXPECT(PORTCULLIS_STATE, call)
#define SHORT(call) EXPECT(PORTCULLIS_SHORT_BUFFER, call)
#define MALFORMED(call) EXPECT(PORTCULLIS_MALFORMED, call)
#define UNTOUCHED 0xAA

static portcullis_session_policy *policy = NULL;
static portcullis_session_sign_in *sign_in = NULL;
static char token[PORTCULLIS_SESSION_TOKEN_SIZE];
static uint8_t row[PORTCULLIS_SESSION_STATE_SIZE]; /* one live session */
static size_t row_len = 0;

/* Where answers go; `untouched` says that none has come. */
static uint8_t out[PORTCULLIS_SESSION_STATE_SIZE];
static size_t out_len = 0;
static char out_token[PORTCULLIS_SESSION_TOKEN_SIZE];
static portcullis_session_live live;

static void wipe(void) {
    memset(out, UNTOUCHED, sizeof out);
    memset(out_token, UNTOUCHED, sizeof out_token);
    memset(&live, UNTOUCHED, sizeof live);
    out_len = 0;
}

static bool all_untouched(const void *memory, size_t size) {
    const uint8_t *bytes = memory;
    size_t i;
    for (i = 0; i < size; i++)
        if (bytes[i] != UNTOUCHED)
            return false;
    return true;
}

static bool untouched(void) {
    return all_untouched(out, sizeof out) && all_untouched(out_token, sizeof out_token) &&
           all_untouched(&live, sizeof live);
}

static portcullis_status check(const uint8_t *state, size_t state_len, const char *of, size_t len,
                               uint64_t now, size_t size, size_t *written) {
    return portcullis_session_check(policy, state, state_len, of, len, now, out, size, written,
                                    &live);
}

static portcullis_status start(uint64_t factors, const char *label, size_t label_len, size_t size) {
    return portcullis_session_start(policy, row, row_len, sign_in, factors, label, label_len, NINE,
                                    out, size, &out_len, &out_token, &live);
}

static portcullis_status rotate(size_t size) {
    return portcullis_session_rotate(policy, row, row_len, token, strlen(token), NINE, out, size,
                                     &out_len, &out_token, &live);
}

static void null_is_never_followed(void) {
    wipe();
    INVALID(portcullis_session_policy_back_office(NULL));
    INVALID(portcullis_session_check(NULL, row, row_len, token, 66, NINE, out, sizeof out,
                                     &out_len, &live));
    INVALID(check(NULL, 1, token, 66, NINE, sizeof out, &out_len));
    INVALID(check(row, row_len, NULL, 1, NINE, sizeof out, &out_len));
    INVALID(check(row, row_len, token, 66, NINE, sizeof out, NULL));
    INVALID(check(row, SIZE_MAX, token, 66, NINE, sizeof out, &out_len));
    INVALID(portcullis_session_check(policy, row, row_len, token, 66, NINE, NULL, 1, &out_len,
                                     &live));
    INVALID(portcullis_session_start(policy, row, row_len, NULL, 0, NULL, 0, NINE, out, sizeof out,
                                     &out_len, &out_token, &live));
    INVALID(portcullis_session_start(policy, row, row_len, sign_in, 0, NULL, 0, NINE, out,
                                     sizeof out, &out_len, NULL, &live));
    INVALID(portcullis_session_rotate(policy, row, row_len, token, 66, NINE, out, sizeof out,
                                      &out_len, NULL, &live));
    INVALID(portcullis_session_end(row, row_len, token, 66, out, sizeof out, NULL));
    INVALID(portcullis_session_end_all(row, row_len, NINE, NULL, 9, &out_len, NULL));
    INVALID(portcullis_session_expires(policy, row, row_len, NULL));
    INVALID(portcullis_session_subject_handle("ada", 3, NULL));
    INVALID(portcullis_session_token_handle(token, 66, NULL));
    INVALID(portcullis_session_begin(row, row_len, "ada", 3, NINE, NULL));
    HOLDS(untouched() && out_len == 0);

    portcullis_session_policy_free(NULL);
    portcullis_session_sign_in_free(NULL);
    portcullis_password_policy_free(NULL);
    portcullis_password_hasher_free(NULL);
}

static void a_short_buffer_says_what_it_needs_and_nothing_has_happened(void) {
    size_t needed;
    wipe();
    SHORT(start(0, NULL, 0, 0));
    needed = out_len;
    SHORT(start(0, NULL, 0, needed - 1));
    HOLDS(out_len == needed && untouched());
    YES(start(0, NULL, 0, needed));
    HOLDS(out_len == needed && all_untouched(out + needed, sizeof out - needed));
    HOLDS(live.created_ms == NINE);
    HOLDS(out_len == needed); /* one session more, and no other from the calls before */

    wipe();
    SHORT(rotate(row_len - 1));
    HOLDS(out_len == row_len && untouched());
    SHORT(check(row, row_len, token, 66, NINE, row_len - 1, &out_len));
    SHORT(portcullis_session_check(policy, row, row_len, token, 66, NINE, NULL, 0, &out_len,
                                   &live));
    HOLDS(out_len == row_len && untouched());
    YES(check(row, row_len, token, 66, NINE, row_len, &out_len)); /* the old token is in force */
    HOLDS(out_len == row_len && memcmp(out, row, row_len) == 0);
}

/* CO-04: damaged is never "no such session", and never "no row". */
static void a_damaged_row_is_an_alarm(void) {
    uint8_t damaged[PORTCULLIS_SESSION_STATE_SIZE];
    portcullis_session_sign_in *none = NULL;
    uint64_t expires = 0;
    size_t cut;
    wipe();
    for (cut = 0; cut < row_len; cut++)
        STATE(check(row, cut, token, 66, NINE, sizeof out, &out_len));
    memcpy(damaged, row, sizeof damaged);
    STATE(check(damaged, row_len + 1, token, 66, NINE, sizeof out, &out_len));
    damaged[0] = 2;
    STATE(check(damaged, row_len, token, 66, NINE, sizeof out, &out_len));
    STATE(portcullis_session_begin(damaged, row_len, "ada", 3, NINE, &none));
    STATE(portcullis_session_end(damaged, row_len, token, 66, out, sizeof out, &out_len));
    STATE(portcullis_session_end_all(damaged, row_len, NINE, out, sizeof out, &out_len, NULL));
    STATE(portcullis_session_expires(policy, damaged, row_len, &expires));
    HOLDS(untouched() && out_len == 0 && none == NULL && expires == 0);
}

static void a_token_that_is_none_is_a_no(void) {
    uint8_t handle[PORTCULLIS_SESSION_HANDLE_SIZE];
    char other[PORTCULLIS_SESSION_TOKEN_SIZE];
    const char *garbage[] = {"", "garbage", "\xff\xfe", "\0\0\0"};
    size_t i;
    for (i = 0; i < sizeof garbage / sizeof *garbage; i++) {
        const size_t len = i < 3 ? strlen(garbage[i]) : 3;
        wipe();
        NO(check(row, row_len, garbage[i], len, NINE, sizeof out, &out_len));
        HOLDS(out_len == row_len && memcmp(out, row, row_len) == 0); /* written with every no */
        HOLDS(all_untouched(&live, sizeof live));
        NO(portcullis_session_token_handle(garbage[i], len, &handle));
        NO(portcullis_session_end(row, row_len, garbage[i], len, out, sizeof out, &out_len));
    }
    NO(check(row, row_len, NULL, 0, NINE, sizeof out, &out_len));
    NO(check(row, row_len, token, sizeof token, NINE, sizeof out, &out_len)); /* with its NUL */
    memcpy(other, token, sizeof other);
    other[40] = other[40] == 'A' ? 'B' : 'A';
    NO(check(row, row_len, other, 66, NINE, sizeof out, &out_len)); /* well-formed, unknown */
    NO(check(NULL, 0, token, 66, NINE, sizeof out, &out_len));      /* no row */
    YES(check(row, row_len, token, 66, NINE, sizeof out, &out_len));
}

static void numbers_are_held_to_their_range(void) {
    portcullis_session_policy *made = policy; /* anything but null */
    portcullis_password_hasher *hasher = NULL;
    static const char label[129] = {'x'};
    const uint64_t times[] = {0, NINE / 1000, NINE * 1000, UINT64_MAX};
    size_t i;

    INVALID(portcullis_session_policy_new(999, HOURS, 16, PORTCULLIS_SESSION_REFUSE, &made));
    HOLDS(made == NULL);
    INVALID(portcullis_session_policy_new(HOURS, HOURS - 1, 16, PORTCULLIS_SESSION_REFUSE, &made));
    INVALID(portcullis_session_policy_new(HOURS, HOURS, 0, PORTCULLIS_SESSION_REFUSE, &made));
    INVALID(portcullis_session_policy_new(HOURS, HOURS, 257, PORTCULLIS_SESSION_REFUSE, &made));
    INVALID(portcullis_session_policy_new(HOURS, HOURS, 16, 2, &made));
    INVALID(portcullis_session_policy_new(HOURS, HOURS, 16, -1, &made));
    INVALID(portcullis_password_hasher_new(7, 1, 1, &hasher));
    INVALID(portcullis_password_hasher_new(2097153, 1, 1, &hasher));
    INVALID(portcullis_password_hasher_new(8, 0, 1, &hasher));

    wipe();
    for (i = 0; i < sizeof times / sizeof *times; i++) /* seconds, microseconds */
        INVALID(check(row, row_len, token, 66, times[i], sizeof out, &out_len));
    INVALID(portcullis_session_touch(policy, row, row_len, token, 66, 2, NINE, out, sizeof out,
                                     &out_len, &live));
    INVALID(start(8, NULL, 0, sizeof out));
    INVALID(start(0, label, sizeof label, sizeof out));
    INVALID(start(0, "\xff", 1, sizeof out));
    HOLDS(untouched() && out_len == 0);

    INVALID(portcullis_session_begin(row, row_len, "", 0, NINE, &sign_in));
    HOLDS(sign_in == NULL);
    INVALID(portcullis_session_begin(row, row_len, "\xff", 1, NINE, &sign_in));
    INVALID(portcullis_session_begin(row, row_len, "ada", 3, NINE / 1000, &sign_in));
}

static void the_limit_of_sessions_is_kept(void) {
    portcullis_session_policy *one = NULL;
    YES(portcullis_session_policy_new(HOURS, HOURS, 1, PORTCULLIS_SESSION_REFUSE, &one));
    NO(portcullis_session_start(one, row, row_len, sign_in, 0, NULL, 0, NINE, out, sizeof out,
                                &out_len, &out_token, NULL));
    portcullis_session_policy_free(one);
    YES(portcullis_session_policy_new(HOURS, HOURS, 1, PORTCULLIS_SESSION_EVICT_OLDEST, &one));
    YES(portcullis_session_start(one, row, row_len, sign_in, 0, NULL, 0, NINE, out, sizeof out,
                                 &out_len, &out_token, NULL));
    NO(check(out, out_len, token, 66, NINE, sizeof out, &out_len));
    portcullis_session_policy_free(one);
}

static void passwords(void) {
    portcullis_password_hasher *hasher = cheap_hasher();
    char hash[PORTCULLIS_PASSWORD_HASH_SIZE], other[PORTCULLIS_PASSWORD_HASH_SIZE];
    static char huge[8193];
    const char *planted = "$argon2id$v=19$m=4194304,t=1,p=1$c29tZXNhbHRzb21l$"
                          "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    bool rehash = true;
    memset(huge, 'x', sizeof huge);
    memset(other, UNTOUCHED, sizeof other);

    NO(portcullis_password_hash(hasher, NULL, 0, &other));
    NO(portcullis_password_hash(hasher, "\xff\xfe", 2, &other));
    NO(portcullis_password_hash(hasher, huge, sizeof huge, &other));
    INVALID(portcullis_password_hash(hasher, NULL, 1, &other));
    INVALID(portcullis_password_hash(NULL, "x", 1, &other));
    INVALID(portcullis_password_hash(hasher, "x", 1, NULL));
    HOLDS(all_untouched(other, sizeof other));

    YES(portcullis_password_hash(hasher, "not_utf8", 8, &hash));
    NO(portcullis_password_verify(hasher, "\xff\xfe", 2, hash, strlen(hash), &rehash));
    NO(portcullis_password_verify(hasher, NULL, 0, hash, strlen(hash), &rehash));
    NO(portcullis_password_verify(hasher, huge, sizeof huge, hash, strlen(hash), &rehash));
    NO(portcullis_password_verify(hasher, "\xff\xfe", 2, NULL, 0, &rehash));
    MALFORMED(portcullis_password_verify(hasher, "not_utf8", 8, "", 0, &rehash));
    MALFORMED(portcullis_password_verify(hasher, "not_utf8", 8, hash, sizeof hash, &rehash));
    MALFORMED(portcullis_password_verify(hasher, "not_utf8", 8, "\xff", 1, &rehash));
    MALFORMED(portcullis_password_verify(hasher, "x", 1, planted, strlen(planted), &rehash));
    MALFORMED(portcullis_password_verify(hasher, "\xff", 1, planted, strlen(planted), &rehash));
    INVALID(portcullis_password_verify(hasher, "x", 1, NULL, 1, &rehash));
    INVALID(portcullis_password_verify(NULL, "x", 1, hash, strlen(hash), &rehash));
    HOLDS(rehash);
    YES(portcullis_password_verify(hasher, "not_utf8", 8, hash, strlen(hash), NULL));
    portcullis_password_hasher_free(hasher);
}

static void violations(void) {
    portcullis_password_policy *nist = NULL;
    char codes[PORTCULLIS_PASSWORD_VIOLATIONS_SIZE];
    const portcullis_text none = {NULL, 0}, broken = {NULL, 3};
    const portcullis_text twice[] = {{"correct horse", 13}, {"correct horse", 13}};
    static const char *const long_enough = "correct horse battery";
    static char unaligned[2 * sizeof(portcullis_text)];
    const void *odd = (uintptr_t)unaligned % 2 == 0 ? unaligned + 1 : unaligned;

    YES(portcullis_password_policy_nist(&nist));
    YES(portcullis_password_check(nist, long_enough, strlen(long_enough), &none, 1, NULL));
    NO(portcullis_password_check(nist, "correct horse", 13, twice, 2, &codes));
    HOLDS(strcmp(codes, "too_short\ncontext_word") == 0);
    NO(portcullis_password_check(nist, "\xff", 1, NULL, 0, &codes));
    HOLDS(strcmp(codes, "not_utf8") == 0);
    NO(portcullis_password_check(nist, "short", 5, NULL, 0, NULL));
    memset(codes, UNTOUCHED, sizeof codes);
    INVALID(portcullis_password_check(nist, long_enough, 21, &broken, 1, &codes));
    INVALID(portcullis_password_check(nist, long_enough, 21, NULL, 1, &codes));
    INVALID(portcullis_password_check(nist, long_enough, 21, odd, 1, &codes));
    INVALID(portcullis_password_check(NULL, long_enough, 21, NULL, 0, &codes));
    HOLDS(all_untouched(codes, sizeof codes));
    portcullis_password_policy_free(nist);
}

int main(void) {
    portcullis_session_sign_in *first = NULL;
    YES(portcullis_session_policy_back_office(&policy));
    YES(portcullis_session_begin(NULL, 0, "ada", 3, NINE, &first));
    sign_in = first;
    YES(portcullis_session_start(policy, NULL, 0, first, PORTCULLIS_SESSION_PASSWORD, NULL, 0,
                                 NINE, row, sizeof row, &row_len, &token, NULL));
    null_is_never_followed();
    a_short_buffer_says_what_it_needs_and_nothing_has_happened();
    a_damaged_row_is_an_alarm();
    a_token_that_is_none_is_a_no();
    the_limit_of_sessions_is_kept();
    numbers_are_held_to_their_range();
    passwords();
    violations();
    portcullis_session_sign_in_free(first);
    portcullis_session_policy_free(policy);
    puts("refusals");
    return 0;
}
