//! Every mail as its reader sees it, and its way through a real SMTP conversation.

#[cfg(test)]
mod delivery;
#[cfg(test)]
mod rendering;
#[cfg(test)]
mod server;
