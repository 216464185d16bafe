//! Reads fields out of TOML tables and remembers everything that is wrong with them, by line.

use std::{cell::RefCell, ops::Range, str::FromStr};

use jiff::civil::Date;
use toml_edit::{Item, Table};

use super::error::{BadRule, Problem};

/// The whole file, and what was found wrong in it.
pub(super) struct Reader<'a> {
    text: &'a str,
    found: RefCell<Vec<BadRule>>,
}

/// One table of the file. Every field that may be there is asked for once; [`Fields::end`] tells the others.
pub(super) struct Fields<'a> {
    reader: &'a Reader<'a>,
    table: &'a Table,
    name: String,
    asked: RefCell<Vec<&'static str>>,
}

impl<'a> Reader<'a> {
    pub(super) const fn of(text: &'a str) -> Self {
        Self {
            text,
            found: RefCell::new(Vec::new()),
        }
    }

    pub(super) fn into_found(self) -> Vec<BadRule> {
        self.found.into_inner()
    }

    pub(super) fn has_found(&self) -> bool {
        !self.found.borrow().is_empty()
    }

    /// Remembers something wrong at a place of the text.
    pub(super) fn tell(&self, at: Option<Range<usize>>, field: impl Into<String>, problem: Problem) {
        self.found.borrow_mut().push(BadRule {
            line: at.map(|at| line_of(self.text, at.start)),
            field: field.into(),
            problem,
        });
    }

    /// A table at the top.
    pub(super) fn table(&'a self, root: &'a Table, name: &'static str) -> Option<Fields<'a>> {
        let item = root.get(name);
        let Some(item) = item else {
            self.tell(None, name, Problem::Missing);
            return None;
        };
        let Some(table) = item.as_table() else {
            self.tell(span_of(item), name, Problem::NotATable);
            return None;
        };
        Some(self.fields(table, name.to_owned()))
    }

    /// The tables of a list at the top; none when there is no list.
    pub(super) fn tables(&'a self, root: &'a Table, name: &'static str) -> Vec<Fields<'a>> {
        let Some(item) = root.get(name) else {
            return Vec::new();
        };
        let Some(list) = item.as_array_of_tables() else {
            self.tell(span_of(item), name, Problem::NotATable);
            return Vec::new();
        };
        list.iter()
            .enumerate()
            .map(|(place, table)| self.fields(table, format!("{name}[{}]", place + 1)))
            .collect()
    }

    pub(super) const fn fields(&'a self, table: &'a Table, name: String) -> Fields<'a> {
        Fields {
            reader: self,
            table,
            name,
            asked: RefCell::new(Vec::new()),
        }
    }
}

impl Fields<'_> {
    /// Whether the field is there.
    pub(super) fn has(&self, name: &str) -> bool {
        self.table.contains_key(name)
    }

    /// Remembers something wrong with a field.
    pub(super) fn tell(&self, name: &str, problem: Problem) {
        let at = self
            .table
            .get(name)
            .and_then(span_of)
            .or_else(|| self.table.span());
        self.reader.tell(at, self.path(name), problem);
    }

    /// Remembers something wrong with the table as a whole.
    pub(super) fn tell_all(&self, problem: Problem) {
        self.reader.tell(self.table.span(), &self.name, problem);
    }

    /// A field that must be there.
    pub(super) fn required<T>(&self, name: &'static str, read: impl FnOnce(&Self) -> Option<T>) -> Option<T> {
        if !self.has(name) {
            self.asked.borrow_mut().push(name);
            self.tell(name, Problem::Missing);
            return None;
        }
        read(self)
    }

    pub(super) fn day(&self, name: &'static str) -> Option<Date> {
        self.read(name, |item| {
            let date = item
                .as_datetime()
                .filter(|at| at.time.is_none())
                .and_then(|at| at.date);
            date.and_then(|date| {
                let (month, day) = (i8::try_from(date.month).ok()?, i8::try_from(date.day).ok()?);
                Date::new(i16::try_from(date.year).ok()?, month, day).ok()
            })
            .ok_or(Problem::NotADay)
        })
    }

    pub(super) fn number(&self, name: &'static str, least: u16, most: u16) -> Option<u16> {
        self.read(name, |item| {
            item.as_integer()
                .and_then(|number| u16::try_from(number).ok())
                .filter(|number| (least..=most).contains(number))
                .ok_or(Problem::NotANumber { least, most })
        })
    }

    pub(super) fn text(&self, name: &'static str) -> Option<String> {
        self.read(name, |item| text_of(item).ok_or(Problem::NotAText))
    }

    pub(super) fn flag(&self, name: &'static str) -> Option<bool> {
        self.read(name, |item| item.as_bool().ok_or(Problem::NotAFlag))
    }

    pub(super) fn texts(&self, name: &'static str) -> Vec<String> {
        let read = self.read(name, |item| {
            item.as_array()
                .and_then(|list| {
                    list.iter()
                        .map(|one| one.as_str().map(str::trim).filter(|text| !text.is_empty()))
                        .map(|text| text.map(str::to_owned))
                        .collect::<Option<Vec<_>>>()
                })
                .ok_or(Problem::NotAList)
        });
        read.unwrap_or_default()
    }

    /// A word of a closed list.
    pub(super) fn word<T: FromStr + ToString + Copy>(&self, name: &'static str, known: &[T]) -> Option<T> {
        self.read(name, |item| {
            let text = text_of(item).ok_or(Problem::NotAText)?;
            text.parse().map_err(|_| not_a_word(&text, known))
        })
    }

    /// Words of a closed list.
    pub(super) fn words<T: FromStr + ToString + Copy>(&self, name: &'static str, known: &[T]) -> Vec<T> {
        let texts = self.texts(name);
        let mut words = Vec::new();
        for text in texts {
            match text.parse() {
                Ok(word) => words.push(word),
                Err(_) => self.tell(name, not_a_word(&text, known)),
            }
        }
        words
    }

    /// Says that a field is read elsewhere.
    pub(super) fn has_been_read(&self, name: &'static str) {
        self.asked.borrow_mut().push(name);
    }

    /// Tells every field that nobody asked for.
    pub(super) fn end(&self) {
        let asked = self.asked.borrow();
        for (name, _) in self.table {
            if !asked.contains(&name) {
                self.tell(name, Problem::Unknown);
            }
        }
    }

    fn read<T>(&self, name: &'static str, read: impl FnOnce(&Item) -> Result<T, Problem>) -> Option<T> {
        self.asked.borrow_mut().push(name);
        let item = self.table.get(name)?;
        match read(item) {
            Ok(value) => Some(value),
            Err(problem) => {
                self.tell(name, problem);
                None
            }
        }
    }

    fn path(&self, name: &str) -> String {
        if self.name.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.name)
        }
    }
}

fn text_of(item: &Item) -> Option<String> {
    let text = item.as_str()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

pub(super) fn not_a_word<T: ToString>(word: &str, known: &[T]) -> Problem {
    let known: Vec<String> = known.iter().map(ToString::to_string).collect();
    Problem::NotAWord {
        word: word.chars().take(40).collect(),
        known: known.join(", "),
    }
}

fn span_of(item: &Item) -> Option<Range<usize>> {
    item.span()
}

/// The line of a place, counted from 1.
pub(super) fn line_of(text: &str, at: usize) -> usize {
    text.char_indices()
        .take_while(|(place, _)| *place < at)
        .filter(|(_, character)| *character == '\n')
        .count()
        + 1
}
