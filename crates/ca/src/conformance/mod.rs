//! The behaviours that every connector must show, run against a CA that can be looked into and broken (feature `conformance`).
//!
//! A connector's tests implement [`World`] and expand [`conformance_suite!`](crate::conformance_suite), which makes one test per behaviour:
//!
//! ```ignore
//! ca::conformance_suite!(crate::world::start); // async fn start() -> impl ca::conformance::World
//! ```
//!
//! A behaviour is an `async fn(&dyn World)` that panics with what it saw. [`BEHAVIOURS`] lists them all.
//!
//! | group | what is shown |
//! | --- | --- |
//! | [`connection`] | the check finds each cause by itself |
//! | [`account`] | balance, catalogue, prices, approvers |
//! | [`ordering`] | accepted and refused orders, each charged as the catalogue says or not at all |
//! | [`lost_answers`] | nothing is bought twice, whatever is lost |
//! | [`validation`] | what to show, mails, changes of method |
//! | [`following`] | states, lists, unknown words |
//! | [`delivery`] | certificates as ordered |
//! | [`reissuing`] | reissues, or the plain word that there are none |
//! | [`trouble`] | every way in which an answer goes wrong |
//! | [`session`] | signing in late, once and again |
//! | [`secrecy`] | secrets stay where they are |

#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::needless_pass_by_value,
    reason = "this is for tests: they stop with what went wrong"
)]

mod applicant;
mod log;
mod world;

pub mod account;
pub mod connection;
pub mod delivery;
pub mod following;
pub mod lost_answers;
pub mod ordering;
pub mod reissuing;
pub mod secrecy;
pub mod session;
pub mod trouble;
pub mod validation;

pub use self::world::{Act, Address, At, Bought, Password, Reissue, Setup, Times, Trouble, World};

/// Every behaviour, as `group::behaviour`.
pub const BEHAVIOURS: &[&str] = crate::conformance_suite!(@each names);

