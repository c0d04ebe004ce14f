//! Filters JSON text in one pass, without recursion.

use std::rc::Rc;

use super::{Leaf, Place, View};
use crate::rbac::{
    Error,
    json::{Event, Reader},
};

/// What is written of a text of which nothing is seen.
const NOTHING: &str = "null";

pub(super) fn filter(view: &View<'_>, place: Place<'_>, text: &str) -> Result<String, Error> {
    let mut reader = Reader::new(text);
    let mut filter = Filter {
        view,
        place: Rc::new(place),
        key: None,
        open: Vec::new(),
        skipped: 0,
        out: String::with_capacity(text.len()),
    };
    while let Some(event) = reader.event()? {
        filter.take(&event, reader.raw());
    }
    if filter.out.is_empty() {
        filter.out.push_str(NOTHING);
    }
    Ok(filter.out)
}

struct Filter<'v, 't> {
    view: &'v View<'v>,
    /// The place of the next value.
    place: Rc<Place<'v>>,
    /// Its key, as it is written.
    key: Option<&'t str>,
    open: Vec<Open<'v>>,
    /// How many of the objects and lists that are left out are open.
    skipped: usize,
    out: String,
}

/// An object or list that is written and not closed.
struct Open<'v> {
    /// Its own place; that of its elements, too, if it is a list.
    place: Rc<Place<'v>>,
    is_empty: bool,
}

impl<'v, 't> Filter<'v, 't> {
    fn take(&mut self, event: &Event<'t>, raw: &'t str) {
        match event {
            Event::Open(_) if self.skipped > 0 || self.place.is_hidden() => {
                self.skipped = self.skipped.saturating_add(1);
            }
            Event::Close(_) if self.skipped > 0 => {
                self.skipped = self.skipped.saturating_sub(1);
                self.after_value();
            }
            _ if self.skipped > 0 => {}
            Event::Key(key) => self.key(key, raw),
            Event::Open(_) => {
                self.before_value();
                self.out.push_str(raw);
                let place = Rc::clone(&self.place);
                self.open.push(Open {
                    place,
                    is_empty: true,
                });
            }
            Event::Close(_) => {
                self.out.push_str(raw);
                self.open.pop();
                self.after_value();
            }
            Event::Text(text) => self.leaf(Leaf::Text(text), raw),
            Event::Number(number) => self.leaf(Leaf::Number(number), raw),
            Event::Boolean | Event::Null => self.leaf(Leaf::Other, raw),
        }
    }

    fn key(&mut self, key: &str, raw: &'t str) {
        self.key = Some(raw);
        let Some(object) = self.open.last() else {
            return;
        };
        self.place = if object.place.is_plain() {
            Rc::clone(&object.place)
        } else {
            Rc::new(object.place.step(self.view, key))
        };
    }

    fn leaf(&mut self, leaf: Leaf<'_>, raw: &str) {
        if let Some(sight) = self.place.sight() {
            self.before_value();
            match sight.replacement(self.view, leaf) {
                None => self.out.push_str(raw),
                Some(text) => write_text(&mut self.out, &text),
            }
        }
        self.after_value();
    }

    fn before_value(&mut self) {
        if let Some(open) = self.open.last_mut() {
            if !open.is_empty {
                self.out.push(',');
            }
            open.is_empty = false;
        }
        if let Some(key) = self.key.take() {
            self.out.push_str(key);
            self.out.push(':');
        }
    }

    /// What follows is an element of the list around, or has a key of its own.
    fn after_value(&mut self) {
        self.key = None;
        if let Some(open) = self.open.last() {
            self.place = Rc::clone(&open.place);
        }
    }
}

fn write_text(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}
