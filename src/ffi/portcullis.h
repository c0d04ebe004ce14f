/* portcullis: passwords and sessions, for C99 and C++11.
 *
 * Generated from src/ffi; `BLESS=1 cargo test --features ffi --test header` makes it anew.
 *
 * Answers. Every function that can fail returns a portcullis_status. 0 (PORTCULLIS_YES), and only 0,
 * means yes. 1 (PORTCULLIS_NO) means that the check ran and the answer is no. Everything else could
 * not be decided. So: whatever is not 0 denies.
 *
 * Inputs are a pointer and a length in bytes; null only with length 0. Text is UTF-8 and needs no
 * NUL at its end: a length is what strlen says, not what sizeof says. The library keeps no pointer.
 *
 * Outputs are memory of the caller's: arrays of a PORTCULLIS_..._SIZE, in which text is followed by
 * NULs to the end, or a buffer with its size and a place for the length. When the buffer is too small
 * (PORTCULLIS_SHORT_BUFFER) that place holds the length that is needed, and nothing has happened; so
 * let it not be where you keep the length of the input, or take a buffer of the largest size. Null
 * with size 0 asks for the length. Outputs are written after everything was decided and all inputs
 * were read; one of bytes or text may lie where an input lies. No two outputs may overlap, and no
 * structure, number, length or pointer that is written may overlap an input. Unless the answer is 0
 * (or, where it is said, 1), nothing is written but that length and null handles.
 *
 * Handles are made by the functions that end in `_new` or in the name of a preset and by
 * portcullis_session_begin. Free each with its own `_free`, which ignores null. A handle never
 * changes, so threads may share it.
 *
 * Sessions. All that is known of one person's sessions is one state: bytes in a row of the caller's,
 * under a key that portcullis_session_subject_handle and portcullis_session_token_handle give. Null
 * with length 0 stands for "no row yet". In one transaction (or with a compare-and-swap on the old
 * bytes): load the state, call, store the new state. The new state is written with every 0 and every
 * 1, and is to be stored with both: an expiry that was seen answers 1 and is recorded in it. Unless
 * the store says that it is stored, deny. Times are milliseconds since the Unix epoch; a time before
 * 1973 or after 5137 is PORTCULLIS_INVALID_ARGUMENT, because it was given in another unit.
 */


#ifndef PORTCULLIS_H
#define PORTCULLIS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__cplusplus) && __cplusplus >= 201703L
#define PORTCULLIS_MUST_USE [[nodiscard]]
#elif defined(__GNUC__)
#define PORTCULLIS_MUST_USE __attribute__((warn_unused_result))
#else
#define PORTCULLIS_MUST_USE
#endif

/**
 * The version of the binary interface that this header describes. It changes whenever a function,
 * a structure or the size of a buffer does.
 */
#define PORTCULLIS_ABI_VERSION 1

/**
 * The size of a hash as text, its NUL included.
 */
#define PORTCULLIS_PASSWORD_HASH_SIZE 128

/**
 * The size of the codes of all violations, their NUL included.
 */
#define PORTCULLIS_PASSWORD_VIOLATIONS_SIZE 256

/**
 * The size of a token as text: 66 characters, safe in a cookie and in a header, and a NUL.
 */
#define PORTCULLIS_SESSION_TOKEN_SIZE 67

/**
 * The size of a handle: the key of a person's row.
 */
#define PORTCULLIS_SESSION_HANDLE_SIZE 16

/**
 * The size of the largest state that there is: a subject of 256 bytes and 256 sessions with all factors
 * and labels of 128 bytes. A buffer of this size is never too small. A state takes 17 bytes and its
 * subject, and for each session 110, its label, and 8 for each factor.
 */
#define PORTCULLIS_SESSION_STATE_SIZE 67345

/**
 * At the limit of live sessions a sign-in is refused.
 */
#define PORTCULLIS_SESSION_REFUSE 0

/**
 * At the limit of live sessions the one that was created first ends.
 */
#define PORTCULLIS_SESSION_EVICT_OLDEST 1

/**
 * A page polled or a connection was kept alive: nothing is renewed.
 */
#define PORTCULLIS_SESSION_BACKGROUND 0

/**
 * The person did something: the idle time starts anew.
 */
#define PORTCULLIS_SESSION_INTERACTIVE 1

/**
 * A factor: a password.
 */
