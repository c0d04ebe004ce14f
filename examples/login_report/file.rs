//! Recorded attempts in a CSV file. What is wrong with it is said in one line.

use std::{error::Error, fmt, fs, net::IpAddr, path::Path};

use portcullis::{
    Timestamp,
    attempts::report::{Attempt, Reason},
};

/// The columns, of which account, address and device may be empty.
const COLUMNS: [&str; 5] = ["at", "account", "address", "device", "reason"];
/// The most that is read of the file.
const FILE_LEN: u64 = 256 * 1024 * 1024;

/// One line of the file.
pub(crate) struct Line {
    pub(crate) at: Timestamp,
    account: String,
    address: Option<IpAddr>,
    device: String,
    reason: Reason,
}

impl Line {
    pub(crate) fn attempt(&self) -> Attempt<'_> {
        let attempt = Attempt::new(self.reason, self.at)
            .with_account(&self.account)
            .with_device(&self.device);
        match self.address {
            Some(address) => attempt.with_address(address),
            None => attempt,
        }
    }
}

/// What is wrong with a file: its name, the line where there is one, and why.
#[derive(Debug)]
pub(crate) struct Wrong(String);

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Wrong {}

fn wrong(path: &Path, line: Option<u64>, why: impl fmt::Display) -> Wrong {
    match line {
        Some(line) => Wrong(format!("{}:{line}: {why}", path.display())),
        None => Wrong(format!("{}: {why}", path.display())),
    }
}

/// A line that cannot be split, in words of our own: those of csv repeat the place.
fn csv_error(path: &Path, error: &csv::Error) -> Wrong {
    let line = error.position().map(csv::Position::line);
    match error.kind() {
        csv::ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => wrong(path, line, format!("has {len} columns, not {expected_len}")),
        csv::ErrorKind::Utf8 { .. } => wrong(path, line, "is not UTF-8"),
        _ => wrong(path, line, error),
    }
}

pub(crate) fn read(path: &Path) -> Result<Vec<Line>, Wrong> {
    let file = fs::File::open(path).map_err(|error| wrong(path, None, error))?;
    let meta = file.metadata().map_err(|error| wrong(path, None, error))?;
    if meta.len() > FILE_LEN {
        return Err(wrong(path, None, "is larger than 256 MiB"));
    }
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(file);
    let header = reader.headers().map_err(|error| csv_error(path, &error))?;
    let column = |name: &str| {
        let found = header.iter().position(|column| column == name);
        found.ok_or_else(|| wrong(path, Some(1), format!("has no column `{name}`")))
    };
    let [at, account, address, device, reason] = COLUMNS.map(column);
    let columns = [at?, account?, address?, device?, reason?];
    let mut lines = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| csv_error(path, &error))?;
        let line = record.position().map(csv::Position::line);
        let fields = columns.map(|column| record.get(column).unwrap_or_default());
        lines.push(parse(fields).map_err(|why| wrong(path, line, why))?);
    }
    Ok(lines)
}

fn parse([at, account, address, device, reason]: [&str; 5]) -> Result<Line, String> {
    let address = match address {
        "" => None,
        text => Some(text.parse().map_err(|error| format!("address: {error}"))?),
    };
    Ok(Line {
        at: at.parse().map_err(|error| format!("at: {error}"))?,
        account: account.to_owned(),
        address,
        device: device.to_owned(),
        reason: reason.parse().map_err(|error| format!("reason: {error}"))?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &[u8]) -> Result<Vec<Line>, String> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("attempts.csv");
        fs::write(&path, text).unwrap();
        read(&path).map_err(|wrong| {
            let text = wrong.to_string();
            text.rsplit_once('/').unwrap().1.to_owned()
        })
    }

    /// AT-08
    #[test]
    fn columns_are_found_by_their_names_and_may_be_empty() {
        let lines = read_text(
            b"reason,at,account,address,device,note\n\
              wrong_password,2026-11-16T08:00:00Z,\"ada, of sales\",192.0.2.10,laptop,x\n\
              busy,2026-11-16,,,,\n",
        );
        let lines = lines.unwrap();
        assert_eq!(lines[0].account, "ada, of sales");
        assert_eq!(lines[0].reason, Reason::WrongPassword);
        assert_eq!(
            (lines[1].address, lines[1].at.as_secs()),
            (None, 1_794_787_200)
        );
    }

    /// AT-08
    #[test]
    fn a_wrong_line_is_named_with_what_is_wrong() {
        let head = "at,account,address,device,reason\n2026-11-16,ada,,,success\n";
        for (line, why) in [
            (
                "2026-11-31,ada,,,success",
                "3: at: no such day in the calendar",
            ),
            (
                "2026-11-16,ada,192.0.2.256,,success",
                "3: address: invalid IP address syntax",
            ),
            (
                "2026-11-16,ada,,,Success",
                "3: reason: no such reason of an attempt",
            ),
            ("2026-11-16,ada,,success", "3: has 4 columns, not 5"),
        ] {
            let found = read_text([head, line].concat().as_bytes()).err();
            assert_eq!(found, Some(format!("attempts.csv:{why}")));
        }
        let found = read_text(b"at,account,address,device\n").err();
        assert_eq!(
            found.as_deref(),
            Some("attempts.csv:1: has no column `reason`")
        );
        let found = read_text(&[head.as_bytes(), b"2026-11-16,\xff,,,success"].concat()).err();
        assert_eq!(found.as_deref(), Some("attempts.csv:3: is not UTF-8"));
    }
}
