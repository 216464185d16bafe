//! Arguments and documents against whatever may come.

mod inputs;
