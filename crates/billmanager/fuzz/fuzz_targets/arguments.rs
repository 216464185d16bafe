//! What a host may put on a command line: no panic, and a line that runs has a command.
#![no_main]

use certbroker_billmanager::arguments::{Key, Request};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let tokens = input.split(|byte| *byte == 0).map(|token| String::from_utf8_lossy(token).into_owned());
    match Request::read(tokens) {
        Request::Run(arguments) => {
            assert!(arguments.has(Key::Command));
            let _ = arguments.shown();
        }
        Request::Wrong(faults) => assert!(!faults.is_empty()),
        _ => {}
    }
});
