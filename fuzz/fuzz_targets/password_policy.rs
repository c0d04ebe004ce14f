//! Policy files: what is read is written so that it is read as the same, alone and combined with
//! each preset; a combination conforms to the standard of that preset and
//! departs from no clause that the policy keeps; nothing panics.
#![no_main]

use libfuzzer_sys::fuzz_target;
use portcullis::password::{Clause, Departure, Password, Policy, SecondFactor, Standard};

fuzz_target!(|text: &str| {
    let Ok(policy) = toml::from_str::<Policy>(text) else {
        return;
    };
    same(&policy);
    let password = Password::from(text);
    let other = Password::from(text.trim_end());
    let _ = policy.check_change(&other, &password, &[text.get(..9).unwrap_or(text)]);
    for (preset, standard) in [
        (Policy::nist_800_63b(), Standard::Nist80063b),
        (Policy::owasp_asvs_5(), Standard::OwaspAsvs5),
        (Policy::pci_dss_4(), Standard::PciDss4),
        (Policy::back_office(), Standard::BackOffice),
    ] {
        let Ok(both) = policy.clone().and(preset) else {
            continue;
        };
        same(&both);
        assert_eq!(both.conforms(standard), []);
        for factor in [SecondFactor::NotEnrolled, SecondFactor::Enrolled] {
            for standard in [Standard::PciDss4, Standard::BackOffice] {
                let before = clauses(&policy.for_second_factor(factor).conforms(standard));
                let after = clauses(&both.for_second_factor(factor).conforms(standard));
                // NIST compares words with the whole password only, which no other rule can undo
                let kept = |clause: &&Clause| clause.to_string() != "back office: context words";
                assert!(
                    after
                        .iter()
                        .filter(kept)
                        .all(|clause| before.contains(clause))
                );
            }
        }
    }
});

/// It is written, read as the same, and asks the same.
fn same(policy: &Policy) {
    let written = toml::to_string(policy).unwrap();
    let read: Policy = toml::from_str(&written).unwrap();
    assert!(read == *policy, "{written}");
    assert_eq!(read.describe(), policy.describe());
    assert!(!policy.describe().is_empty());
}

fn clauses(departures: &[Departure]) -> Vec<Clause> {
    departures.iter().map(Departure::clause).collect()
}
