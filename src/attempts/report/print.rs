//! The report as a table for people.

use core::{fmt, time::Duration};

use super::{Breakdown, Kind, List, Report};
use crate::{
    attempts::Prefix,
    table::{Align, Name, Table},
};

use Align::{Left, Right};

const SECONDS_PER_DAY: u64 = 86_400;
const HOURS: [&str; 24] = [
    "00", "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "13", "14", "15",
    "16", "17", "18", "19", "20", "21", "22", "23",
];

/// In plain ASCII but for names, of which whatever is not to be seen is escaped and 64 characters are
/// shown. What stands in place of a name is in parentheses; a name that does not begin with a letter or
/// a digit is in quotes. Lists that are empty say `none`.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "sign-in attempts from {} until {}",
            self.from, self.until
        )?;
        let heads = ["attempts", "successes", "failures", "unfinished", "refused"];
        let mut table = Table::new(heads.map(|head| (head, Right)));
        let counts = [
            self.attempts,
            self.successes,
            self.failures,
            self.unfinished,
            self.refusals,
        ];
        table.row(counts.map(|count| count.to_string()));
        write!(f, "{table}")?;
        self.guesses(f)?;
        self.sign_ins(f)?;
        self.reasons(f)?;
        breakdown(f, "account", "accounts", &self.by_account)?;
        breakdown(f, "address", "addresses", &self.by_prefix)?;
        breakdown(f, "device", "devices", &self.by_device)?;
        self.hours(f)
    }
}

impl Report {
    fn guesses(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = [
            ("first", Left),
            ("last", Left),
            ("failures", Right),
            ("accounts", Right),
            ("unknown names", Right),
            ("addresses", Right),
            ("looks like", Left),
            ("from", Left),
        ];
        section(
            f,
            "guesses at many accounts",
            columns,
            &self.waves,
            |wave| {
                let from_all = || "(all addresses together)".to_owned();
                [
                    wave.first.to_string(),
                    wave.last.to_string(),
                    wave.failures.to_string(),
                    wave.accounts.to_string(),
                    wave.unknown.to_string(),
                    wave.prefixes.to_string(),
                    wave.pattern.name().to_owned(),
                    wave.prefix
                        .map_or_else(from_all, |prefix| prefix.to_string()),
                ]
            },
        )?;
        for wave in &self.waves.rows {
            let (Some(prefix), right) = (wave.prefix, &wave.password_right) else {
                continue;
            };
            for account in &right.rows {
                writeln!(
                    f,
                    "  password right meanwhile from {prefix}: {}",
                    Name(account)
                )?;
            }
            more(f, right.more)?;
        }
        Ok(())
    }

    fn sign_ins(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = [
            ("signed in", Left),
            ("failures", Right),
            ("first failure", Left),
            ("from", Left),
            ("account", Left),
        ];
        section(
            f,
            "success after failures",
            columns,
            &self.after_failures,
            |row| {
                [
                    row.at.to_string(),
                    row.failures.to_string(),
                    row.since.to_string(),
                    or_dash(row.prefix),
                    Name(&row.account).to_string(),
                ]
            },
        )?;
        let columns = [
            ("signed in", Left),
            ("signed in before", Left),
            ("days", Right),
            ("from", Left),
            ("account", Left),
        ];
        section(f, "dormant account used", columns, &self.dormant, |row| {
            [
                row.at.to_string(),
                row.last_success.to_string(),
                days(row.at.saturating_since(row.last_success)).to_string(),
                or_dash(row.prefix),
                Name(&row.account).to_string(),
            ]
        })?;
        let columns = [("at", Left), ("from", Left), ("account", Left)];
        section(f, "code used again", columns, &self.replayed, |row| {
            let account = row.account.as_deref();
            let none = || "(no account recorded)".to_owned();
            [
                row.at.to_string(),
                or_dash(row.prefix),
                account.map_or_else(none, |name| Name(name).to_string()),
            ]
        })
    }

