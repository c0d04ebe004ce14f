//! What stores hand back: a state is read as it was written, byte for byte, or refused. The first
//! byte says whose state it is.
#![no_main]

use libfuzzer_sys::fuzz_target;
use portcullis::{account, attempts, field, password, rbac, session, totp};

/// Reads as this type, and prints it again if it could be read.
macro_rules! same {
    ($state:ty, $bytes:expr) => {
        if let Ok(state) = <$state>::decode($bytes) {
            assert_eq!(state.encode(), $bytes);
        }
    };
}

fuzz_target!(|data: &[u8]| {
    let Some((which, bytes)) = data.split_first() else {
        return;
    };
    match which % 8 {
        0 => same!(account::State, bytes),
        1 => same!(attempts::State, bytes),
        2 => same!(password::State, bytes),
        3 => same!(rbac::Grants, bytes),
        4 => same!(session::State, bytes),
        5 => same!(totp::State, bytes),
        6 => same!(totp::recovery::State, bytes),
        _ => {
            if let Ok(ring) = field::Keyring::decode(bytes) {
                use field::ExposeSecret;
                assert_eq!(ring.encode().expose_secret(), bytes);
            }
        }
    }
});
