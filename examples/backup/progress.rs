//! How far it is, on a terminal.

use std::{
    io::{self, Read, Write},
    time::{Duration, Instant},
};

/// Cells of the bar.
const WIDTH: u64 = 32;
/// How often the bar moves.
const EVERY: Duration = Duration::from_millis(100);

/// Counts what is read and, if somebody looks, draws a bar on standard error.
pub(crate) struct Progress<R> {
    input: R,
    done: u64,
    total: Option<u64>,
    started: Instant,
    /// None if nobody looks.
    drawn: Option<Instant>,
}

impl<R> Progress<R> {
    pub(crate) fn new(input: R, total: Option<u64>, seen: bool) -> Self {
        let started = Instant::now();
        Self {
            input,
            done: 0,
            total,
            started,
            drawn: seen.then_some(started),
        }
    }

    fn draw(&self) {
        let line = line(self.done, self.total, self.started.elapsed());
        // A terminal that is gone is no reason to stop.
        let _ = write!(io::stderr(), "\r\x1b[K{line}");
    }
}

impl<R: Read> Read for Progress<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let len = self.input.read(out)?;
        self.done = self.done.saturating_add(len as u64);
        if self.drawn.is_some_and(|drawn| drawn.elapsed() >= EVERY) {
            self.draw();
            self.drawn = Some(Instant::now());
        }
        Ok(len)
    }
}

impl<R> Drop for Progress<R> {
    fn drop(&mut self) {
        if self.drawn.is_some() {
            self.draw();
            let _ = writeln!(io::stderr());
        }
    }
}

/// `[########........................]  25 %  1.5 GB, 820.0 MB/s`
pub(crate) fn line(done: u64, total: Option<u64>, elapsed: Duration) -> String {
    let thousandfold = u128::from(done).saturating_mul(1000);
    let rate = thousandfold.checked_div(elapsed.as_millis());
    let amounts = format!("{}, {}/s", bytes(done.into()), bytes(rate.unwrap_or(0)));
    let Some(total) = total else {
        return amounts;
    };
    let part = |of: u64| {
        done.saturating_mul(of)
            .checked_div(total)
            .unwrap_or(of)
            .min(of)
    };
    let filled = part(WIDTH);
    let cell = |at| if at < filled { '#' } else { '.' };
    let bar: String = (0..WIDTH).map(cell).collect();
    format!("[{bar}] {:3} %  {amounts}", part(100))
}

fn bytes(count: u128) -> String {
    let units = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
    match units.into_iter().find(|(unit, _)| count >= *unit) {
        Some((unit, name)) => {
            let tenths = count.saturating_mul(10).checked_div(unit).unwrap_or(0);
            format!("{}.{} {name}", tenths / 10, tenths % 10)
        }
        None => format!("{count} B"),
    }
}
