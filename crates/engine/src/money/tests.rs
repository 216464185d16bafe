use domain::{Money as Amount, state::Role};
use futures_util::future::join_all;
use proptest::{prelude::*, test_runner::TestRunner};
use store::{
    Page,
    audit::Verdict,
    document::{Document, DocumentFilter, DocumentKind},
    ledger::EntryKind,
    reservation::Reservation,
    task::TaskFilter,
    testing::TestStore,
};
use uuid::Uuid;

use super::{Balance, Credited, NewCredit, ReserveFor, SupplierCharge};
use crate::{
    Actor, Error,
    fixture::{World, eur, in_each_world, price},
};

impl World {
    async fn credit(
        &self,
        actor: &Actor,
        account: domain::id::AccountId,
        minor: i64,
    ) -> crate::Result<Credited> {
        let new = NewCredit {
            account,
            amount: eur(minor),
            note: "transfer 7".into(),
            once: None,
        };
        self.engine.money().credit(actor, new).await
    }

    async fn reserve(
        &self,
        actor: &Actor,
        account: domain::id::AccountId,
        net: i64,
    ) -> crate::Result<Reservation> {
        let tx = self.engine.store().begin().await?;
        let price = price(net);
        let wanted = ReserveFor {
            account,
            service: None,
            operation: None,
            price: &price,
        };
        let reservation = super::reserve(&self.engine, &tx, actor, wanted).await?;
        tx.commit().await?;
        Ok(reservation)
    }

    async fn charge(&self, actor: &Actor, reservation: Uuid) -> crate::Result<Document> {
        let tx = self.engine.store().begin().await?;
        let document = super::charge(&self.engine, &tx, actor, reservation).await?;
        tx.commit().await?;
        Ok(document)
    }

    async fn release(&self, actor: &Actor, reservation: Uuid) -> crate::Result<Reservation> {
        let tx = self.engine.store().begin().await?;
        let reservation = super::release(&self.engine, &tx, actor, reservation).await?;
        tx.commit().await?;
        Ok(reservation)
    }
}

fn code(error: crate::Result<impl std::fmt::Debug>) -> &'static str {
    match error {
        Err(Error::Refused(refusal)) => refusal.code,
        other => panic!("not refused: {other:?}"),
    }
}

fn has(balance: Balance) -> (Amount, Amount) {
    (balance.balance, balance.reserved)
}

#[tokio::test]
async fn an_order_reserves_then_charges_and_a_refund_gives_it_back_with_numbered_documents() {
    in_each_world(async |world: World| {
        let admin = world.staff(Role::Administrator).await;
        let account = world.account().await.id;
        let owner = world.owner(account).await;
        let money = world.engine.money();
        world.credit(&admin, account, 10_000).await.unwrap();
        let held = world.reserve(&owner, account, 3_000).await.unwrap();
        assert_eq!(
            has(money.balance(&owner, account).await.unwrap()),
            (eur(6_370), eur(3_630))
        );
        let charge = world.charge(&admin, held.id).await.unwrap();
        assert_eq!(
            has(money.balance(&owner, account).await.unwrap()),
            (eur(6_370), eur(0))
        );
        assert_eq!(code(world.charge(&admin, held.id).await), "reservation-closed");
        assert_eq!(code(world.release(&admin, held.id).await), "reservation-closed");
        let refund = money
            .refund(&admin, charge.id, "closed before issue")
            .await
            .unwrap();
        assert_eq!(
            code(money.refund(&admin, charge.id, "again").await),
            "already-refunded"
        );
        assert_eq!(
            has(money.balance(&owner, account).await.unwrap()),
            (eur(10_000), eur(0))
        );

        let shown = money
            .documents(&owner, DocumentFilter::default(), &Page::first(10))
            .await
            .unwrap();
        let numbers: Vec<_> = shown.rows.iter().map(Document::shown_number).collect();
        assert_eq!(numbers, ["F-1", "C-1", "R-1"]);
        let view = money.document(&owner, refund.id).await.unwrap();
        assert_eq!(view.refers_to.map(|charge| charge.id), Some(charge.id));
        let line = &view.lines[0];
        assert_eq!(
            (line.kind.as_str(), line.net, line.tax, line.gross),
            ("period", 3_000, 630, 3_630)
        );
        let statement = money.statement(&owner, account, &Page::first(10)).await.unwrap();
        let lines: Vec<_> = statement
            .rows
            .iter()
            .map(|line| (line.entry.kind, line.amount))
            .collect();
        assert_eq!(
            lines,
            [
                (EntryKind::Refund, eur(3_630)),
                (EntryKind::Reserve, eur(-3_630)),
                (EntryKind::Credit, eur(10_000)),
            ]
        );
        assert!(matches!(
            world.engine.audit().verify(&admin).await.unwrap(),
            Verdict::Whole(2..)
        ));
    })
    .await;
}

