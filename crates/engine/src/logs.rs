//! What the engine needs of the program's logs: the last lines of an operation, and a level per processing module.

/// The program's logs, given by the composition root.
pub trait Logs: Send + Sync {
    /// Takes the last lines that an operation (`O-311`) wrote, masked, oldest first.
    fn take(&self, operation: &str) -> Vec<String>;

    /// Sets how much a log shows, 0 to 9.
    fn set_level(&self, log: &str, level: u8);
}

/// No logs: for tests that do not look at them.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoLogs;

impl Logs for NoLogs {
    fn take(&self, _: &str) -> Vec<String> {
        Vec::new()
    }

    fn set_level(&self, _: &str, _: u8) {}
}
