//! Everything the simulator knows, changed by one function, so that replaying the journal gives the same state.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use domain::Money;
use serde::{Deserialize, Serialize};

use crate::{
    authority::HierarchyPems,
    faults::FaultRule,
    record::{Certificate, Charge, Mail, Order, Preorder, Session},
};

/// First ids: the ones in the examples of the public API description.
const FIRST_ORDER: i64 = 55_021;
const FIRST_ITEM: i64 = 70_310;
const FIRST_PREORDER: i64 = 90_017;
const FIRST_CERTIFICATE: i64 = 120_044;

/// One change of the state: the whole record as it is afterwards.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Entry {
    Boot(u32),
    ClockOffset(i64),
    Balance(Money),
    Hierarchy(HierarchyPems),
    Faults(Vec<FaultRule>),
    Session(Session),
    SessionsForgotten,
    Order(Arc<Order>),
    Preorder(Arc<Preorder>),
    Certificate(Arc<Certificate>),
    Charge(Charge),
    Mail(Arc<Mail>),
    MailboxCleared,
}

/// The tables and their indices.
#[derive(Debug, Default)]
pub(crate) struct State {
    boots: u32,
    clock_offset: i64,
    balance: Option<Money>,
    hierarchies: Vec<HierarchyPems>,
    faults: Vec<FaultRule>,
    sessions: HashMap<String, Session>,
    orders: BTreeMap<i64, Arc<Order>>,
    preorders: BTreeMap<i64, Arc<Preorder>>,
    certificates: BTreeMap<i64, Arc<Certificate>>,
    ledger: Vec<Charge>,
    mails: BTreeMap<i64, Arc<Mail>>,

    last_item: i64,
    last_mail: i64,
    /// Certificates that may still be issued.
    open: BTreeSet<i64>,
    /// Which certificate used a request token last.
    tokens: HashMap<String, i64>,
    codes: HashMap<String, i64>,
    of_order: HashMap<i64, Vec<i64>>,
}

impl State {
    /// Takes a change in.
    pub(crate) fn apply(&mut self, entry: Entry) {
        match entry {
            Entry::Boot(boots) => self.boots = boots,
            Entry::ClockOffset(offset) => self.clock_offset = offset,
            Entry::Balance(balance) => self.balance = Some(balance),
            Entry::Hierarchy(pems) => {
                self.hierarchies.retain(|known| known.family != pems.family);
                self.hierarchies.push(pems);
            }
            Entry::Faults(rules) => self.faults = rules,
            Entry::Session(session) => {
                self.sessions.insert(session.token.clone(), session);
            }
            Entry::SessionsForgotten => self.sessions.clear(),
            Entry::Order(order) => {
                self.last_item = order
                    .items
                    .iter()
                    .map(|item| item.id)
                    .fold(self.last_item, i64::max);
                self.orders.insert(order.id, order);
            }
            Entry::Preorder(preorder) => {
                self.preorders.insert(preorder.id, preorder);
            }
            Entry::Certificate(certificate) => self.apply_certificate(certificate),
            Entry::Charge(charge) => {
                self.balance = Some(charge.balance);
                self.ledger.push(charge);
            }
            Entry::Mail(mail) => {
                self.last_mail = self.last_mail.max(mail.id);
                self.codes.insert(mail.code.clone(), mail.id);
                self.mails.insert(mail.id, mail);
            }
            Entry::MailboxCleared => {
                self.mails.clear();
                self.codes.clear();
            }
        }
    }

    fn apply_certificate(&mut self, certificate: Arc<Certificate>) {
        let id = certificate.id;
        if certificate.status.is_open() {
            self.open.insert(id);
        } else {
            self.open.remove(&id);
        }
        if let Some(key) = certificate.token_key() {
            let user = self.tokens.entry(key).or_insert(id);
            *user = (*user).max(id);
        }
        let of_order = self.of_order.entry(certificate.order_id).or_default();
        if !of_order.contains(&id) {
            of_order.push(id);
        }
        self.certificates.insert(id, certificate);
    }

