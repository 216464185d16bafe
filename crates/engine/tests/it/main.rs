//! The engine at work, with everything around it, on both databases.

mod bad_orders;
mod crash;
mod main_job;
mod reconcile;
mod trouble;
