//! Who may do and see what: the only place that decides it.
//!
//! Two questions are asked, and both at the top of a use case. *May this actor do such a thing at all?* is answered by
//! [`require`]; no is [`Error::Forbidden`]. *Is this object theirs to see?* is answered by [`see`] and, for lists, by
//! [`scope`]; no is [`Error::NotFound`], so that nobody learns what exists elsewhere. Tasks are seen by department:
//! [`desk`].

use domain::{
    id::{AccountId, SellerId},
    state::Role,
};
use store::{
    Conn,
    task::{SeenBy, Task},
};

use crate::{
    actor::{Actor, Who},
    error::{Error, Result},
};

/// What an actor may do at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permission {
    /// See services, orders and operations.
    SeeServices,
    /// Order, close, change validation.
    Order,
    /// Take certificates and stored keys out.
    Download,
    /// See statements and documents.
    SeeMoney,
    /// Book credits.
    CreditAccounts,
    /// Confirm what a second person must confirm.
    ApproveMoney,
    /// See what the CA charges, and margins.
    SeeCosts,
    /// Open, change and list accounts and their users.
    ManageAccounts,
    /// Add staff and administrators.
    ManageStaff,
    /// See processing modules and their balances.
    SeeModules,
    /// Connect, change and switch processing modules.
    ManageModules,
    /// Make and price tariff plans.
    ManageTariffs,
    /// Work with tasks and operations.
    WorkTasks,
    /// Settings of the installation, zones, departments, purchases on and off.
    ManageSystem,
    /// Read the audit trail.
    ReadAudit,
    /// Make and revoke tokens of the API for an account.
    ManageTokens,
}

/// What a list is limited to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Everything of the seller.
    Seller(SellerId),
    /// One account's own.
    Account(SellerId, AccountId),
}

impl Scope {
    /// The account, when limited to one.
    #[must_use]
    pub const fn account(self) -> Option<AccountId> {
        match self {
            Self::Seller(_) => None,
            Self::Account(_, account) => Some(account),
        }
    }

    /// The seller.
    #[must_use]
    pub const fn seller(self) -> SellerId {
        match self {
            Self::Seller(seller) | Self::Account(seller, _) => seller,
        }
    }
}

/// Whether the actor may do such a thing at all.
#[must_use]
pub fn may(actor: &Actor, wanted: Permission) -> bool {
    use Permission::{
        ApproveMoney, CreditAccounts, Download, ManageAccounts, ManageTokens, Order, SeeCosts, SeeModules,
        SeeMoney, SeeServices, WorkTasks,
    };
    match &actor.who {
        Who::System(_) | Who::CommandLine => true,
        Who::Guest => false,
        Who::Staff {
            role, on_behalf_of, ..
        } => match (role, wanted) {
            (Role::Administrator, _)
            | (
                _,
                SeeServices | Order | SeeMoney | CreditAccounts | ApproveMoney | SeeCosts | ManageAccounts
                | SeeModules | WorkTasks,
            ) => true,
            // A client's keys and tokens are for the client; staff reach certificates only on the client's behalf.
            (_, Download) => on_behalf_of.is_some(),
            _ => false,
        },
        Who::Member { role, .. } => match role {
            Role::Owner => matches!(wanted, SeeServices | Order | Download | SeeMoney | ManageTokens),
            Role::Member => matches!(wanted, SeeServices | Order | Download),
            Role::Accountant => matches!(wanted, SeeServices | SeeMoney),
            Role::Administrator | Role::Staff => false,
        },
        Who::Token { scopes, .. } => {
            scope_word(wanted).is_some_and(|word| scopes.iter().any(|scope| scope == word))
        }
    }
}

/// Refuses what the actor may not do.
///
/// # Errors
/// [`Error::SignInRequired`] for guests, [`Error::Forbidden`] for everybody else.
pub fn require(actor: &Actor, wanted: Permission) -> Result<()> {
    match &actor.who {
        Who::Guest => Err(Error::SignInRequired),
        _ if may(actor, wanted) => Ok(()),
        _ => Err(Error::Forbidden),
    }
}

/// What the actor's lists are limited to.
///
/// # Errors
/// [`Error::SignInRequired`] for guests.
pub fn scope(actor: &Actor) -> Result<Scope> {
    match (&actor.who, actor.account()) {
        (Who::Guest, _) => Err(Error::SignInRequired),
        (_, Some(account)) => Ok(Scope::Account(actor.seller, account)),
        (_, None) => Ok(Scope::Seller(actor.seller)),
    }
}

/// Whether an object of this seller and account is there for the actor.
///
/// # Errors
/// [`Error::NotFound`] for what belongs to somebody else.
pub fn see(actor: &Actor, seller: SellerId, account: Option<AccountId>) -> Result<()> {
    match scope(actor)? {
        Scope::Seller(own) if own == seller => Ok(()),
        Scope::Account(own, mine) if own == seller && account == Some(mine) => Ok(()),
        Scope::Seller(_) | Scope::Account(..) => Err(Error::NotFound),
    }
}