#[tokio::test]
async fn what_is_missing_is_named_and_a_credit_limit_counts() {
    in_each_world(async |world: World| {
        let admin = world.staff(Role::Administrator).await;
        let account = world.account().await;
        world.credit(&admin, account.id, 1_000).await.unwrap();
        let Err(Error::Refused(refusal)) = world.reserve(&admin, account.id, 1_000).await else {
            panic!("more was reserved than there is")
        };
        assert_eq!(refusal.code, "not-enough-money");
        let values: Vec<_> = refusal
            .values
            .iter()
            .map(|(name, value)| format!("{name} {value}"))
            .collect();
        assert_eq!(values, ["price 12.10 EUR", "have 10.00 EUR", "missing 2.10 EUR"]);
        world
            .change(account.clone(), |account| account.credit_limit = 210)
            .await;
        let held = world.reserve(&admin, account.id, 1_000).await.unwrap();
        let balance = world.engine.money().balance(&admin, account.id).await.unwrap();
        assert_eq!((balance.balance, balance.spendable), (eur(-210), eur(0)));
        world.release(&admin, held.id).await.unwrap();
        assert_eq!(
            has(world.engine.money().balance(&admin, account.id).await.unwrap()),
            (eur(1_000), eur(0))
        );
    })
    .await;
}

#[tokio::test]
async fn a_blocked_account_and_another_currency_buy_nothing() {
    in_each_world(async |world: World| {
        let admin = world.staff(Role::Administrator).await;
        let (blocked, dollars) = (world.account().await, world.account().await);
        for id in [blocked.id, dollars.id] {
            world.credit(&admin, id, 10_000).await.unwrap();
        }
        let ids = (blocked.id, dollars.id);
        world
            .change(blocked, |account| {
                account.state = store::account::AccountState::Blocked;
            })
            .await;
        world
            .change(dollars, |account| account.currency = domain::Currency::USD)
            .await;
        assert_eq!(code(world.reserve(&admin, ids.0, 100).await), "account-blocked");
        assert_eq!(code(world.reserve(&admin, ids.1, 100).await), "other-currency");
    })
    .await;
}

#[tokio::test]
async fn of_many_orders_at_once_only_those_get_money_for_whom_there_is_some() {
    in_each_world(async |world: World| {
        let admin = world.staff(Role::Administrator).await;
        let account = world.account().await.id;
        world.credit(&admin, account, 12_100).await.unwrap();
        let orders = (0..8).map(|_| {
            let (world, admin) = (world.clone(), admin.clone());
            tokio::spawn(async move {
                let mut charged = 0;
                for _ in 0..3 {
                    match world.reserve(&admin, account, 1_000).await {
                        Ok(held) => {
                            world.charge(&admin, held.id).await.unwrap();
                            charged += 1;
                        }
                        Err(Error::Refused(refusal)) => assert_eq!(refusal.code, "not-enough-money"),
                        Err(error) => panic!("{error:?}"),
                    }
                }
                charged
            })
        });
        let charged: i32 = join_all(orders).await.into_iter().map(Result::unwrap).sum();
        assert_eq!(charged, 10);
        let money = world.engine.money();
        assert_eq!(
            has(money.balance(&admin, account).await.unwrap()),
            (eur(0), eur(0))
        );
        let filter = DocumentFilter {
            kind: Some(DocumentKind::Charge),
            ..DocumentFilter::default()
        };
        let documents = money.documents(&admin, filter, &Page::first(50)).await.unwrap();
        let mut numbers: Vec<_> = documents.rows.iter().map(|document| document.number).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=10).collect::<Vec<_>>());
    })
    .await;
}

