//! The last lines of every operation, kept in memory for its error history.

use std::{
    collections::{HashMap, VecDeque},
    fmt,
    sync::Arc,
};

use parking_lot::Mutex;

/// Lines kept per operation.
const LINES: usize = 50;
/// Characters kept of a line; an answer of a CA may be long.
const LINE_LENGTH: usize = 2000;
/// Operations remembered; the one that spoke first is forgotten first.
const OPERATIONS: usize = 1000;

/// The last lines per operation; clones share them.
///
/// The engine takes the lines at the end of each attempt. Lines of operations that nobody asks for are forgotten.
#[derive(Clone, Default)]
pub struct Capture {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Default)]
struct Inner {
    lines: HashMap<Arc<str>, VecDeque<String>>,
    order: VecDeque<Arc<str>>,
}

impl Capture {
    /// The lines so far, oldest first.
    #[must_use]
    pub fn lines(&self, operation: &str) -> Vec<String> {
        self.inner
            .lock()
            .lines
            .get(operation)
            .map(|lines| lines.iter().cloned().collect())
            .unwrap_or_default()
    }

    /// Hands the lines over and forgets them.
    #[must_use]
    pub fn take(&self, operation: &str) -> Vec<String> {
        let mut inner = self.inner.lock();
        inner.order.retain(|known| &**known != operation);
        inner.lines.remove(operation).map(Vec::from).unwrap_or_default()
    }

    pub(crate) fn add(&self, operation: &str, mut line: String) {
        if let Some((end, _)) = line.char_indices().nth(LINE_LENGTH) {
            line.truncate(end);
            line.push('…');
        }
        let mut inner = self.inner.lock();
        if let Some(lines) = inner.lines.get_mut(operation) {
            if lines.len() == LINES {
                lines.pop_front();
            }
            lines.push_back(line);
            return;
        }
        if inner.order.len() == OPERATIONS
            && let Some(oldest) = inner.order.pop_front()
        {
            inner.lines.remove(&oldest);
        }
        let operation: Arc<str> = operation.into();
        inner.order.push_back(Arc::clone(&operation));
        inner.lines.insert(operation, VecDeque::from([line]));
    }
}

impl fmt::Debug for Capture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Capture({} operations)", self.inner.lock().lines.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_last_lines_of_each_operation_until_they_are_taken() {
        let capture = Capture::default();
        for number in 0..LINES + 3 {
            capture.add("O-1", number.to_string());
        }
        capture.add("O-2", "other".to_owned());
        let lines = capture.lines("O-1");
        assert_eq!((lines.len(), lines[0].as_str()), (LINES, "3"));
        assert_eq!(capture.take("O-1"), lines);
        assert!(capture.take("O-1").is_empty());
        assert_eq!(capture.take("O-2"), ["other"]);
    }

    #[test]
    fn takes_no_more_memory_than_it_may() {
        let capture = Capture::default();
        for number in 0..OPERATIONS + 5 {
            capture.add(&number.to_string(), "é".repeat(LINE_LENGTH + 1));
        }
        assert!(capture.lines("4").is_empty());
        assert_eq!(capture.lines("5")[0].chars().count(), LINE_LENGTH + 1);
        assert_eq!(capture.inner.lock().lines.len(), OPERATIONS);
        assert_eq!(capture.inner.lock().order.len(), OPERATIONS);
    }
}
