//! The people and programs behind the labels of actors.

use std::collections::HashMap;

use domain::id::UserId;
use httpkit::Failure;

use crate::{view::View, visit::StaffVisit};

/// Names of users, looked up once for a page.
#[derive(Debug, Clone, Default)]
pub struct People(HashMap<UserId, String>);

impl People {
    /// Looks these users up; who is gone is shown by the id.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn find(visit: &StaffVisit, users: Vec<UserId>) -> Result<Self, Failure> {
        let mut names = HashMap::new();
        for user in users {
            if names.contains_key(&user) {
                continue;
            }
            match visit.engine.users().show(&visit.actor, user).await {
                Ok(found) => names.insert(user, found.name),
                Err(engine::Error::NotFound) => names.insert(user, user.to_string()),
                Err(error) => return Err(error.into()),
            };
        }
        Ok(Self(names))
    }

    /// Looks up the users among these labels of actors.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn behind(visit: &StaffVisit, labels: Vec<&str>) -> Result<Self, Failure> {
        let users = labels.into_iter().filter_map(|label| label.parse().ok());
        Self::find(visit, users.collect()).await
    }

    /// The name of a user.
    #[must_use]
    pub fn name(&self, user: UserId) -> String {
        self.0.get(&user).cloned().unwrap_or_else(|| user.to_string())
    }

    /// Whoever stands behind the label of an actor: a person, certbroker itself, a program of a client.
    #[must_use]
    pub fn who(&self, view: &View, label: &str) -> String {
        if let Ok(user) = label.parse::<UserId>() {
            return self.name(user);
        }
        match label {
            "guest" => view.t("people-guest"),
            "command line" => view.t("people-command-line"),
            _ if label.starts_with("certbroker") => view.t("people-certbroker"),
            _ if label.parse::<domain::id::ApiTokenId>().is_ok() => view.t("people-token"),
            _ => label.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::state::Role;
    use uuid::Uuid;

    use super::*;
    use crate::view::sample;

    #[test]
    fn labels_are_put_into_words_and_unknown_ones_stay() {
        let view = sample::signed(Role::Staff, "/admin/audit");
        let anna = UserId::from(Uuid::from_u128(1));
        let people = People(HashMap::from([(anna, "Anna".to_owned())]));
        for (label, said) in [
            (anna.to_string().as_str(), "Anna"),
            ("certbroker: worker", "certbroker"),
            ("command line", "Command line"),
            ("guest", "Nobody signed in"),
            ("something", "something"),
        ] {
            assert_eq!(people.who(&view, label), said);
        }
    }
}
