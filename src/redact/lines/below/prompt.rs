//! What was typed behind a prompt and ends in a name, so that the line below is its value.

use super::{
    super::super::{
        bytes::{before, byte, run, slice},
        keyed::Named,
    },
    Mode,
};

/// What interpreters and debuggers prompt with, where it does not end in one of the usual signs.
const PROMPTS: &[&str] = &[
    ">>> ", "> ", "irb(", "pry(", "[1] pry(", "In [", "iex(", "php > ", "(gdb) ", "(lldb) ",
    "(Pdb) ", "ipdb> ", "PS ",
];
/// A longer first word is no prompt.
const MAX_PROMPT: usize = 40;
/// How shells are told to print a variable.
const ECHOES: &[&[u8]] = &[b" $", b" ${", b"printenv ", b"$env:", b"${env:"];

/// What the line below a prompt holds where the name ends what was typed: an interpreter answers with
/// a string, a shell with the bare value of a variable.
pub(super) fn answer(text: &[u8], named: &Named<'_>) -> Option<Mode> {
    let typed = slice(text, named.line.start..named.name.start);
    let first = run(slice(typed, 0..typed.len().min(MAX_PROMPT)), 0, |b| {
        b != b' '
    });
    let is_known = PROMPTS.iter().any(|p| typed.starts_with(p.as_bytes()));
    let is_prompt = is_known
        || (byte(typed, first) == Some(b' ')
            && before(typed, first).is_some_and(|b| b">$#%".contains(&b)));
    // Mail is cited behind the same sign as one of them: `> your password`.
    let name = slice(text, named.name.clone());
    let is_sure = is_known && !typed.starts_with(b"> ");
    let mut inner = name.iter().skip(1);
    let is_path = inner.any(|b| b"._".contains(b) || b.is_ascii_uppercase());
    let is_member = typed.last().is_some_and(|b| b"$@:.>".contains(b));
    if !is_prompt || !(is_sure || is_path || is_member) {
        return None;
    }
    let is_echo = ECHOES.iter().any(|echo| typed.ends_with(echo));
    Some(if is_echo { Mode::Echo } else { Mode::Answer })
}