#define PORTCULLIS_SESSION_PASSWORD 1

/**
 * A factor: a one-time code of an authenticator.
 */
#define PORTCULLIS_SESSION_TOTP 2

/**
 * A factor: a recovery code in place of a one-time code.
 */
#define PORTCULLIS_SESSION_RECOVERY_CODE 4

/**
 * Makes and verifies hashes at one cost. Threads may share one.
 */
typedef struct portcullis_password_hasher portcullis_password_hasher;

/**
 * The rules for new passwords. Threads may share one.
 */
typedef struct portcullis_password_policy portcullis_password_policy;

/**
 * The rules for sessions. Threads may share one.
 */
typedef struct portcullis_session_policy portcullis_session_policy;

/**
 * A sign-in under way. Threads may share one.
 */
typedef struct portcullis_session_sign_in portcullis_session_sign_in;

/**
 * What a function answers. 0, and only 0, means yes: done, verified, live. 1: the check ran and
 * the answer is no. Anything else: it could not be decided; deny, and tell whoever looks after the
 * system.
 */
typedef int32_t portcullis_status;

/**
 * Text: `len` bytes of UTF-8 at `data`, without a NUL at the end.
 */
typedef struct portcullis_text {
    /**
     * May be null when `len` is 0.
     */
    const char *data;
    /**
     * In bytes.
     */
    size_t len;
} portcullis_text;

/**
 * A session that was live when it was asked about. Times are in milliseconds since the Unix epoch.
 */
typedef struct portcullis_session_live {
    /**
     * Which of the person's sessions it is. Not secret.
     */
    uint64_t id;
    /**
     * What the person proved: PORTCULLIS_SESSION_PASSWORD and the like, added up.
     */
    uint64_t factors;
    /**
     * When it started.
     */
    uint64_t created_ms;
    /**
     * When the person last gave a password; 0 for never.
     */
    uint64_t password_ms;
    /**
     * When the person last gave a one-time code; 0 for never.
     */
    uint64_t totp_ms;
    /**
     * When the person last gave a recovery code; 0 for never.
     */
    uint64_t recovery_code_ms;
    /**
     * The last recorded interactive activity.
     */
    uint64_t last_active_ms;
    /**
     * From then on it is dead if nothing more is done.
     */
    uint64_t idle_deadline_ms;
    /**
     * From then on it is dead whatever is done.
     */
    uint64_t absolute_deadline_ms;
} portcullis_session_live;

/**
 * Yes: done, verified, live.
 */
#define PORTCULLIS_YES 0

/**
 * No: the check ran, and this is its answer. A password or a token that somebody sends is never
 * answered otherwise because of its bytes: if it is not right it is a no.
 */
#define PORTCULLIS_NO 1

/**
 * The call is wrong: null where a value is needed, text that is not UTF-8, a number out of range.
 */
#define PORTCULLIS_INVALID_ARGUMENT 2

/**
 * The buffer is too small; the length that it needs has been written, and nothing else. Nothing
 * has happened: call again with a larger one.
 */
#define PORTCULLIS_SHORT_BUFFER 3

/**
 * The stored hash cannot be used: of another scheme, not well-formed, or of a cost above the
 * ceilings.
 */
#define PORTCULLIS_MALFORMED 4

/**
 * The stored state cannot be read: damaged, or of a version that this library does not know.
 */
#define PORTCULLIS_STATE 5

/**
 * The store gave no answer. Reserved: no function of this version uses a store.
 */
#define PORTCULLIS_STORE 6

/**
 * The operating system gave no randomness.
 */
#define PORTCULLIS_RANDOMNESS 7

/**
 * There is not enough memory for the hash.
 */
#define PORTCULLIS_MEMORY 8

/**
 * A defect in the library; please report it.
 */
#define PORTCULLIS_PANIC 9

/**
 * Too many hashes are under way, and as many wait as may, or for as long: try again in a few
 * seconds.
 */
#define PORTCULLIS_BUSY 10

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Says in English what a status means: static text, never null, not to be freed. It is for logs;
 * the person at the other end learns yes or no.
 */
PORTCULLIS_MUST_USE const char *portcullis_status_message(portcullis_status status);

/**
 * The version of the binary interface of the library that is linked, to be compared with
 * PORTCULLIS_ABI_VERSION before anything else is called.
 */