    fn reasons(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        title(f, "attempts by reason", self.by_reason.is_empty())?;
        let mut table = Table::new([("attempts", Right), ("counts as", Left), ("reason", Left)]);
        for count in &self.by_reason {
            let kind = match count.reason.kind() {
                Kind::Failure => "failure",
                Kind::Refusal => "refused",
                Kind::Unfinished => "unfinished",
                Kind::Success => "success",
            };
            table.row([
                count.attempts.to_string(),
                kind.to_owned(),
                count.reason.name().replace('_', " "),
            ]);
        }
        write!(f, "{table}")
    }

    /// A row for each day that has failures, a column for each hour.
    fn hours(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        title(f, "failures by hour (UTC)", self.by_hour.is_empty())?;
        let heads = core::iter::once("day").chain(HOURS).chain(["all"]);
        let mut columns = [("", Right); 26];
        for (column, head) in columns.iter_mut().zip(heads) {
            column.0 = head;
        }
        let mut table = Table::new(columns).narrow();
        let day = |at: crate::Timestamp| at.as_secs() / SECONDS_PER_DAY;
        for hours in self.by_hour.chunk_by(|a, b| day(a.start) == day(b.start)) {
            let mut row = [(); 26].map(|()| ".".to_owned());
            let date = hours.first().map(|hour| hour.start.to_string());
            let date = date.as_deref().and_then(|date| date.split('T').next());
            let all: u64 = hours.iter().map(|hour| hour.failures).sum();
            let [first, .., last] = &mut row;
            (*first, *last) = (date.unwrap_or_default().to_owned(), all.to_string());
            for hour in hours {
                let of_day = hour.start.as_secs() % SECONDS_PER_DAY / 3600;
                let column = usize::try_from(of_day)
                    .unwrap_or_default()
                    .saturating_add(1);
                if let Some(cell) = row.get_mut(column) {
                    *cell = hour.failures.to_string();
                }
            }
            table.row(row);
        }
        write!(f, "{table}")
    }
}

fn breakdown(
    f: &mut fmt::Formatter<'_>,
    one: &'static str,
    many: &str,
    breakdown: &Breakdown,
) -> fmt::Result {
    let mut table = Table::new([("failures", Right), (one, Left)]);
    let mut is_empty = true;
    let mut row = |failures: u64, what: String| {
        if failures > 0 {
            is_empty = false;
            table.row([failures.to_string(), what]);
        }
    };
    for shown in &breakdown.rows {
        row(shown.failures, Name(&shown.name).to_string());
    }
    let others = breakdown.others;
    let more = if others.names == 1 { one } else { many };
    row(others.failures, format!("({} more {more})", others.names));
    let unknown = breakdown.unknown.unwrap_or_default();
    let names = if unknown.names == 1 { "name" } else { "names" };
    let nobody = format!("({} {names} that nobody has)", unknown.names);
    row(unknown.failures, nobody);
    row(breakdown.unnamed, format!("(no {one} recorded)"));
    title(f, &format!("failures by {one}"), is_empty)?;
    if is_empty {
        return Ok(());
    }
    write!(f, "{table}")
}

fn section<T, const N: usize>(
    f: &mut fmt::Formatter<'_>,
    name: &str,
    columns: [(&'static str, Align); N],
    list: &List<T>,
    row: impl Fn(&T) -> [String; N],
) -> fmt::Result {
    title(f, name, list.rows.is_empty())?;
    let mut table = Table::new(columns);
    for one in &list.rows {
        table.row(row(one));
    }
    write!(f, "{table}")?;
    more(f, list.more)
}

fn title(f: &mut fmt::Formatter<'_>, name: &str, is_empty: bool) -> fmt::Result {
    writeln!(f, "\n{name}{}", if is_empty { ": none" } else { "" })
}

fn more(f: &mut fmt::Formatter<'_>, more: usize) -> fmt::Result {
    match more {
        0 => Ok(()),
        more => writeln!(f, "  (and {more} more)"),
    }
}

fn or_dash(prefix: Option<Prefix>) -> String {
    prefix.map_or_else(|| "-".to_owned(), |prefix| prefix.to_string())
}

fn days(time: Duration) -> u64 {
    time.as_secs() / SECONDS_PER_DAY
}
