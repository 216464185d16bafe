//! Logs as a program sees them: real events, real files.

#[cfg(test)]
mod logs;
#[cfg(test)]
mod process;
