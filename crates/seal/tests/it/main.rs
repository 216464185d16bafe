//! The key file on a real file system.

use std::{
    fs,
    os::unix::fs::{PermissionsExt as _, symlink},
    sync::Barrier,
};

use certbroker_seal::{Context, KeyFile, KeyFileError, OpenError};
use jiff::Timestamp;

fn place() -> Context {
    Context::new("test.secret", 1)
}

#[test]
fn a_missing_file_is_an_error_and_is_made_only_when_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let file = KeyFile::new(folder.path().join("master.keys"));
    assert!(matches!(file.load(), Err(KeyFileError::Missing { .. })));
    assert!(matches!(
        file.rotate(Timestamp::UNIX_EPOCH),
        Err(KeyFileError::Missing { .. })
    ));
    assert!(!file.path().exists());

    let made = file.create(Timestamp::UNIX_EPOCH).unwrap();
    let sealed = made.seal(&place(), b"hunter2").unwrap();
    assert_eq!(
        file.load().unwrap().open(&place(), &sealed).unwrap().as_slice(),
        b"hunter2"
    );
    assert_eq!(
        fs::metadata(file.path()).unwrap().permissions().mode() & 0o7777,
        0o600
    );
}

#[test]
fn creating_never_replaces_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = KeyFile::new(folder.path().join("master.keys"));
    let sealed = file
        .create(Timestamp::UNIX_EPOCH)
        .unwrap()
        .seal(&place(), b"hunter2")
        .unwrap();
    assert!(matches!(
        file.create(Timestamp::UNIX_EPOCH),
        Err(KeyFileError::Exists { .. })
    ));
    assert!(
        file.load_or_create(Timestamp::UNIX_EPOCH)
            .unwrap()
            .open(&place(), &sealed)
            .is_ok()
    );
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        1,
        "no half-made file stays behind"
    );
}

#[test]
fn a_file_that_others_may_read_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = KeyFile::new(folder.path().join("master.keys"));
    file.create(Timestamp::UNIX_EPOCH).unwrap();
    for mode in [0o640, 0o604, 0o620, 0o666, 0o700] {
        fs::set_permissions(file.path(), fs::Permissions::from_mode(mode)).unwrap();
        let error = file.load().unwrap_err();
        assert!(
            matches!(error, KeyFileError::TooOpen { mode: found, .. } if found == mode),
            "{error}"
        );
    }
    for mode in [0o600, 0o400] {
        fs::set_permissions(file.path(), fs::Permissions::from_mode(mode)).unwrap();
        assert!(file.load().is_ok());
    }
}

#[test]
fn a_link_is_judged_by_what_it_points_to() {
    let folder = tempfile::tempdir().unwrap();
    let file = KeyFile::new(folder.path().join("master.keys"));
    file.create(Timestamp::UNIX_EPOCH).unwrap();
    fs::set_permissions(file.path(), fs::Permissions::from_mode(0o644)).unwrap();
    let link = folder.path().join("link");
    symlink(file.path(), &link).unwrap();
    assert!(matches!(
        KeyFile::new(link).load(),
        Err(KeyFileError::TooOpen { .. })
    ));
}

#[test]
fn rotation_keeps_old_secrets_readable_and_an_old_ring_names_the_missing_version() {
    let folder = tempfile::tempdir().unwrap();
    let file = KeyFile::new(folder.path().join("master.keys"));
    let before = file.create(Timestamp::UNIX_EPOCH).unwrap();
    let old = before.seal(&place(), b"hunter2").unwrap();

    let after = file
        .rotate(Timestamp::from_second(1_700_000_000).unwrap())
        .unwrap();
    let new = after.reseal(&place(), &old).unwrap();
    assert_eq!(after.current().0, 2);
    assert!(
        matches!(before.open(&place(), &new), Err(OpenError::UnknownKey { version, .. }) if version.0 == 2)
    );
    let read = file.load().unwrap();
    assert!(read.open(&place(), &old).is_ok() && read.open(&place(), &new).is_ok());
    assert_eq!(
        fs::metadata(file.path()).unwrap().permissions().mode() & 0o7777,
        0o600
    );
}

#[test]
fn rotations_at_the_same_time_both_happen() {
    let folder = tempfile::tempdir().unwrap();
    let file = KeyFile::new(folder.path().join("master.keys"));
    file.create(Timestamp::UNIX_EPOCH).unwrap();
    let start = Barrier::new(4);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                start.wait();
                file.rotate(Timestamp::UNIX_EPOCH).unwrap();
            });
        }
    });
    assert_eq!(file.load().unwrap().versions().count(), 5);
}

#[test]
fn many_first_starts_at_the_same_time_share_one_key() {
    let folder = tempfile::tempdir().unwrap();
    let file = KeyFile::new(folder.path().join("master.keys"));
    let start = Barrier::new(4);
    let sealed: Vec<_> = std::thread::scope(|scope| {
        let starts: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    start.wait();
                    file.load_or_create(Timestamp::UNIX_EPOCH)
                        .unwrap()
                        .seal(&place(), b"x")
                        .unwrap()
                })
            })
            .collect();
        starts.into_iter().map(|start| start.join().unwrap()).collect()
    });
    let ring = file.load().unwrap();
    assert!(sealed.iter().all(|sealed| ring.open(&place(), sealed).is_ok()));
}

#[test]
fn a_folder_that_does_not_exist_is_reported_with_its_path() {
    let file = KeyFile::new("/nonexistent/folder/master.keys");
    let error = file.create(Timestamp::UNIX_EPOCH).unwrap_err();
    assert!(
        error.to_string().contains("/nonexistent/folder/master.keys"),
        "{error}"
    );
}
