//! Portcullis's redactor beside a set of regular expressions and the search for line ends.

use std::{hint::black_box, time::Duration};

use cpu_time::ThreadTime;
use portcullis::redact::Policy;
use regex::bytes::RegexSet;

#[path = "../../redact/text.rs"]
mod text;

const MEGABYTE: usize = 1024 * 1024;

/// What a team writes: the names of secrets before a separator, and tokens by their prefix.
const PATTERNS: &[&str] = &[
    r#"(?i)(password|passwd|passphrase|pwd|passcode)["']?\s*[:=]\s*\S"#,
    r#"(?i)(api|access|secret|private|auth|encryption|signing|license|account|master)[_-]?key["']?\s*[:=]\s*\S"#,
    r#"(?i)(access|auth|refresh|id|csrf|session|bearer|api)?[_-]?token["']?\s*[:=]\s*\S"#,
    r#"(?i)(client|app|shared)?[_-]?secret["']?\s*[:=]\s*\S"#,
    r#"(?i)(session|sess|php|j)[_-]?(id|sessid|sessionid)["']?\s*[:=]\s*\S"#,
    r"(?i)\b(set-)?cookie:\s*\S",
    r"(?i)\b(proxy-)?authorization:\s*\S",
    r"(?i)\bbearer\s+[a-z0-9._~+/-]{16,}",
    r"(?i)\bbasic\s+[a-z0-9+/]{8,}",
    r#"(?i)\b(pin|otp|cvv|cvc)["']?\s*[:=]\s*\d{3,8}"#,
    r#"(?i)(security|secret)[_-]?(answer|question)["']?\s*[:=]\s*\S"#,
    r"://[^/\s:@]+:[^/\s@]+@",
    r"-----BEGIN [A-Z ]*PRIVATE KEY",
    r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}",
    r"\bgh[pousr]_[A-Za-z0-9]{36}",
    r"\bgithub_pat_[A-Za-z0-9_]{22,}",
    r"\bgl(pat|dt|rt|ptt|soat|cbt)-[A-Za-z0-9_-]{16,}",
    r"\bxox[abposr]-[A-Za-z0-9-]{10,}",
    r"\bxapp-[A-Za-z0-9-]{10,}",
    r"hooks\.slack\.com/services/[A-Za-z0-9/]{20,}",
    r"\b[sr]k_(live|test)_[A-Za-z0-9]{16,}",
    r"\bwhsec_[A-Za-z0-9]{16,}",
    r"\b(AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}",
    r"\bAIza[A-Za-z0-9_-]{30,}",
    r"\bya29\.[A-Za-z0-9_-]{20,}",
    r"\bGOCSPX-[A-Za-z0-9_-]{20,}",
    r"\bnpm_[A-Za-z0-9]{30,}",
    r"\bpypi-[A-Za-z0-9_-]{40,}",
    r"\brubygems_[a-f0-9]{32,}",
    r"\bdckr_pat_[A-Za-z0-9_-]{20,}",
    r"\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}",
    r"\bSK[a-f0-9]{32}",
    r"\bdo[opr]_v1_[a-f0-9]{32,}",
    r"\bshp(at|ca|pa|ss)_[a-f0-9]{24,}",
    r"\bsk-(ant|proj|svcacct|admin|or-v1)-[A-Za-z0-9_-]{20,}",
    r"\bsk-[A-Za-z0-9]{32,}",
    r"\bgsk_[A-Za-z0-9]{32,}",
    r"\bhf_[A-Za-z0-9]{30,}",
    r"\bdapi[a-f0-9]{32}",
    r"\bdp\.(pt|st|ct|sa)\.[A-Za-z0-9]{32,}",
    r"\blin_api_[A-Za-z0-9]{32,}",
    r"\bAT[AC]TT3[A-Za-z0-9_=-]{40,}",
    r"\bhv[sbr]\.[A-Za-z0-9_-]{20,}",
    r"\bAGE-SECRET-KEY-1[A-Z0-9]{50,}",
    r"\bgl(sa|c)_[A-Za-z0-9_=-]{32,}",
    r"\bsntry[su]_[A-Za-z0-9_=.-]{32,}",
    r"\bNRAK-[A-Z0-9]{24,}",
    r"\bPMAK-[A-Za-z0-9-]{40,}",
    r"\bfigd_[A-Za-z0-9_-]{32,}",
    r"\bpscale_(tkn|pw)_[A-Za-z0-9_.=-]{32,}",
    r"\btskey-[A-Za-z0-9-]{20,}",
    r"\bsbp_[a-f0-9]{32,}",
    r"\b(?:4\d{3}|5[1-5]\d{2}|6011)[ -]?\d{4}[ -]?\d{4}[ -]?\d{4}\b",
    r"\b\d{3}-\d{2}-\d{4}\b",
    r"\b[A-Z]{2}\d{2}[A-Z0-9]{11,30}\b",
    r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+\.[A-Za-z0-9.-]+",
];

/// Times them and prints the table.
pub fn compare(quick: bool) {
    let (len, rounds) = if quick {
        (MEGABYTE / 4, 3)
    } else {
        (8 * MEGABYTE, 15)
    };
    let policy = Policy::default();
    let set = RegexSet::new(PATTERNS).expect("the patterns are those above");
    println!("\nlogs: the fastest of {rounds} rounds, MB/s of processor time, one thread");
    println!("\n| text | portcullis, redacted | RegexSet, found | ratio | line ends |");
    println!("|---|--:|--:|--:|--:|");
    let mut texts = text::clean(len);
    texts.push(("all of these, mixed", text::mixed(len)));
    texts.push(("a secret a line", text::dense(len)));
    for (name, text) in texts {
        let mut best = [Duration::MAX; 3];
        for _ in 0..rounds {
            let works: [&dyn Fn() -> usize; 3] = [
                &|| policy.redact(black_box(&text)).len(),
                &|| {
                    let lines = black_box(&text).split(|b| *b == b'\n');
                    lines.filter(|line| set.is_match(line)).count()
                },
                &|| memchr::memchr_iter(b'\n', black_box(&text)).count(),
            ];
            for (best, work) in best.iter_mut().zip(works) {
                let start = ThreadTime::now();
                black_box(work());
                *best = start.elapsed().min(*best);
            }
        }
        let [ours, theirs, limit] = best.map(|time| text.len() as f64 / time.as_secs_f64() / 1e6);
        println!(
            "| {name} | {ours:.0} | {theirs:.0} | {:.1} | {limit:.0} |",
            ours / theirs
        );
    }
    println!("\n| one line of a megabyte, made to be slow | MB/s |\n|---|--:|");
    for (name, trap) in text::TRAPS {
        let text = text::trap(trap, MEGABYTE);
        let mut best = Duration::MAX;
        for _ in 0..rounds.min(5) {
            let start = ThreadTime::now();
            black_box(policy.redact(black_box(&text)));
            best = start.elapsed().min(best);
        }
        println!(
            "| {name} | {:.0} |",
            text.len() as f64 / best.as_secs_f64() / 1e6
        );
    }
}
