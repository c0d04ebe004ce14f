//! The otpauth URI as a QR code, for an app's camera: as SVG for a page, as text for a terminal.

use core::fmt::{self, Write as _};

use qrcodegen_no_heap::{QrCode, QrCodeEcc, Version};
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use super::{Uri, hotp};

/// Light modules around the code, by which a reader finds it (ISO/IEC 18004 §6.3.8).
const QUIET_ZONE: i32 = 4;
/// Room for `M169 172h2v1h-2z`, the longest way to write two modules, of which one is light.
const SVG_PER_MODULE: usize = 8;
/// Room for what stands around the modules.
const SVG_FRAME: usize = 256;
/// Bytes of a block character in UTF-8; each shows two modules.
const BLOCK_LEN: usize = 3;

impl Uri {
    /// The QR code as an SVG element, to be put into a page as it is. To be shown once.
    ///
    /// It is black on white with the quiet zone around it, whatever the colours of the page: cameras
    /// read dark on light. It has no size of its own and takes that of its place; about 200 pixels
    /// are enough. It has the role `img` and a label, and neither style nor script, so that a strict
    /// Content Security Policy lets it be. Who cannot scan it needs the secret as text beside it
    /// ([`Secret::expose_base32`](super::Secret::expose_base32)).
    ///
    /// ```
    /// # use portcullis::{Timestamp, totp::{Error, Policy}};
    /// let (_, uri) = Policy::back_office().enrol("Example Ltd", "ada", Timestamp::now())?;
    /// let page = format!("<p>Scan this:</p>{}", uri.qr_svg().expose_secret());
    /// # assert!(page.ends_with("</svg>"));
    /// # Ok::<(), Error>(())
    /// ```
    #[must_use]
    pub fn qr_svg(&self) -> Qr {
        Qr::draw(self.expose_secret(), svg)
    }

    /// The QR code as lines of half blocks, for a terminal. To be shown once.
    ///
    /// The light modules are the drawn ones, as suits a terminal with light text on a dark
    /// background. On others most apps read it all the same, inverted.
    #[must_use]
    pub fn qr_text(&self) -> Qr {
        Qr::draw(self.expose_secret(), text)
    }
}

impl hotp::Uri {
    /// The QR code as an SVG element: as [`totp::Uri::qr_svg`](Uri::qr_svg).
    #[must_use]
    pub fn qr_svg(&self) -> Qr {
        Qr::draw(self.expose_secret(), svg)
    }

    /// The QR code as text for a terminal: as [`totp::Uri::qr_text`](Uri::qr_text).
    #[must_use]
    pub fn qr_text(&self) -> Qr {
        Qr::draw(self.expose_secret(), text)
    }
}

/// A drawn QR code. It is a secret: whoever sees it makes valid codes. `Debug` prints `[redacted]`.
pub struct Qr(SecretString);

impl Qr {
    // INVARIANT: a URI is at most 2,048 bytes long, and the largest code holds 2,331 at this level.
    fn draw(uri: &str, draw: fn(&QrCode<'_>) -> Zeroizing<String>) -> Qr {
        let mut work = Zeroizing::new(vec![0; Version::MAX.buffer_len()]);
        let mut modules = Zeroizing::new(vec![0; Version::MAX.buffer_len()]);
        let code = QrCode::encode_text(
            uri,
            &mut work,
            &mut modules,
            QrCodeEcc::Medium,
            Version::MIN,
            Version::MAX,
            None,
            true,
        );
        debug_assert!(code.is_ok(), "every URI fits a code");
        let drawn = code.map_or_else(|_| Zeroizing::default(), |code| draw(&code));
        Qr(SecretString::from(drawn.as_str()))
    }

    /// The drawing, for the person who enrols.
    #[must_use]
    pub fn expose_secret(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for Qr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

fn svg(code: &QrCode<'_>) -> Zeroizing<String> {
    let side = code.size().saturating_add(2 * QUIET_ZONE);
    let mut svg = with_room(side, SVG_PER_MODULE, SVG_FRAME);
    let mut put = |part: fmt::Arguments<'_>| {
        let written = svg.write_fmt(part);
        debug_assert!(written.is_ok(), "a String takes what is written to it");
    };
    put(format_args!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" role=\"img\" \
         aria-label=\"QR code\" shape-rendering=\"crispEdges\">\
         <path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/><path fill=\"#000\" d=\""
    ));
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            let from = x;
            // outside the code every module is light
            while code.get_module(x, y) {
                x = x.saturating_add(1);
            }
            let run = x.saturating_sub(from);
            if run > 0 {
                let (left, top) = (
                    from.saturating_add(QUIET_ZONE),
                    y.saturating_add(QUIET_ZONE),
                );
                put(format_args!("M{left} {top}h{run}v1h-{run}z"));
            }
            x = x.saturating_add(1);
        }
    }
    put(format_args!("\"/></svg>"));
    svg
}

fn text(code: &QrCode<'_>) -> Zeroizing<String> {
    let side = code.size().saturating_add(2 * QUIET_ZONE);
    let mut text = with_room(side, BLOCK_LEN, 0);
    let end = code.size().saturating_add(QUIET_ZONE);
    let light = |x: i32, y: i32| y < end && !code.get_module(x, y);
    let mut y = 0i32.saturating_sub(QUIET_ZONE);
    while y < end {
        let below = y.saturating_add(1);
        text.extend((0i32.saturating_sub(QUIET_ZONE)..end).map(|x| {
            match (light(x, y), light(x, below)) {
                (true, true) => '█',
                (true, false) => '▀',
                (false, true) => '▄',
                (false, false) => ' ',
            }
        }));
        text.push('\n');
        y = below.saturating_add(1);
    }
    text
}

/// An empty text that need not grow, and so leaves no copy behind, for a square of modules.
fn with_room(side: i32, per_module: usize, more: usize) -> Zeroizing<String> {
    let side = usize::try_from(side).unwrap_or_default();
    let modules = side.saturating_mul(side).saturating_mul(per_module);
    Zeroizing::new(String::with_capacity(modules.saturating_add(more)))
}
