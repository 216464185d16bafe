use domain::{Currency, Money, id::AccountId};
use proptest::{prelude::*, test_runner::TestRunner};
use store::{
    Error, Page, Store,
    ledger::{self, Entry, EntryKind, LedgerKey, NewEntry},
    seller::Seller,
    testing::{TestStore, for_each_backend},
};

use crate::fixture::{account, at, fresh, seller};

fn eur(minor: i64) -> Money {
    Money::from_minor(minor, Currency::EUR)
}

fn entry(seller: &Seller, account: AccountId, postings: Vec<(LedgerKey, Money)>) -> NewEntry {
    let entry = Entry {
        id: fresh().into(),
        seller_id: seller.id,
        kind: EntryKind::Credit,
        at: at(1),
        account_id: Some(account),
        module_id: None,
        service_id: None,
        operation_id: None,
        document_id: None,
        note: String::new(),
        actor: "test".into(),
    };
    NewEntry { entry, postings }
}

fn credit(seller: &Seller, account: AccountId, amount: Money) -> NewEntry {
    let currency = amount.currency();
    let postings = vec![
        (LedgerKey::External(seller.id, currency), amount.negated()),
        (LedgerKey::ClientCash(account, currency), amount),
    ];
    entry(seller, account, postings)
}

#[tokio::test]
async fn postings_that_do_not_sum_to_nothing_are_refused() {
    for_each_backend(async |store: Store| {
        let seller = seller(&store).await;
        let tx = store.begin().await.unwrap();
        let account = account(&tx, &seller, "Ann").await.id;
        let cash = LedgerKey::ClientCash(account, Currency::EUR);
        let outside = LedgerKey::External(seller.id, Currency::EUR);
        for postings in [
            vec![(cash, eur(1))],
            vec![(cash, eur(2)), (outside, eur(-1))],
            vec![(cash, Money::from_minor(1, Currency::USD)), (outside, eur(-1))],
            vec![(cash, eur(i64::MAX)), (outside, eur(i64::MAX))],
        ] {
            let refused = ledger::post(&tx, &entry(&seller, account, postings), fresh).await;
            assert!(matches!(refused, Err(Error::Refused(_))), "{refused:?}");
        }
        assert_eq!(ledger::balance(&tx, cash).await.unwrap(), eur(0));
    })
    .await;
}

#[tokio::test]
async fn eight_tasks_book_at_once_and_no_booking_is_lost() {
    for_each_backend(async |store: Store| {
        let seller = seller(&store).await;
        let tx = store.begin().await.unwrap();
        let ids = [
            account(&tx, &seller, "Ann").await.id,
            account(&tx, &seller, "Bob").await.id,
        ];
        tx.commit().await.unwrap();
        let tasks: Vec<_> = (0..8_usize)
            .map(|number| {
                let (store, seller) = (store.clone(), seller.clone());
                tokio::spawn(async move {
                    for round in 0..10 {
                        let tx = store.begin().await.unwrap();
                        let account = ids[(number + round) % 2];
                        ledger::post(&tx, &credit(&seller, account, eur(100)), fresh)
                            .await
                            .unwrap();
                        tx.commit().await.unwrap();
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        for account in ids {
            let cash = LedgerKey::ClientCash(account, Currency::EUR);
            assert_eq!(ledger::balance(store.reader(), cash).await.unwrap(), eur(4_000));
        }
        let outside = LedgerKey::External(seller.id, Currency::EUR);
        assert_eq!(
            ledger::balance(store.reader(), outside).await.unwrap(),
            eur(-8_000)
        );
    })
    .await;
}

#[tokio::test]
async fn a_statement_is_read_page_by_page_and_each_line_carries_its_balance() {
    for_each_backend(async |store: Store| {
        let seller = seller(&store).await;
        let tx = store.begin().await.unwrap();
        let account = account(&tx, &seller, "Ann").await.id;
        for amount in 1..=5 {
            ledger::post(&tx, &credit(&seller, account, eur(amount)), fresh)
                .await
                .unwrap();
        }
        tx.commit().await.unwrap();
        let cash = LedgerKey::ClientCash(account, Currency::EUR);
        let first = ledger::statement(store.reader(), cash, &Page::first(2))
            .await
            .unwrap();
        let shown: Vec<_> = first
            .rows
            .iter()
            .map(|line| (line.amount, line.balance_after))
            .collect();
        assert_eq!(
            (shown, first.total),
            (vec![(eur(5), eur(15)), (eur(4), eur(10))], Some(5))
        );
        let next = Page::after(first.next.unwrap(), 2);
        for page in [next, Page::number(1, 2)] {
            let second = ledger::statement(store.reader(), cash, &page).await.unwrap();
            let shown: Vec<_> = second.rows.iter().map(|line| line.balance_after).collect();
            assert_eq!(shown, [eur(6), eur(3)]);
        }
        let last = ledger::statement(store.reader(), cash, &Page::number(2, 2))
            .await
            .unwrap();
        assert_eq!((last.rows.len(), last.next), (1, None));
    })
    .await;
}

/// Whatever is booked, all ledger accounts of a currency sum to nothing, and a balance is the sum of its postings.
#[test]
fn the_books_balance_whatever_is_booked() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let config = ProptestConfig {
        cases: 12,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    TestRunner::new(config)
        .run(
            &prop::collection::vec((0..3_u8, 0..2_usize, -9_999..9_999_i64), 1..20),
            |bookings| {
                runtime.block_on(async {
                    let test = TestStore::sqlite().await;
                    let seller = seller(&test.store).await;
                    let tx = test.store.begin().await.unwrap();
                    let ids = [
                        account(&tx, &seller, "Ann").await.id,
                        account(&tx, &seller, "Bob").await.id,
                    ];
                    let mut expected = [0_i64; 2];
                    for (kind, whose, minor) in bookings {
                        let currency = Currency::EUR;
                        let cash = LedgerKey::ClientCash(ids[whose], currency);
                        let other = match kind {
                            0 => LedgerKey::External(seller.id, currency),
                            1 => LedgerKey::ClientReserved(ids[whose], currency),
                            _ => LedgerKey::Revenue(seller.id, currency),
                        };
                        let postings = vec![(cash, eur(minor)), (other, eur(-minor))];
                        ledger::post(&tx, &entry(&seller, ids[whose], postings), fresh)
                            .await
                            .unwrap();
                        expected[whose] += minor;
                    }
                    let sum: i64 = ledger::all(&tx)
                        .await
                        .unwrap()
                        .iter()
                        .map(|account| account.balance)
                        .sum();
                    assert_eq!(sum, 0);
                    for (id, minor) in ids.into_iter().zip(expected) {
                        let cash = LedgerKey::ClientCash(id, Currency::EUR);
                        assert_eq!(ledger::balance(&tx, cash).await.unwrap(), eur(minor));
                    }
                    drop(tx);
                    test.remove().await;
                });
                Ok(())
            },
        )
        .unwrap();
}
