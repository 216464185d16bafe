//! placeholder

pub mod surroundings;