/// One test per behaviour, in one module per group. The argument is the path of an `async fn` without arguments that starts a
/// [`World`]; it must be reachable from a submodule (`crate::…`).
#[macro_export]
macro_rules! conformance_suite {
    ($world:path) => { $crate::conformance_suite! { @each tests $world } };
    (@each $what:ident $($argument:tt)*) => {
        $crate::conformance_suite! { @$what ($($argument)*)
            connection {
                a_good_account_passes
                an_unknown_host_is_told
                a_closed_port_is_told
                a_port_without_tls_is_told
                a_strange_certificate_is_told
                a_web_site_is_not_understood
                a_wrong_password_is_told
                a_forbidden_address_is_told
                a_refusal_after_the_sign_in_is_about_the_address
                a_page_instead_of_an_answer_is_told
                an_unreadable_balance_is_told
                the_steps_after_a_failure_are_skipped
                a_check_buys_nothing
            }
            account {
                the_balance_is_exact
                an_answer_without_a_balance_is_no_balance
                the_catalogue_is_whole
                products_take_only_methods_that_the_connector_has
                the_catalogue_is_read_in_other_shapes
                the_catalogue_tells_what_is_charged
                approvers_belong_to_the_name
            }
            ordering {
                an_accepted_order_is_bought_once
                orders_for_one_name_are_told_apart
                an_order_beyond_the_balance_is_refused
                a_refusal_names_the_field
                a_product_that_does_not_exist_is_not_bought
                a_refusal_dressed_as_success_is_a_refusal
                a_refusal_keeps_the_words_of_the_ca
                a_price_above_the_ceiling_is_refused_before_the_call
                a_wildcard_is_not_ordered_by_file
                an_order_may_have_a_hundred_names
                international_names_are_ordered
                an_order_may_wait_for_payment
                an_order_without_a_certificate_is_followed_by_its_own_id
                refused_credentials_buy_nothing
                a_ca_that_is_away_sells_nothing
            }
            lost_answers {
                an_answer_lost_after_the_work_is_unknown
                an_error_after_the_work_is_unknown
                a_page_after_the_work_is_unknown
                an_answer_that_comes_too_late_is_unknown
                a_request_lost_before_the_work_is_no_success
                a_lost_order_is_found_by_its_intent
                nothing_is_found_where_nothing_was_bought
                an_order_by_mail_is_proven_by_its_certificate
                known_orders_are_no_candidates
                an_older_order_is_not_ours
                an_order_made_twice_by_the_ca_is_told
                a_ca_that_cannot_be_asked_proves_nothing
                a_lost_order_is_found_among_thousands
                the_purchase_protocol_buys_once
                a_lost_reissue_is_found
                a_refusal_at_the_door_is_certain
            }
            validation {
                every_method_tells_what_to_show
                every_ordered_name_has_its_validation
                two_orders_never_share_a_proof
                a_proven_name_is_done
                the_chosen_approver_gets_the_mail
                a_mail_is_sent_again
                a_mail_is_never_sent_again_by_itself
                a_mail_that_nobody_waits_for_is_refused
                the_method_can_be_changed
                the_approver_can_be_changed
                a_stranger_may_not_approve
            }
            following {
                a_new_order_waits_for_domain_control
                an_organisation_is_waited_for
                an_issued_order_has_its_dates
                a_rejected_order_is_over
                a_cancelled_order_is_over
                a_revoked_certificate_is_told
                an_expired_certificate_is_told
                a_replaced_certificate_names_its_successor
                an_unknown_word_is_kept_and_never_final
                an_order_that_the_ca_does_not_know_is_refused
                a_text_that_is_no_id_is_never_sent
                every_order_is_listed
                a_long_list_is_read_whole
                a_broken_list_is_no_short_list
                a_state_is_read_in_other_shapes
            }
            delivery {
                a_certificate_is_what_was_ordered
                an_rsa_key_is_certified_too
                all_ordered_names_are_certified
                the_organisation_is_certified
                nothing_is_delivered_before_the_issue
                a_page_is_no_certificate
                a_refused_download_is_a_refusal
                a_certificate_that_the_ca_reissued_can_be_fetched
            }
            reissuing {
                a_paid_order_is_reissued_or_plainly_not
                a_reissue_costs_nothing
                the_previous_certificate_stands_meanwhile
                a_stranger_is_not_reissued
                undeclared_calls_are_unsupported
                an_order_is_closed_before_its_issue_where_the_ca_can
            }
            trouble {
                a_rate_limit_says_how_long_to_wait
                an_internal_error_is_kept
                a_page_is_not_understood
                a_page_that_says_later_means_away
                an_empty_answer_is_not_understood
                a_refusal_keeps_its_words
                a_forbidden_address_has_its_class
                a_cut_connection_means_away
                a_silent_ca_is_given_up
                an_oversize_answer_is_refused
                a_purchase_follows_no_redirect
                nothing_is_carried_to_another_host
                nothing_is_retried
                trouble_passes
                errors_name_the_connector_and_the_call
            }
            session {
                signing_in_is_late
                many_calls_sign_in_once
                an_ended_session_is_renewed_once_for_all
                an_order_through_an_ended_session_is_bought_once
                sessions_that_end_each_other_are_survived
                a_refused_password_is_tried_once
                a_refused_session_is_not_renewed_forever
                a_sign_in_that_fails_can_be_tried_again
            }
            secrecy {
                no_error_shows_a_secret
                no_kept_answer_shows_a_secret
                no_log_line_shows_a_secret
                every_exchange_is_shown
            }
        }
    };
    (@names () $($group:ident { $($behaviour:ident)+ })+) => {
        &[$($(concat!(stringify!($group), "::", stringify!($behaviour)),)+)+]
    };
    (@tests ($world:path) $($group:ident { $($behaviour:ident)+ })+) => {
        $(mod $group {
            $(
                #[tokio::test]
                async fn $behaviour() {
                    let world = $world().await;
                    $crate::conformance::$group::$behaviour(&world).await;
                }
            )+
        })+
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The public functions of each group's source.
    fn written() -> Vec<String> {
        let sources = [
            ("account", include_str!("account.rs")),
            ("connection", include_str!("connection.rs")),
            ("delivery", include_str!("delivery.rs")),
            ("following", include_str!("following.rs")),
            ("lost_answers", include_str!("lost_answers.rs")),
            ("ordering", include_str!("ordering.rs")),
            ("reissuing", include_str!("reissuing.rs")),
            ("secrecy", include_str!("secrecy.rs")),
            ("session", include_str!("session.rs")),
            ("trouble", include_str!("trouble.rs")),
            ("validation", include_str!("validation.rs")),
        ];
        let functions = sources.into_iter().flat_map(|(group, source)| {
            source
                .lines()
                .filter_map(|line| line.strip_prefix("pub async fn ")?.split('(').next())
                .map(move |name| format!("{group}::{name}"))
        });
        functions.collect()
    }

    #[test]
    fn every_behaviour_that_is_written_is_run() {
        let mut written = written();
        let mut listed: Vec<String> = BEHAVIOURS.iter().map(|name| (*name).to_owned()).collect();
        written.sort();
        listed.sort();
        assert_eq!(listed, written);
        assert!(listed.len() >= 40, "{}", listed.len());
    }
}