PORTCULLIS_MUST_USE uint32_t portcullis_abi_version(void);

/**
 * Argon2id at 19 MiB, two passes, one lane: the OWASP Password Storage Cheat Sheet's choice.
 *
 * `*hasher` is null unless the answer is 0, and is to be freed with
 * portcullis_password_hasher_free.
 */
PORTCULLIS_MUST_USE
portcullis_status portcullis_password_hasher_default(struct portcullis_password_hasher **hasher);

/**
 * Argon2id at a cost of one's own: `memory_kib` from 8 a lane to 2097152, `passes` from 1 to 64,
 * `lanes` from 1 to 16, memory times passes to 2097152; PORTCULLIS_INVALID_ARGUMENT outside. Less
 * than the default is for tests.
 *
 * A hasher has a memory budget of 262144 KiB, or of its own cost where that is more: beyond it a
 * call waits for five seconds at most, then the answer is PORTCULLIS_BUSY. Make one for the process.
 *
 * `*hasher` is null unless the answer is 0, and is to be freed with
 * portcullis_password_hasher_free.
 */
PORTCULLIS_MUST_USE
portcullis_status portcullis_password_hasher_new(uint32_t memory_kib,
                                                 uint32_t passes,
                                                 uint32_t lanes,
                                                 struct portcullis_password_hasher **hasher);

/**
 * Frees a hasher. Null is ignored.
 */
void portcullis_password_hasher_free(struct portcullis_password_hasher *hasher);

/**
 * Hashes a password. `hash` is to be stored: printable text, ended by a NUL.
 *
 * 1: the password is empty, over 1024 bytes or not UTF-8, and is not to be used. Nothing else is
 * asked of it: that is portcullis_password_check.
 *
 * The library wipes its copies of the password; yours is for you to wipe.
 */
PORTCULLIS_MUST_USE
portcullis_status portcullis_password_hash(const struct portcullis_password_hasher *hasher,
                                           const char *password,
                                           size_t password_len,
                                           char (*hash)[PORTCULLIS_PASSWORD_HASH_SIZE]);

/**
 * Says whether it is the password. `stored` is the hash as it was stored, `stored_len` bytes long;
 * null with length 0 for an unknown person, which takes as long as a wrong password.
 *
 * 1: a wrong password, whichever bytes it has, or an unknown person; the two are not told apart.
 * PORTCULLIS_MALFORMED: the stored hash cannot be used; tell whoever looks after the system, and
 * tell the person what a wrong password tells.
 *
 * `needs_rehash` may be null. It is written with 0 alone: whether the hash is weaker than this
 * hasher makes them. Then hash the password again, now that it is known, and replace the stored
 * hash if it is still the same.
 */
PORTCULLIS_MUST_USE
portcullis_status portcullis_password_verify(const struct portcullis_password_hasher *hasher,
                                             const char *password,
                                             size_t password_len,
                                             const char *stored,
                                             size_t stored_len,
                                             bool *needs_rehash);

/**
 * The rules of a back office: 12 characters with an upper-case and a lower-case letter, a digit and
 * a symbol, and no word of the account in it.
 *
 * `*policy` is null unless the answer is 0, and is to be freed with
 * portcullis_password_policy_free.
 */
PORTCULLIS_MUST_USE
portcullis_status portcullis_password_policy_back_office(struct portcullis_password_policy **policy);

/**
 * The rules of NIST SP 800-63B-4 for a password that is the only factor, but for the list of common
 * passwords that NIST asks for, too: 15 characters of any kind, not a word of the account as a
 * whole.
 *
 * `*policy` is null unless the answer is 0, and is to be freed with
 * portcullis_password_policy_free.
 */
PORTCULLIS_MUST_USE
portcullis_status portcullis_password_policy_nist(struct portcullis_password_policy **policy);

/**
 * Frees a policy. Null is ignored.
 */
void portcullis_password_policy_free(struct portcullis_password_policy *policy);

/**
 * Says everything that is wrong with a password that somebody has chosen. `context` are the
 * `context_count` words that anybody would guess for this person: user name, e-mail address, names
 * of person and company; null with 0 for none.
 *
 * 1: `violations` holds the code of each rule that is broken, one a line, ended by a NUL, such as
 * "too_short\nno_digit". Codes never change: too_short, too_long, no_uppercase, no_lowercase,
 * no_digit, no_symbol, control_character, context_word, blocklisted, not_utf8; there may be more
 * one day. 0: it holds an empty string. It may be null.
 */