#[tokio::test]
async fn a_large_credit_by_staff_needs_a_second_person_and_an_administrators_does_not() {
    in_each_world(async |world: World| {
        let (admin, asker, other) = (
            world.staff(Role::Administrator).await,
            world.staff(Role::Staff).await,
            world.staff(Role::Staff).await,
        );
        let account = world.account().await.id;
        let money = world.engine.money();
        assert!(matches!(
            world.credit(&asker, account, 50_000).await,
            Ok(Credited::Booked(_))
        ));
        assert!(matches!(
            world.credit(&admin, account, 50_001).await,
            Ok(Credited::Booked(_))
        ));
        let Ok(Credited::WaitsForSecondPerson(request)) = world.credit(&asker, account, 50_001).await else {
            panic!("a large credit was booked at once")
        };
        let open = async || {
            world
                .engine
                .tasks()
                .count(&admin, TaskFilter::open())
                .await
                .unwrap()
        };
        assert_eq!(open().await, 1);
        assert_eq!(has(money.balance(&admin, account).await.unwrap()).0, eur(100_001));
        let task = request.task_id.unwrap();
        assert_eq!(
            code(world.engine.tasks().done(&admin, task).await),
            "decide-the-credit"
        );
        assert_eq!(
            code(money.approve_credit(&asker, request.id).await),
            "second-person-needed"
        );
        money.approve_credit(&other, request.id).await.unwrap();
        assert_eq!(
            code(money.approve_credit(&admin, request.id).await),
            "already-decided"
        );
        assert_eq!(has(money.balance(&admin, account).await.unwrap()).0, eur(150_002));
        assert_eq!(
            (open().await, money.credit_requests(&admin).await.unwrap().len()),
            (0, 0)
        );
    })
    .await;
}

