//! Conditions as they stand under `when` and `require`.

use super::{Item, Table, duration};
use crate::rbac::condition::{Clause, Conditions, Days, Hours};

/// One key a kind, in one order.
pub(super) fn conditions(conditions: &Conditions) -> Table<'_> {
    let mut table = Table::new();
    let mut attributes = Table::new();
    let mut equal = Vec::new();
    for clause in conditions.iter() {
        let (key, item) = match clause {
            Clause::Owner => ("owner", Item::True),
            Clause::MfaWithin(within) => ("mfa_within", duration(*within)),
            Clause::Address(addresses) => {
                let networks = addresses.iter().map(|network| text(network.to_string()));
                ("address", Item::List(networks.collect()))
            }
            Clause::Time(hours) => ("time", Item::Table(time(hours))),
            Clause::Environment(names) => {
                let names = names.iter().map(|name| Item::Text((&**name).into()));
                ("environment", Item::List(names.collect()))
            }
            Clause::Attribute { name, value } => {
                attributes.push(((&**name).into(), Item::Text((&**value).into())));
                continue;
            }
            Clause::Equal(one, other) => {
                let pair = [one, other].map(|name| Item::Text((&**name).into()));
                equal.push(Item::List(pair.into()));
                continue;
            }
        };
        table.push((key.into(), item));
    }
    if !attributes.is_empty() {
        table.push(("attributes".into(), Item::Table(attributes)));
    }
    if !equal.is_empty() {
        table.push(("equal".into(), Item::List(equal)));
    }
    table
}

/// What is not as it is when it is left out.
fn time(hours: &Hours) -> Table<'static> {
    let mut table = Table::new();
    if hours.days() != Days::ALL {
        let days = hours.days().names().map(|day| Item::Text(day.into()));
        table.push(("days".into(), Item::List(days.collect())));
    }
    let parts = [
        ("from", hours.from().to_string(), "00:00"),
        ("until", hours.until().to_string(), "24:00"),
        ("utc_offset", hours.offset().to_string(), "+00:00"),
    ];
    for (key, part, left_out) in parts {
        if part != left_out {
            table.push((key.into(), text(part)));
        }
    }
    table
}

fn text(text: String) -> Item<'static> {
    Item::Text(text.into())
}