PORTCULLIS_MUST_USE
portcullis_status portcullis_password_check(const struct portcullis_password_policy *policy,
                                            const char *password,
                                            size_t password_len,
                                            const struct portcullis_text *context,
                                            size_t context_count,
                                            char (*violations)[PORTCULLIS_PASSWORD_VIOLATIONS_SIZE]);

/**
 * The rules of a back office: out after 15 idle minutes and after 12 hours in any case; a
 * seventeenth session of one person ends the oldest.
 *
 * `*policy` is null unless the answer is 0, and is to be freed with
 * portcullis_session_policy_free.
 */
PORTCULLIS_MUST_USE
portcullis_status portcullis_session_policy_back_office(struct portcullis_session_policy **policy);

/**
 * Rules of one's own: a session ends `idle_ms` after the last interactive activity, a second or
 * more, and `absolute_ms` after its start, `idle_ms` or more. One person has at most `max_sessions`
 * live ones, 1 to 256; `at_limit` is PORTCULLIS_SESSION_EVICT_OLDEST or PORTCULLIS_SESSION_REFUSE.
 * PORTCULLIS_INVALID_ARGUMENT for anything else.
 *
 * `*policy` is null unless the answer is 0, and is to be freed with
 * portcullis_session_policy_free.
 */
PORTCULLIS_MUST_USE
portcullis_status portcullis_session_policy_new(uint64_t idle_ms,
                                                uint64_t absolute_ms,
                                                uint32_t max_sessions,
                                                int32_t at_limit,
                                                struct portcullis_session_policy **policy);

/**
 * Frees a policy. Null is ignored.
 */
void portcullis_session_policy_free(struct portcullis_session_policy *policy);

/**
 * The key of the row of one person, from the number or name that the application knows them by, in
 * one form for each person. `subject` must not be empty.
 */
PORTCULLIS_MUST_USE
portcullis_status portcullis_session_subject_handle(const char *subject,
                                                    size_t subject_len,
                                                    uint8_t (*handle)[PORTCULLIS_SESSION_HANDLE_SIZE]);

/**
 * The key of the row to load for a token that a client sent. 1: it is not of a token's form, so
 * there is no session. 0 says nothing about the session: ask portcullis_session_check.
 */
PORTCULLIS_MUST_USE
portcullis_status portcullis_session_token_handle(const char *token,
                                                  size_t token_len,
                                                  uint8_t (*handle)[PORTCULLIS_SESSION_HANDLE_SIZE]);

/**
 * Begins a sign-in, before the password is looked at. Nothing is to be stored.
 *
 * `subject` is the person's name or number in the one form that the application uses, of 1 to 256
 * bytes; it is kept in the state. A sign-in starts no session in the state of another subject.
 *
 * It carries what it saw of the state: if all sessions are ended while the password is being
 * looked at, it starts none.
 *
 * `*sign_in` is null unless the answer is 0, and is to be freed with
 * portcullis_session_sign_in_free.
 */
PORTCULLIS_MUST_USE
portcullis_status portcullis_session_begin(const uint8_t *state,
                                           size_t state_len,
                                           const char *subject,
                                           size_t subject_len,
                                           uint64_t now_ms,
                                           struct portcullis_session_sign_in **sign_in);

/**
 * Frees a sign-in, whether or not it started a session. Null is ignored.
 */
void portcullis_session_sign_in_free(struct portcullis_session_sign_in *sign_in);

/**
 * Starts a session, once the person has proved who they are. `state` is the state as it is now, not
 * as it was when the sign-in began; `factors` is what they proved: PORTCULLIS_SESSION_PASSWORD and
 * the like, added up. `label` is what they will recognise the session by in a list, at most 128
 * bytes.
 *
 * 1: all sessions were ended after the sign-in began, or it began an hour ago or more, or there are
 * as many sessions as the policy allows and it evicts none.
 *
 * Store the new state, and when it is stored give `token` to the client: it is the only copy that
 * there will be. The sign-in stays yours, for another attempt if the row had changed meanwhile.
 * `live` may be null.
 */