#[tokio::test]
async fn a_form_that_is_sent_twice_credits_once() {
    in_each_world(async |world: World| {
        let (admin, staff) = (
            world.staff(Role::Administrator).await,
            world.staff(Role::Staff).await,
        );
        let account = world.account().await.id;
        let money = world.engine.money();
        let sent = |amount: i64, once: &str| NewCredit {
            account,
            amount: eur(amount),
            note: "transfer 7".into(),
            once: Some(once.into()),
        };
        let at_once = join_all((0..4).map(|_| money.credit(&admin, sent(5_000, "a")))).await;
        let receipts: std::collections::BTreeSet<_> = at_once
            .into_iter()
            .map(|credited| match credited.unwrap() {
                Credited::Booked(document) => document.id,
                other @ Credited::WaitsForSecondPerson(_) => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(receipts.len(), 1, "all four get the same receipt");
        for _ in 0..2 {
            let asked = money.credit(&staff, sent(70_000, "b")).await.unwrap();
            assert!(matches!(asked, Credited::WaitsForSecondPerson(_)), "{asked:?}");
        }
        assert_eq!(money.credit_requests(&admin).await.unwrap().len(), 1);
        for once in ["a", "b"] {
            let other = money.credit(&admin, sent(5_001, once)).await;
            let Err(Error::Refused(refusal)) = other else {
                panic!("another amount under the same word: {other:?}")
            };
            assert_eq!(refusal.code, "credit-sent-before");
        }
        money.credit(&admin, sent(5_000, "c")).await.unwrap();
        let balance = money.balance(&admin, account).await.unwrap();
        assert_eq!(balance.balance, eur(10_000));
    })
    .await;
}

#[tokio::test]
async fn amounts_that_make_no_sense_are_refused() {
    in_each_world(async |world: World| {
        let admin = world.staff(Role::Administrator).await;
        let account = world.account().await.id;
        for amount in [eur(0), eur(-1), Amount::from_minor(5, domain::Currency::USD)] {
            let new = NewCredit {
                account,
                amount,
                note: String::new(),
                once: None,
            };
            let refused = world.engine.money().credit(&admin, new).await;
            assert!(matches!(refused, Err(Error::Invalid(_))), "{amount}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_a_ca_charges_is_kept_per_module_and_currency() {
    in_each_world(async |world: World| {
        let admin = world.staff(Role::Administrator).await;
        let module = world.engine.new_id();
        let money = world.engine.money();
        money
            .supplier_deposit(&admin, module, eur(10_000), "bank")
            .await
            .unwrap();
        let tx = world.engine.store().begin().await.unwrap();
        let charge = SupplierCharge {
            module,
            amount: eur(840),
            service: None,
            operation: None,
        };
        super::purchase(&world.engine, &tx, &admin, charge).await.unwrap();
        super::purchase(&world.engine, &tx, &admin, charge).await.unwrap();
        super::purchase_refund(&world.engine, &tx, &admin, charge)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let balances = money.supplier(&admin, module).await.unwrap();
        let shown: Vec<_> = balances
            .iter()
            .map(|balance| (balance.balance, balance.spent))
            .collect();
        assert_eq!(shown, [(eur(9_160), eur(840))]);
    })
    .await;
}

#[tokio::test]
async fn what_belongs_to_another_account_is_not_there() {
    in_each_world(async |world: World| {
        let admin = world.staff(Role::Administrator).await;
        let (mine, foreign) = (world.account().await.id, world.account().await.id);
        let owner = world.owner(mine).await;
        let Ok(Credited::Booked(receipt)) = world.credit(&admin, foreign, 5_000).await else {
            panic!("an administrator credits at once")
        };
        let held = world.reserve(&admin, foreign, 1_000).await.unwrap();
        let charge = world.charge(&admin, held.id).await.unwrap();
        let money = world.engine.money();
        let foreign_filter = DocumentFilter {
            account: Some(foreign),
            ..DocumentFilter::default()
        };
        let page = Page::first(5);
        let tokens = world.engine.api_tokens();
        let tried: Vec<(&str, crate::Result<()>)> = vec![
            ("balance", money.balance(&owner, foreign).await.map(drop)),
            (
                "statement",
                money.statement(&owner, foreign, &page).await.map(drop),
            ),
            (
                "documents",
                money.documents(&owner, foreign_filter, &page).await.map(drop),
            ),
            ("receipt", money.document(&owner, receipt.id).await.map(drop)),
            ("charge", money.document(&owner, charge.id).await.map(drop)),
            ("reserve", world.reserve(&owner, foreign, 1).await.map(drop)),
            ("tokens", tokens.list(&owner, foreign).await.map(drop)),
        ];
        for (what, outcome) in tried {
            assert!(matches!(outcome, Err(Error::NotFound)), "{what}: {outcome:?}");
        }
        let own = money
            .documents(&owner, DocumentFilter::default(), &page)
            .await
            .unwrap();
        assert!(own.rows.is_empty());
        let not_for_clients: Vec<(&str, crate::Result<()>)> = vec![
            ("credit", world.credit(&owner, mine, 1).await.map(drop)),
            ("requests", money.credit_requests(&owner).await.map(drop)),
            ("refund", money.refund(&owner, charge.id, "").await.map(drop)),
            (
                "tasks",
                world
                    .engine
                    .tasks()
                    .list(&owner, TaskFilter::open(), &page)
                    .await
                    .map(drop),
            ),
            (
                "departments",
                world.engine.departments().list(&owner).await.map(drop),
            ),
            ("settings", world.engine.settings().show(&owner).await.map(drop)),
            ("audit", world.engine.audit().verify(&owner).await.map(drop)),
            (
                "costs",
                money.supplier(&owner, world.engine.new_id()).await.map(drop),
            ),
            ("taxes", money.tax_rates(&owner).await.map(drop)),
            ("clock", world.engine.instance().allow_purchases(&owner).await),
        ];
        for (what, outcome) in not_for_clients {
            assert!(matches!(outcome, Err(Error::Forbidden)), "{what}: {outcome:?}");
        }
    })
    .await;
}

/// Whatever happens in whatever order: balance + reserved = credits − charges + refunds, nothing goes below the limit, and
/// the books of the whole sum to nothing.
#[test]
fn the_money_of_a_client_adds_up_whatever_happens() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let config = ProptestConfig {
        cases: 10,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let steps = prop::collection::vec((0..5_u8, 1..4_000_i64), 1..25);
    TestRunner::new(config)
        .run(&steps, |steps| {
            runtime.block_on(play(steps));
            Ok(())
        })
        .unwrap();
}

async fn play(steps: Vec<(u8, i64)>) {
    let test = TestStore::sqlite().await;
    let world = World::new(test.store.clone()).await;
    let admin = world.staff(Role::Administrator).await;
    let account = world.account().await.id;
    let (mut credits, mut charges, mut refunds) = (0, 0, 0);
    let mut held: Vec<Reservation> = Vec::new();
    let mut documents: Vec<Document> = Vec::new();
    for (step, minor) in steps {
        match step {
            0 => {
                world.credit(&admin, account, minor).await.unwrap();
                credits += minor;
            }
            1 => held.extend(world.reserve(&admin, account, minor).await.ok()),
            2 => {
                if let Some(reservation) = held.pop() {
                    charges += reservation.gross;
                    documents.push(world.charge(&admin, reservation.id).await.unwrap());
                }
            }
            3 => {
                if let Some(reservation) = held.pop() {
                    world.release(&admin, reservation.id).await.unwrap();
                }
            }
            _ => {
                if let Some(document) = documents.pop() {
                    refunds += document.gross;
                    world
                        .engine
                        .money()
                        .refund(&admin, document.id, "")
                        .await
                        .unwrap();
                }
            }
        }
        let balance = world.engine.money().balance(&admin, account).await.unwrap();
        let has = balance.balance.plus(balance.reserved).unwrap();
        assert_eq!(has, eur(credits - charges + refunds));
        assert!(!balance.balance.is_negative());
        let reserved: i64 = held.iter().map(|reservation| reservation.gross).sum();
        assert_eq!(balance.reserved, eur(reserved));
    }
    let books = store::ledger::all(test.store.reader()).await.unwrap();
    assert_eq!(books.iter().map(|account| account.balance).sum::<i64>(), 0);
    drop(world);
    test.remove().await;
}
