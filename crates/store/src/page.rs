//! Pages of long lists.

use std::{fmt, str::FromStr};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// The most rows that one page holds.
pub const MAX_PAGE_SIZE: u32 = 500;

/// Which part of a list is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Where the part begins.
    pub start: Start,
    /// At most this many rows, 1 to [`MAX_PAGE_SIZE`].
    pub size: u32,
}

/// Where a page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    /// After the row that the cursor stands for: as quick on the last page as on the first.
    After(Cursor),
    /// The page of this number, counted from 0: the database skips over all rows before it.
    Number(u32),
}

impl Page {
    /// The first rows of a list.
    #[must_use]
    pub fn first(size: u32) -> Self {
        Self::number(0, size)
    }

    /// A page by its number, counted from 0.
    #[must_use]
    pub fn number(number: u32, size: u32) -> Self {
        Self {
            start: Start::Number(number),
            size: size.clamp(1, MAX_PAGE_SIZE),
        }
    }

    /// The rows after those that a [`Listing`] held.
    #[must_use]
    pub fn after(cursor: Cursor, size: u32) -> Self {
        Self {
            start: Start::After(cursor),
            size: size.clamp(1, MAX_PAGE_SIZE),
        }
    }

    /// Rows to skip, for pages by number.
    pub(crate) fn offset(&self) -> u64 {
        match self.start {
            Start::After(_) => 0,
            Start::Number(number) => u64::from(number) * u64::from(self.size),
        }
    }

    /// One row more than the page holds, to know whether there is a next one.
    pub(crate) fn limit(&self) -> u64 {
        u64::from(self.size) + 1
    }
}

impl Default for Page {
    fn default() -> Self {
        Self::first(50)
    }
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing<T> {
    /// The rows, in the order of the list.
    pub rows: Vec<T>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<Cursor>,
    /// How many rows the whole list has, where counting them is cheap.
    pub total: Option<u64>,
}

impl<T> Listing<T> {
    /// Cuts the row that was read too much, and makes the cursor from the last that stays.
    pub(crate) fn cut(mut rows: Vec<T>, page: &Page, total: Option<u64>, key: impl Fn(&T) -> Cursor) -> Self {
        let size = page.size as usize;
        let has_more = rows.len() > size;
        rows.truncate(size);
        let next = rows.last().filter(|_| has_more).map(key);
        Self { rows, next, total }
    }

    /// The same page with other rows.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Listing<U> {
        Listing {
            rows: self.rows.into_iter().map(change).collect(),
            next: self.next,
            total: self.total,
        }
    }
}

/// The place of a row in a sorted list, as opaque text that is safe in a URL. It carries no rights: whoever changes it
/// only begins somewhere else in the same list.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(String);

/// A text that no list gave out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is not a place in the list")]
pub struct BadCursor;

impl Cursor {
    /// Packs the sort key of a row.
    pub(crate) fn of<K: Serialize>(key: &K) -> Self {
        // Keys are tuples of numbers and texts, which always serialise.
        Self(URL_SAFE_NO_PAD.encode(serde_json::to_vec(key).unwrap_or_default()))
    }

    /// The sort key back; `None` when it is of another list.
    pub(crate) fn key<K: DeserializeOwned>(&self) -> Option<K> {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(&self.0).ok()?).ok()
    }
}

impl FromStr for Cursor {
    type Err = BadCursor;

    fn from_str(text: &str) -> Result<Self, BadCursor> {
        let is_sane = text.len() <= 1_000 && URL_SAFE_NO_PAD.decode(text).is_ok();
        is_sane.then(|| Self(text.to_owned())).ok_or(BadCursor)
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_the_way_through_a_url() {
        let cursor = Cursor::of(&(-5_i64, "имя", 7_u64));
        let back: Cursor = cursor.to_string().parse().unwrap();
        assert_eq!(back.key::<(i64, String, u64)>(), Some((-5, "имя".to_owned(), 7)));
        assert_eq!(back.key::<i64>(), None);
        assert_eq!("not base64!".parse::<Cursor>(), Err(BadCursor));
    }

    #[test]
    fn only_a_full_page_has_a_next_one() {
        let page = Page::first(2);
        let cut = |rows: Vec<i32>| Listing::cut(rows, &page, None, Cursor::of);
        assert_eq!(cut(vec![1, 2]).next, None);
        let more = cut(vec![1, 2, 3]);
        assert_eq!(
            (more.rows, more.next.and_then(|next| next.key())),
            (vec![1, 2], Some(2))
        );
    }
}