    /// The state as the shortest list of changes that makes it.
    pub(crate) fn entries(&self) -> impl Iterator<Item = Entry> + '_ {
        let singles = [Entry::Boot(self.boots), Entry::ClockOffset(self.clock_offset)];
        singles
            .into_iter()
            .chain(self.hierarchies.iter().cloned().map(Entry::Hierarchy))
            .chain((!self.faults.is_empty()).then(|| Entry::Faults(self.faults.clone())))
            .chain(self.sessions.values().cloned().map(Entry::Session))
            .chain(self.orders.values().cloned().map(Entry::Order))
            .chain(self.preorders.values().cloned().map(Entry::Preorder))
            .chain(self.certificates.values().cloned().map(Entry::Certificate))
            .chain(self.ledger.iter().cloned().map(Entry::Charge))
            .chain(self.mails.values().cloned().map(Entry::Mail))
            .chain(self.balance.map(Entry::Balance))
    }

    /// Whether nothing was ever kept.
    pub(crate) fn is_new(&self) -> bool {
        self.boots == 0 && self.balance.is_none()
    }

    pub(crate) fn boots(&self) -> u32 {
        self.boots
    }

    pub(crate) fn clock_offset(&self) -> i64 {
        self.clock_offset
    }

    pub(crate) fn balance(&self) -> Option<Money> {
        self.balance
    }

    pub(crate) fn hierarchies(&self) -> &[HierarchyPems] {
        &self.hierarchies
    }

    pub(crate) fn faults(&self) -> &[FaultRule] {
        &self.faults
    }

    pub(crate) fn session_tokens(&self) -> impl Iterator<Item = &str> {
        self.sessions.keys().map(String::as_str)
    }

    pub(crate) fn session(&self, token: &str) -> Option<&Session> {
        self.sessions.get(token)
    }

    pub(crate) fn order(&self, id: i64) -> Option<&Arc<Order>> {
        self.orders.get(&id)
    }

    pub(crate) fn orders(&self) -> impl DoubleEndedIterator<Item = &Arc<Order>> {
        self.orders.values()
    }

    pub(crate) fn preorder(&self, id: i64) -> Option<&Arc<Preorder>> {
        self.preorders.get(&id)
    }

    pub(crate) fn preorders(&self) -> impl Iterator<Item = &Arc<Preorder>> {
        self.preorders.values()
    }

    pub(crate) fn certificate(&self, id: i64) -> Option<&Arc<Certificate>> {
        self.certificates.get(&id)
    }

    pub(crate) fn certificates(&self) -> impl Iterator<Item = &Arc<Certificate>> {
        self.certificates.values()
    }

    /// The certificates of an order, oldest first.
    pub(crate) fn certificates_of(&self, order_id: i64) -> impl Iterator<Item = &Arc<Certificate>> {
        let ids = self
            .of_order
            .get(&order_id)
            .map(Vec::as_slice)
            .unwrap_or_default();
        ids.iter().filter_map(|id| self.certificates.get(id))
    }

    /// Certificates that may still be issued.
    pub(crate) fn open_certificates(&self) -> impl Iterator<Item = i64> {
        self.open.iter().copied()
    }

    /// Which certificate used this request token last.
    pub(crate) fn token_user(&self, token_key: &str) -> Option<&Arc<Certificate>> {
        self.tokens
            .get(token_key)
            .and_then(|id| self.certificates.get(id))
    }

    pub(crate) fn ledger(&self) -> &[Charge] {
        &self.ledger
    }

    pub(crate) fn mails(&self) -> impl DoubleEndedIterator<Item = &Arc<Mail>> {
        self.mails.values()
    }

    pub(crate) fn mail_with_code(&self, code: &str) -> Option<&Arc<Mail>> {
        self.codes.get(code).and_then(|id| self.mails.get(id))
    }

    pub(crate) fn next_order_id(&self) -> i64 {
        next(&self.orders, FIRST_ORDER)
    }

    pub(crate) fn next_item_id(&self) -> i64 {
        (self.last_item + 1).max(FIRST_ITEM)
    }

    pub(crate) fn next_preorder_id(&self) -> i64 {
        next(&self.preorders, FIRST_PREORDER)
    }

    pub(crate) fn next_certificate_id(&self) -> i64 {
        next(&self.certificates, FIRST_CERTIFICATE)
    }

    pub(crate) fn next_charge_id(&self) -> i64 {
        self.ledger.last().map_or(1, |charge| charge.id + 1)
    }

    pub(crate) fn next_mail_id(&self) -> i64 {
        self.last_mail + 1
    }
}

fn next<T>(table: &BTreeMap<i64, T>, first: i64) -> i64 {
    table.last_key_value().map_or(first, |(last, _)| last + 1)
}
