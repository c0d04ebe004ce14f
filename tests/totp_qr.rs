//! What a camera reads from a drawn QR code is the URI.
#![cfg(feature = "totp")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests stop at what they did not expect"
)]

use portcullis::{
    Timestamp,
    totp::{Parameters, Policy, Secret, Uri, hotp},
};
use proptest::prelude::*;

/// Modules, true where dark.
type Modules = Vec<Vec<bool>>;

/// The code in an SVG: the square of its view box, and the runs of its second path.
fn drawn(svg: &str) -> Modules {
    let between = |text: &str, before: &str, after: &str| {
        let rest = text.split_once(before).unwrap().1;
        rest.split_once(after).unwrap().0.to_owned()
    };
    let side = between(svg, "viewBox=\"0 0 ", " ").parse().unwrap();
    let background = format!("<path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/>");
    assert!(svg.contains(&background), "white to the edge");
    let mut modules = vec![vec![false; side]; side];
    let path = between(svg, "<path fill=\"#000\" d=\"", "\"");
    for run in path.split('M').skip(1) {
        let (x, rest) = run.split_once(' ').unwrap();
        let (y, rest) = rest.split_once('h').unwrap();
        let (len, rest) = rest.split_once('v').unwrap();
        assert_eq!(rest, format!("1h-{len}z"));
        let (x, y, len): (usize, usize, usize) =
            (x.parse().unwrap(), y.parse().unwrap(), len.parse().unwrap());
        for module in &mut modules[y][x..x + len] {
            assert!(!std::mem::replace(module, true), "no module twice");
        }
    }
    modules
}

/// The code in lines of half blocks on a dark terminal: what is not drawn is dark.
fn printed(text: &str) -> Modules {
    let rows = text.lines().flat_map(|line| {
        let half = |drawn: [char; 2]| line.chars().map(|c| !drawn.contains(&c)).collect();
        [half(['█', '▀']), half(['█', '▄'])]
    });
    let mut rows: Modules = rows.collect();
    rows.truncate(rows[0].len());
    rows
}

/// What a reader makes of it, with four pixels a module.
fn scanned(modules: &Modules) -> String {
    let side = modules.len() * 4;
    let pixel = |x: usize, y: usize| if modules[y / 4][x / 4] { 0 } else { 255 };
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(side, side, pixel);
    let grids = image.detect_grids();
    assert_eq!(grids.len(), 1);
    grids[0].decode().unwrap().1
}

fn is_read_back(uri: &Uri) {
    let (svg, text) = (uri.qr_svg(), uri.qr_text());
    let modules = drawn(svg.expose_secret());
    assert_eq!(scanned(&modules), uri.expose_secret());
    assert_eq!(printed(text.expose_secret()), modules);
}

/// TO-09: from the policy to the camera.
#[test]
fn a_camera_reads_the_uri() {
    let now = Timestamp::from_secs(1_795_251_600);
    let (_, uri) = Policy::back_office()
        .enrol("Example Ltd", "ada@example.com", now)
        .unwrap();
    is_read_back(&uri);
}

/// TO-09: and that of a token that counts.
#[test]
fn a_camera_reads_the_uri_of_a_token_that_counts() {
    let (_, uri) = hotp::Policy::back_office()
        .enrol("Example Ltd", "ada@example.com", Timestamp::EPOCH)
        .unwrap();
    let modules = drawn(uri.qr_svg().expose_secret());
    assert_eq!(scanned(&modules), uri.expose_secret());
    assert_eq!(printed(uri.qr_text().expose_secret()), modules);
}

/// TO-09: the longest names and the longest secret still fit.
#[test]
fn the_longest_uri_is_drawn_too() {
    let secret = Secret::from_base32(&"A".repeat(205)).unwrap();
    let (issuer, account) = ("%".repeat(128), "%".repeat(256));
    let uri = Uri::new(&issuer, &account, Parameters::default(), secret).unwrap();
    assert!(uri.expose_secret().len() > 1500);
    is_read_back(&uri);
}

/// TO-09: four light modules on every side, without which readers do not find the code.
#[test]
fn a_quiet_zone_stands_around_it() {
    let (_, uri) = Policy::back_office()
        .enrol("Example Ltd", "ada", Timestamp::EPOCH)
        .unwrap();
    let modules = drawn(uri.qr_svg().expose_secret());
    let side = modules.len();
    for (y, row) in modules.iter().enumerate() {
        for (x, dark) in row.iter().enumerate() {
            let edge = x.min(y).min(side - 1 - x).min(side - 1 - y);
            assert!(edge >= 4 || !dark, "module {x}, {y}");
        }
    }
    // the corner of the first finder pattern
    assert!(modules[4][4] && modules[4][10] && modules[10][4] && !modules[11][11]);
}

/// TO-07: a drawing is as secret as what it shows.
#[test]
fn is_never_printed_by_accident() {
    let (_, uri) = Policy::back_office()
        .enrol("Example Ltd", "ada", Timestamp::EPOCH)
        .unwrap();
    let printed = format!("{:?} {:?}", uri.qr_svg(), uri.qr_text());
    assert_eq!(printed, "[redacted] [redacted]");
}

/// An SVG that is put into a page as it is: nothing of the names is in it but modules, so that no
/// name can write markup, and nothing that a Content Security Policy stops.
#[test]
fn names_write_no_markup() {
    let secret = Secret::from_base32("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ").unwrap();
    let hostile = "\"/><script>alert(1)</script>";
    let uri = Uri::new("Example", hostile, Parameters::default(), secret).unwrap();
    let svg = uri.qr_svg();
    let svg = svg.expose_secret();
    assert!(
        svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" ") && svg.ends_with("</svg>")
    );
    assert_eq!(svg.matches('<').count(), 4);
    assert!(svg.contains(" role=\"img\" aria-label="));
    assert!(!svg.contains("style") && !svg.contains("script"));
    is_read_back(&uri);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// TO-09.
    #[test]
    fn any_names_and_secret_are_read_back(
        issuer in "[\\PC&&[^:\\s]]{1,20}",
        account in "[\\PC&&[^\\s]]{1,40}",
        secret in "([A-Z2-7]{8}){2,6}",
    ) {
        let secret = Secret::from_base32(&secret).unwrap();
        is_read_back(&Uri::new(&issuer, &account, Parameters::default(), secret).unwrap());
    }
}
