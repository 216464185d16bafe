//! States of services, operations, purchases and tasks; which follow which.

use crate::product::words;

words! {
    /// Where a service stands. The words are BILLmanager's where it has them.
    ServiceState {
        /// Paid (reserved) and waiting for the CA to accept the order.
        Opening = "opening",
        /// The CA accepted; control over the names must be proven.
        WaitingForValidation = "waiting_for_validation",
        /// Control is proven; the CA checks the organisation or signs.
        WaitingForIssue = "waiting_for_issue",
        /// A verified certificate is delivered.
        Active = "active",
        /// Suspended by the client or staff.
        Suspended = "suspended",
        /// The CA refused, or it was closed before issue; the money is back.
        Failed = "failed",
        /// Closed; the paid term is over or given up.
        Closed = "closed",
    }
}

impl ServiceState {
    /// Whether no automatic work will ever change it again.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Failed | Self::Closed)
    }

    /// Whether the certificate was not delivered yet.
    #[must_use]
    pub const fn is_before_issue(self) -> bool {
        matches!(
            self,
            Self::Opening | Self::WaitingForValidation | Self::WaitingForIssue
        )
    }

    /// Whether the state may follow this one.
    #[must_use]
    pub const fn may_become(self, next: Self) -> bool {
        use ServiceState::{
            Active, Closed, Failed, Opening, Suspended, WaitingForIssue, WaitingForValidation,
        };
        match self {
            Opening => matches!(
                next,
                WaitingForValidation | WaitingForIssue | Active | Failed | Closed
            ),
            WaitingForValidation => matches!(next, WaitingForIssue | Active | Failed | Closed),
            WaitingForIssue => matches!(next, WaitingForValidation | Active | Failed | Closed),
            Active => matches!(next, Suspended | Closed),
            Suspended => matches!(next, Active | Closed),
            Failed | Closed => false,
        }
    }
}

words! {
    /// The commands that operations carry out.
    OperationKind {
        /// Buy, prove, fetch, deliver.
        Open = "open",
        /// A new certificate within the paid term.
        Reissue = "reissue",
        /// Buy the next paid term.
        Prolong = "prolong",
        /// Give up before issue, or at the end.
        Close = "close",
    }
}

words! {
    /// Where an operation stands.
    OperationState {
        /// Due at its next run, or leased.
        Waiting = "waiting",
        /// Attempts are used up or a person must decide; a task says why.
        Manual = "manual",
        /// Done.
        Done = "done",
        /// Ended without effect, the reason is kept.
        Failed = "failed",
        /// Another operation took its place.
        Superseded = "superseded",
    }
}

words! {
    /// Where a task stands.
    TaskState {
        /// Nobody has it yet.
        Open = "open",
        /// A performer has it.
        InProgress = "in_progress",
        /// Finished.
        Done = "done",
        /// Fell away: its cause is gone.
        Cancelled = "cancelled",
    }
}

impl TaskState {
    /// Whether work is left.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Open | Self::InProgress)
    }
}

words! {
    /// How soon a task must be done.
    TaskPriority {
        /// When there is time.
        Low = "low",
        /// In its turn.
        Normal = "normal",
        /// Before others.
        High = "high",
        /// Now, whatever the hour.
        Urgent = "urgent",
    }
}

words! {
    /// What a task asks for.
    TaskKind {
        /// An operation needs a person.
        OperationManual = "operation_manual",
        /// It is not certain whether the CA accepted an order.
        PurchaseUnclear = "purchase_unclear",
        /// The balance at the CA fell below the module's minimum.
        BalanceLow = "balance_low",
        /// A connection does not work.
        ModuleBroken = "module_broken",
        /// A large credit waits for a second person.
        CreditApproval = "credit_approval",
        /// A purchase beyond a ceiling waits for a second person.
        PurchaseApproval = "purchase_approval",
        /// Certificates must be reissued by hand (multi-domain, Unsupported).
        ReissueByHand = "reissue_by_hand",
        /// A certificate ends within days and its operation cannot go on.
        ServiceEnding = "service_ending",
        /// An order at the CA that nothing here explains.
        OrphanAtCa = "orphan_at_ca",
        /// Written by staff.
        Plain = "plain",
    }
}