PORTCULLIS_MUST_USE
portcullis_status portcullis_session_start(const struct portcullis_session_policy *policy,
                                           const uint8_t *state,
                                           size_t state_len,
                                           const struct portcullis_session_sign_in *sign_in,
                                           uint64_t factors,
                                           const char *label,
                                           size_t label_len,
                                           uint64_t now_ms,
                                           uint8_t *new_state,
                                           size_t new_state_size,
                                           size_t *new_state_len,
                                           char (*token)[PORTCULLIS_SESSION_TOKEN_SIZE],
                                           struct portcullis_session_live *live);

/**
 * Says whether the session of a token is live. 1: it is not, or the token is none.
 *
 * Store the new state whenever it differs from the old one, after 1 too: an expiry that was seen is
 * recorded in it and is then permanent, whatever the clock says later, and so is the end of a session
 * whose replaced token somebody still uses. `live` may be null.
 */
PORTCULLIS_MUST_USE
portcullis_status portcullis_session_check(const struct portcullis_session_policy *policy,
                                           const uint8_t *state,
                                           size_t state_len,
                                           const char *token,
                                           size_t token_len,
                                           uint64_t now_ms,
                                           uint8_t *new_state,
                                           size_t new_state_size,
                                           size_t *new_state_len,
                                           struct portcullis_session_live *live);

/**
 * As portcullis_session_check, and records the activity: PORTCULLIS_SESSION_INTERACTIVE starts the
 * idle time anew, PORTCULLIS_SESSION_BACKGROUND renews nothing.
 *
 * Store the new state whenever it differs from the old one, after 1 too. Activity is recorded at
 * most every sixteenth of the idle time, so most calls change nothing. `live` may be null.
 */
PORTCULLIS_MUST_USE
portcullis_status portcullis_session_touch(const struct portcullis_session_policy *policy,
                                           const uint8_t *state,
                                           size_t state_len,
                                           const char *token,
                                           size_t token_len,
                                           int32_t activity,
                                           uint64_t now_ms,
                                           uint8_t *new_state,
                                           size_t new_state_size,
                                           size_t *new_state_len,
                                           struct portcullis_session_live *live);

/**
 * Gives a live session a new token; to be done whenever the person's rights change. 1: the session
 * is not live, or the token is none.
 *
 * Store the new state, after 1 too, and when it is stored give `new_token` to the client: the old
 * one is dead with it, and whoever still uses it half a minute later ends the session. `new_token`
 * may be where `token` is. `live` may be null.
 */
PORTCULLIS_MUST_USE
portcullis_status portcullis_session_rotate(const struct portcullis_session_policy *policy,
                                            const uint8_t *state,
                                            size_t state_len,
                                            const char *token,
                                            size_t token_len,
                                            uint64_t now_ms,
                                            uint8_t *new_state,
                                            size_t new_state_size,
                                            size_t *new_state_len,
                                            char (*new_token)[PORTCULLIS_SESSION_TOKEN_SIZE],
                                            struct portcullis_session_live *live);

/**
 * Ends the session of a token: signs out. 0 also for a session that had ended before; 1: it is not
 * of a token's form, and nothing was there to end.
 *
 * The session has ended when the new state is stored, not before: say so to nobody until then.
 */
PORTCULLIS_MUST_USE
portcullis_status portcullis_session_end(const uint8_t *state,
                                         size_t state_len,
                                         const char *token,
                                         size_t token_len,
                                         uint8_t *new_state,
                                         size_t new_state_size,
                                         size_t *new_state_len);

/**
 * Ends every session of a person, and every sign-in under way. `ended` is how many sessions there
 * were, and may be null.
 *
 * They have ended when the new state is stored, not before.
 */
PORTCULLIS_MUST_USE
portcullis_status portcullis_session_end_all(const uint8_t *state,
                                             size_t state_len,
                                             uint64_t now_ms,
                                             uint8_t *new_state,
                                             size_t new_state_size,
                                             size_t *new_state_len,
                                             size_t *ended);

/**
 * From when on the row may be deleted, in milliseconds since the Unix epoch: no session is live
 * then, and no sign-in that began before they were all ended can still be under way.
 */
PORTCULLIS_MUST_USE
portcullis_status portcullis_session_expires(const struct portcullis_session_policy *policy,
                                             const uint8_t *state,
                                             size_t state_len,
                                             uint64_t *expires_ms);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* PORTCULLIS_H */