/// Which tasks an actor may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Desk {
    /// All of them.
    Everything,
    /// Those of the own departments, and those that were given to the actor.
    Own(SeenBy),
}

impl Desk {
    /// What lists are limited to; none: nothing.
    #[must_use]
    pub fn limit(self) -> Option<SeenBy> {
        match self {
            Self::Everything => None,
            Self::Own(seen_by) => Some(seen_by),
        }
    }

    /// Whether a task is there for the actor.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub fn see(&self, task: &Task) -> Result<()> {
        match self {
            Self::Everything => Ok(()),
            Self::Own(own)
                if own.departments.contains(&task.department_id) || task.performer_id == Some(own.user) =>
            {
                Ok(())
            }
            Self::Own(_) => Err(Error::NotFound),
        }
    }
}

/// Which tasks the actor may see: administrators and the machine itself all of them, other staff those of the departments
/// they are in.
///
/// # Errors
/// When the database fails.
pub async fn desk(conn: &dyn Conn, actor: &Actor) -> Result<Desk> {
    match &actor.who {
        Who::Staff {
            user,
            role: Role::Staff,
            ..
        } => Ok(Desk::Own(SeenBy {
            departments: store::department::departments_of(conn, *user).await?,
            user: *user,
        })),
        // Clients and guests are refused before: they work with no tasks.
        _ => Ok(Desk::Everything),
    }
}

/// The scope word that a token needs for a permission; without one no token can have it.
const fn scope_word(wanted: Permission) -> Option<&'static str> {
    match wanted {
        Permission::SeeServices => Some("services:read"),
        Permission::Order => Some("orders:write"),
        Permission::Download => Some("certificates:read"),
        Permission::SeeMoney => Some("balance:read"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use domain::id::UserId;
    use uuid::Uuid;

    use super::*;
    use crate::actor::RequestId;

    fn actor(who: Who) -> Actor {
        Actor {
            who,
            seller: SellerId::from(Uuid::nil()),
            request: RequestId(Uuid::nil()),
            address: None,
            is_confirmed: true,
        }
    }

    fn account(number: u128) -> AccountId {
        AccountId::from(Uuid::from_u128(number))
    }

    fn member(role: Role) -> Actor {
        actor(Who::Member {
            user: UserId::from(Uuid::nil()),
            account: account(1),
            role,
        })
    }

    fn staff(role: Role, on_behalf_of: Option<AccountId>) -> Actor {
        actor(Who::Staff {
            user: UserId::from(Uuid::nil()),
            role,
            on_behalf_of,
        })
    }

    #[test]
    fn a_member_sees_one_account_and_what_is_elsewhere_does_not_exist() {
        let seller = SellerId::from(Uuid::nil());
        assert!(see(&member(Role::Owner), seller, Some(account(1))).is_ok());
        assert!(matches!(
            see(&member(Role::Owner), seller, Some(account(2))),
            Err(Error::NotFound)
        ));
        assert!(matches!(
            see(&member(Role::Owner), seller, None),
            Err(Error::NotFound)
        ));
        let other_seller = SellerId::from(Uuid::from_u128(9));
        assert!(matches!(
            see(&staff(Role::Administrator, None), other_seller, None),
            Err(Error::NotFound)
        ));
    }

    #[test]
    fn staff_who_act_for_a_client_see_what_the_client_sees() {
        let acting = staff(Role::Staff, Some(account(1)));
        assert_eq!(scope(&acting).unwrap().account(), Some(account(1)));
        assert!(may(&acting, Permission::Download));
        assert!(!may(&staff(Role::Staff, None), Permission::Download));
    }

    #[test]
    fn guests_may_nothing_and_are_asked_to_sign_in() {
        assert!(matches!(
            require(&actor(Who::Guest), Permission::SeeServices),
            Err(Error::SignInRequired)
        ));
        assert!(matches!(
            require(&member(Role::Accountant), Permission::Order),
            Err(Error::Forbidden)
        ));
        assert!(require(&member(Role::Member), Permission::Order).is_ok());
    }

    #[test]
    fn a_token_may_what_its_scopes_say_and_never_more_than_a_client() {
        let scopes = vec!["services:read".to_owned(), "everything".to_owned()];
        let token = actor(Who::Token {
            token: Uuid::nil().into(),
            account: account(1),
            scopes,
        });
        assert!(may(&token, Permission::SeeServices));
        for never in [
            Permission::Order,
            Permission::ManageModules,
            Permission::CreditAccounts,
            Permission::ReadAudit,
        ] {
            assert!(!may(&token, never), "{never:?}");
        }
    }
}
