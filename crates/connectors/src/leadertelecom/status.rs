//! LeaderSSL's words for states, none of which is public (reference §5.3). A word not listed is kept and never final.

use ca::{CaState, ValidationState, WaitsFor};

/// The state that a word stands for. Case, spaces, `_` and `-` make no difference.
pub(super) fn state(word: &str) -> CaState {
    match plain(word).as_str() {
        "new" | "pending" | "processing" | "inprogress" | "awaitingapproval" | "awaitingvalidation"
        | "waiting" | "submitted" | "notvalidated" => CaState::Pending,
        "validation" | "undervalidation" | "vetting" | "awaitingbrandvalidation" => CaState::Validation,
        "issued" | "active" | "valid" | "completed" | "complete" => CaState::Issued,
        "rejected" | "failed" | "declined" | "denied" => CaState::Rejected,
        "cancelled" | "canceled" | "annulled" | "refunded" => CaState::Cancelled,
        "revoked" => CaState::Revoked,
        "expired" => CaState::Expired,
        "replaced" | "reissued" => CaState::Replaced,
        "unpaid" | "waitingforpayment" | "invoice" => CaState::AwaitingPayment,
        _ => CaState::Unknown(word.trim().chars().take(80).collect()),
    }
}

/// Whom an order in this state waits for.
pub(super) const fn waits_for(state: &CaState) -> Option<WaitsFor> {
    match state {
        CaState::AwaitingPayment => Some(WaitsFor::Payment),
        CaState::Pending => Some(WaitsFor::DomainControl),
        CaState::Validation => Some(WaitsFor::Organisation),
        CaState::Unknown(_) => Some(WaitsFor::Ca),
        _ => None,
    }
}

/// How far a name's validation has come.
pub(super) fn validation(word: &str) -> ValidationState {
    match plain(word).as_str() {
        "" | "new" | "pending" | "processing" | "inprogress" | "waiting" | "awaitingvalidation"
        | "notvalidated" | "sent" | "submitted" | "false" | "0" => ValidationState::Pending,
        "validated" | "valid" | "done" | "ok" | "success" | "completed" | "complete" | "passed"
        | "approved" | "verified" | "issued" | "true" | "1" => ValidationState::Done,
        "failed" | "rejected" | "declined" | "denied" | "invalid" | "error" => ValidationState::Failed,
        _ => ValidationState::Unknown(word.trim().chars().take(80).collect()),
    }
}

fn plain(word: &str) -> String {
    word.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_normalised() {
        let table = [
            ("issued", CaState::Issued),
            ("In Progress", CaState::Pending),
            ("AWAITING_VALIDATION", CaState::Pending),
            ("not-validated", CaState::Pending),
            ("awaitingbrandvalidation", CaState::Validation),
            ("Canceled", CaState::Cancelled),
            ("waiting for payment", CaState::AwaitingPayment),
            ("replaced", CaState::Replaced),
            ("frobnicated", CaState::Unknown("frobnicated".to_owned())),
            ("", CaState::Unknown(String::new())),
            ("invalid", CaState::Unknown("invalid".to_owned())),
        ];
        for (word, expected) in table {
            assert_eq!(state(word), expected, "{word}");
        }
    }

    #[test]
    fn an_unknown_word_is_waited_out() {
        let unknown = state("заказ принят");
        assert!(!unknown.is_final());
        assert_eq!(waits_for(&unknown), Some(WaitsFor::Ca));
        assert_eq!(validation("maybe"), ValidationState::Unknown("maybe".to_owned()));
        assert_eq!(validation("Validated"), ValidationState::Done);
    }
}