words! {
    /// Who keeps the private key of a service.
    KeyCustody {
        /// Made in the browser or pasted as a CSR; never seen by the server.
        Client = "client",
        /// Made on the server, shown once, not stored.
        NotStored = "not_stored",
        /// Made on the server and stored sealed, with the client's consent.
        Stored = "stored",
    }
}

words! {
    /// What the last look at a processing module's connection showed.
    ConnectionState {
        /// Never checked.
        Unknown = "unknown",
        /// Every finding was good.
        Connected = "connected",
        /// A finding was bad; new orders pass the module over.
        Broken = "broken",
    }
}

words! {
    /// Where an intent to spend money at a CA stands (design §5).
    PurchaseStage {
        /// Beyond a ceiling: waits for a second person.
        AwaitsApproval = "awaits_approval",
        /// Stored, not called yet.
        Intended = "intended",
        /// The call went out and its outcome is not stored yet.
        Called = "called",
        /// It is not known whether the CA took it; the CA is asked.
        Unknown = "unknown",
        /// The CA took it.
        Accepted = "accepted",
        /// The CA refused it; nothing was charged.
        Rejected = "rejected",
        /// The CA certainly never got it; another may follow.
        NeverMade = "never_made",
        /// Nobody can tell; a person decides.
        Unclear = "unclear",
        /// Given up before the call.
        Dropped = "dropped",
    }
}

words! {
    /// How one attempt of an operation ended.
    AttemptOutcome {
        /// It came to its end.
        Done = "done",
        /// It went as far as it could and waits for somebody.
        Waits = "waits",
        /// An error that is tried again.
        Failed = "failed",
        /// An error for which no attempt is counted: the CA cannot be reached now.
        Postponed = "postponed",
        /// Handed to a person.
        Manual = "manual",
        /// Ended without effect.
        Refused = "refused",
    }
}

words! {
    /// Where the proof of control over one name stands.
    ValidationState {
        /// The CA has not seen it.
        Waiting = "waiting",
        /// The CA accepted it.
        Proven = "proven",
        /// The CA refused it.
        Failed = "failed",
    }
}

words! {
    /// Why a certificate was issued.
    IssueReason {
        /// The first of a CA order.
        Open = "open",
        /// Within the paid term.
        Reissue = "reissue",
        /// For the next paid term.
        Prolong = "prolong",
        /// The CA issued it without being asked.
        ByCa = "by_ca",
        /// It was there already and was taken over from the CA.
        Import = "import",
    }
}

words! {
    /// Why a reissue was wanted.
    ReissueCause {
        /// The certificate ends before the paid term does.
        Due = "due",
        /// The private key was lost.
        KeyLost = "key_lost",
        /// The private key may have fallen into wrong hands.
        KeyCompromised = "key_compromised",
        /// Names were added or taken away.
        Names = "names",
        /// Another request is to be used.
        Request = "request",
        /// The CA issued again without being asked.
        ByCa = "by_ca",
        /// Staff replaces many certificates at once.
        ReplaceNow = "replace_now",
        /// Another wish.
        Other = "other",
    }
}

words! {
    /// What a signed-in person may do at all.
    Role {
        /// Everything, of the seller's company.
        Administrator = "administrator",
        /// Daily work, of the seller's company.
        Staff = "staff",
        /// Everything in one account.
        Owner = "owner",
        /// Orders and downloads in one account.
        Member = "member",
        /// Reads statements of one account.
        Accountant = "accountant",
    }
}

impl Role {
    /// Whether it is of the seller's company.
    #[must_use]
    pub const fn is_staff(self) -> bool {
        matches!(self, Self::Administrator | Self::Staff)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn final_states_lead_nowhere_and_every_other_can_be_closed() {
        for &state in ServiceState::ALL {
            let ways = ServiceState::ALL
                .iter()
                .filter(|next| state.may_become(**next))
                .count();
            assert_eq!(ways == 0, state.is_final(), "{state}");
            assert_eq!(
                state.may_become(ServiceState::Closed),
                !state.is_final(),
                "{state}"
            );
            assert!(!state.may_become(state), "{state}");
        }
    }

    #[test]
    fn words_are_read_back() {
        for &kind in TaskKind::ALL {
            assert_eq!(kind.word().parse::<TaskKind>().unwrap(), kind);
        }
        assert!("nonsense".parse::<TaskKind>().is_err());
    }
}
