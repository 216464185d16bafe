//! The master key under which all secrets are sealed: giving it a new version, and sealing everything anew.
//!
//! Old versions stay in the key file, so nothing is ever unreadable in between, an interrupted rotation is finished by
//! the next, and an old backup still opens.

use domain::id::{KeyId, ModuleId, NoticeId, UserId, ZoneId};
use seal::{Context, KeyFile, KeyVersion, Sealed};
use serde_json::json;
use store::sealed::{SealedPlace, SealedRow};
use uuid::Uuid;

use crate::{
    Engine,
    actor::Actor,
    audit,
    authority::{self, Permission},
    error::{Error, Result},
};

/// How many secrets one transaction seals anew.
const BATCH: u32 = 200;

/// The master key.
pub struct MasterKeys<'a>(&'a Engine);

impl Engine {
    /// The master key.
    #[must_use]
    pub fn master_keys(&self) -> MasterKeys<'_> {
        MasterKeys(self)
    }
}

/// What a rotation did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rotated {
    /// The version that seals from now on.
    pub version: KeyVersion,
    /// How many secrets were sealed anew.
    pub resealed: u64,
}

impl MasterKeys<'_> {
    /// Adds a version to the key file and seals every secret under it. Other nodes must be told to read the file again.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::Internal`] when the file cannot be written, or a secret does not open (those before it
    /// are sealed anew already; the rest still opens under the old version).
    pub async fn rotate(&self, actor: &Actor, file: &KeyFile) -> Result<Rotated> {
        authority::require(actor, Permission::ManageSystem)?;
        let ring = file
            .rotate(self.0.clock().machine_now())
            .map_err(|error| Error::Internal(format!("rotating the key file: {error}")))?;
        self.0.replace_keys(ring);
        self.reseal(actor).await
    }

    /// Seals every secret that is still under an older version anew: finishes an interrupted rotation.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::Internal`] when a secret does not open.
    pub async fn reseal(&self, actor: &Actor) -> Result<Rotated> {
        authority::require(actor, Permission::ManageSystem)?;
        let mut resealed = 0;
        for &place in SealedPlace::ALL {
            resealed += self.reseal_place(place).await?;
        }
        let version = self.0.keys().current();
        let tx = self.0.store().begin().await?;
        let detail = json!({ "resealed": resealed });
        audit::append(&tx, self.0, actor, "master_key.rotate", &version, detail);
        tx.commit().await?;
        Ok(Rotated { version, resealed })
    }

    async fn reseal_place(&self, place: SealedPlace) -> Result<u64> {
        let keys = self.0.keys();
        let mut resealed = 0;
        let mut after = None;
        loop {
            let tx = self.0.store().begin().await?;
            let rows = store::sealed::page(&tx, place, after, BATCH).await?;
            let Some(last) = rows.last() else {
                return Ok(resealed);
            };
            after = Some(last.id);
            for row in &rows {
                let broken = |why: &dyn std::fmt::Display| {
                    Error::Internal(format!(
                        "the secret {place} of {} cannot be sealed anew: {why}",
                        row.id
                    ))
                };
                let sealed = read(row).map_err(|error| broken(&error))?;
                if keys.is_outdated(&sealed) {
                    let anew = keys
                        .reseal(&context(place, row.id), &sealed)
                        .map_err(|error| broken(&error))?;
                    // A secret that was changed meanwhile is under the new version already.
                    resealed += u64::from(store::sealed::replace(&tx, place, row, anew.into_bytes()).await?);
                }
            }
            tx.commit().await?;
        }
    }
}

fn read(row: &SealedRow) -> std::result::Result<Sealed, seal::BadSealed> {
    Sealed::try_from(row.bytes.clone())
}

/// What a secret was sealed for: the same as where it is made.
fn context(place: SealedPlace, id: Uuid) -> Context {
    let kind = place.word();
    match place {
        SealedPlace::ModuleSettings => Context::new(kind, ModuleId::from(id)),
        SealedPlace::NoticeData => Context::new(kind, NoticeId::from(id)),
        SealedPlace::PrivateKey => Context::new(kind, KeyId::from(id)),
        SealedPlace::UserTotp => Context::new(kind, UserId::from(id)),
        SealedPlace::ZoneSecret => Context::new(kind, ZoneId::from(id)),
    }
}

#[cfg(test)]
mod tests {
    use domain::state::Role;
    use jiff::Timestamp;
    use store::user;

    use super::*;
    use crate::fixture::{World, in_each_world};

    #[tokio::test]
    async fn every_secret_is_sealed_anew_and_still_opens() {
        in_each_world(async |world: World| {
            let folder = tempfile::tempdir().unwrap();
            let file = KeyFile::new(folder.path().join("keys"));
            world
                .engine
                .replace_keys(file.create(Timestamp::UNIX_EPOCH).unwrap());
            let admin = world.staff(Role::Administrator).await;
            let users = [world.user(None).await, world.user(None).await];
            let tx = world.engine.store().begin().await.unwrap();
            for id in users {
                let place = Context::new("user.totp", id);
                let sealed = world
                    .engine
                    .keys()
                    .seal(&place, id.to_string().as_bytes())
                    .unwrap();
                let totp = user::Totp {
                    user_id: id,
                    sealed_secret: sealed.into_bytes(),
                    confirmed_at: None,
                    last_step: 0,
                    created_at: world.engine.now(),
                    version: 1,
                };
                user::insert_totp(&tx, &totp).await.unwrap();
            }
            tx.commit().await.unwrap();
            let area = world.engine.master_keys();
            assert_eq!(area.reseal(&admin).await.unwrap().resealed, 0);
            let rotated = area.rotate(&admin, &file).await.unwrap();
            assert_eq!((rotated.version, rotated.resealed), (KeyVersion(2), 2));
            // A program that starts now has only the file.
            let keys = file.load().unwrap();
            for id in users {
                let totp = user::find_totp(world.engine.store().reader(), id)
                    .await
                    .unwrap()
                    .unwrap();
                let sealed = Sealed::try_from(totp.sealed_secret).unwrap();
                assert!(!keys.is_outdated(&sealed));
                let plain = keys.open(&Context::new("user.totp", id), &sealed).unwrap();
                assert_eq!(plain.as_slice(), id.to_string().as_bytes());
            }
            let staff = world.staff(Role::Staff).await;
            assert!(matches!(area.rotate(&staff, &file).await, Err(Error::Forbidden)));
        })
        .await;
    }

    #[tokio::test]
    async fn every_place_is_a_column_that_both_databases_have() {
        in_each_world(async |world: World| {
            for &place in SealedPlace::ALL {
                let rows = store::sealed::page(world.engine.store().reader(), place, None, 1)
                    .await
                    .unwrap();
                assert!(rows.is_empty(), "{place}");
            }
        })
        .await;
    }
}
