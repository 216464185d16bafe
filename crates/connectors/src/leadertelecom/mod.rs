//! LeaderTelecom through the LeaderSSL API v1. What is confirmed about the API and what is assumed stands in `README.md` beside this file.
//!
//! | module | holds |
//! | --- | --- |
//! | `client`, `session`, `pace`, `base`, `resolve` | the wire client: HTTP, sign-in, limits, addresses |
//! | `answer`, `failure`, `place` | what an answer, or its absence, means |
//! | `lenient`, `wire` | reading JSON of unconfirmed shape |
//! | `params`, `map`, `status`, `countries`, `reference` | between LeaderSSL's words and the port's |
//! | `download` | the certificate file in its possible formats |
//! | `find` | looking for a purchase whose answer was lost |
//! | `check` | the connection check |

mod answer;
mod base;
mod check;
mod client;
mod countries;
mod download;
mod failure;
mod find;
mod lenient;
mod map;
mod pace;
mod params;
mod place;
mod reference;
mod resolve;
mod session;
mod status;
mod wire;

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use async_trait::async_trait;
use ca::{
    Balance, CaError, CaOrderRef, Capabilities, Capability, Catalogue, CheckReport, Class, ConnectContext,
    Connector, Descriptor, FieldKind, FindOutcome, Fingerprint, IssuedCertificate, NameValidation,
    OrderRequest, OrderSnapshot, Placed, Registration, ReissueRequest, Result, Say, SettingField, Settings,
    Validation, ValidationChoice,
};
use domain::{
    Currency, Money,
    name::DomainName,
    product::{ProductKind, ValidationMethod},
};
use futures_util::{StreamExt, TryStreamExt, stream, stream::BoxStream};
use secrecy::SecretString;
use serde_json::{Map, Value};
use tokio::sync::RwLock;

use self::{
    answer::{Answer, stated_error},
    base::Base,
    client::{Call, Client, Credentials, Purpose, TokenIn},
    lenient::Fields,
    params::Params,
    reference::Reference,
    wire::{Certificate, Dcv, Ordered, Preorder, Product},
};

const KIND: &str = "leadertelecom";
const REISSUE_PATH: &str = "ssl_certificates/{id}/reissue";

static DESCRIPTOR: Descriptor = Descriptor {
    kind: KIND,
    title: "LeaderTelecom",
    log: "pmleadertelecom",
    sign_up: Some("https://www.leaderssl.com/"),
    settings: &[
        SettingField {
            name: "username",
            label: "leadertelecom-username",
            english: "Username",
            kind: FieldKind::Text,
            is_secret: false,
            default: None,
            help: "Login of your LeaderTelecom account, usually an e-mail address. Prefer an account of its own without a second factor.",
            is_required: true,
            is_advanced: false,
        },
        SettingField {
            name: "password",
            label: "leadertelecom-password",
            english: "Password",
            kind: FieldKind::Password,
            is_secret: true,
            default: None,
            help: "Password of the same account.",
            is_required: true,
            is_advanced: false,
        },
        SettingField {
            name: "url",
            label: "leadertelecom-url",
            english: "API URL",
            kind: FieldKind::Url,
            is_secret: false,
            default: Some("https://api.leaderssl.com/api/v1"),
            help: "Leave it empty for https://api.leaderssl.com/api/v1.",
            is_required: false,
            is_advanced: false,
        },
        SettingField {
            name: "currency",
            label: "leadertelecom-currency",
            english: "Currency of the account",
            kind: FieldKind::Text,
            is_secret: false,
            default: Some("EUR"),
            help: "Used where an answer of the API names no currency.",
            is_required: false,
            is_advanced: true,
        },
        SettingField {
            name: "token_in",
            label: "leadertelecom-token-in",
            english: "Where the token is sent",
            kind: FieldKind::Choice(&["auto", "header", "query"]),
            is_secret: false,
            default: Some("auto"),
            help: "auto: in a header, and in the query if the API refuses that. A token in the query may appear in logs of proxies.",
            is_required: false,
            is_advanced: true,
        },
        SettingField {
            name: "reissue_path",
            label: "leadertelecom-reissue-path",
            english: "Path of the reissue call",
            kind: FieldKind::Text,
            is_secret: false,
            default: Some(REISSUE_PATH),
            help: "No public source documents this call. If the API answers 404 or 405, reissues become tasks for a person.",
            is_required: false,
            is_advanced: true,
        },
    ],
    // 14 days from delivery (leaderssl-api.md §5.2, confirmed by LeaderTelecom).
    refund_days: 14,
    capabilities: Capabilities {
        calls: &[
            Capability::Balance,
            Capability::Products,
            Capability::ApproverEmails,
            Capability::ListOrders,
            Capability::ChangeValidation,
            Capability::ResendValidation,
        ],
        automatic_reissue: &[ProductKind::Single, ProductKind::Wildcard],
        validation_methods: &[
            ValidationMethod::Dns,
            ValidationMethod::Http,
            ValidationMethod::Https,
            ValidationMethod::Email,
        ],
    },
};

/// The connector's entry in the list of registrations.
pub(crate) const REGISTRATION: Registration = Registration {
    descriptor: &DESCRIPTOR,
    connect,
};

fn connect(settings: &Settings, context: ConnectContext) -> Result<Arc<dyn Connector>> {
    Ok(Arc::new(LeaderTelecom::new(settings, context)?))
}

/// One account at LeaderTelecom.
struct LeaderTelecom {
    client: Client,
    usual_currency: Currency,
    reissue_path: String,
    /// For price ceilings; an order need not read the catalogue each time.
    catalogue: RwLock<Option<Arc<Catalogue>>>,
    /// Whether `preorders` was found to want GET (reference §4.5: the shipped client uses POST, which may be a slip).
    preorders_by_get: AtomicBool,
}

impl LeaderTelecom {
    fn new(settings: &Settings, context: ConnectContext) -> Result<Self> {
        let refused = |detail: String| CaError::new(Class::Rejected, KIND, "read the settings", detail);
        let base = Base::parse(settings.text("url"), context.mode)?;
        let password = settings
            .secret("password")
            .cloned()
            .unwrap_or_else(|| SecretString::from(""));
        let credentials = Credentials {
            username: settings.text("username").to_owned(),
            password,
        };
        let token_in = match settings.text("token_in") {
            "header" => TokenIn::Header,
            "query" => TokenIn::Query,
            _ => TokenIn::Auto,
        };
        let reissue_path = settings.text("reissue_path").trim_matches('/').to_owned();
        let is_path = reissue_path
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"/_-{}".contains(&b));
        if !is_path || reissue_path.matches("{id}").count() != 1 {
            return Err(refused(format!("`{reissue_path}` is no path with one {{id}}")));
        }
        let usual_currency = settings
            .text("currency")
            .parse()
            .map_err(|_| refused("no currency".to_owned()))?;
        Ok(Self {
            client: Client::new(base, credentials, token_in, context)?,
            usual_currency,
            reissue_path,
            catalogue: RwLock::new(None),
            preorders_by_get: AtomicBool::new(false),
        })
    }

    const fn client(&self) -> &Client {
        &self.client
    }

    async fn read_balance(&self) -> Result<Balance> {
        let doing = "read the balance";
        let answer = self.client.answer(&Call::get(doing, "billing/balance")).await?;
        let content = answer.content(doing)?;
        let (amount, others) =
            map::balance(&content, self.usual_currency).ok_or_else(|| answer.not_understood(doing))?;
        Ok(Balance {
            amount,
            as_of: self.client.context().clock.now(),
            others,
            raw: answer.raw,
        })
    }

    async fn read_products(&self) -> Result<Arc<Catalogue>> {
        let doing = "read the products";
        let call = Call::get(doing, "products").with(Params::new().with("ssl", "1"));
        let answer = self.client.answer(&call).await?;
        let mut rows = Vec::new();
        each_row(&answer, doing, |row| rows.push(Product::read(&row)))?;
        let catalogue = map::catalogue(&rows, self.usual_currency, self.client.context().clock.now());
        let catalogue = Arc::new(catalogue);
        *self.catalogue.write().await = Some(Arc::clone(&catalogue));
        Ok(catalogue)
    }

    /// Calls `row` for every certificate of the account.
    async fn each_certificate(&self, mut row: impl FnMut(Certificate) + Send) -> Result<()> {
        let doing = "list the certificates";
        let answer = self.client.answer(&Call::get(doing, "ssl_certificates")).await?;
        each_row(&answer, doing, |map| row(Certificate::read(&map)))
    }

    /// All preorders; none when the API knows the list by neither verb.
    async fn preorder_rows(&self) -> Result<Vec<Map<String, Value>>> {
        let doing = "list the preorders";
        let by_post = Call::post(doing, "preorders", Purpose::Read);
        let by_get = Call::get(doing, "preorders");
        let is_get = self.preorders_by_get.load(Ordering::Relaxed);
        let (first, second) = if is_get {
            (&by_get, &by_post)
        } else {
            (&by_post, &by_get)
        };
        let mut answer = self.client.answer(first).await?;
        if matches!(answer.status, 404 | 405) {
            answer = self.client.answer(second).await?;
            if answer.is_success() {
                self.preorders_by_get.store(!is_get, Ordering::Relaxed);
            }
        }
        let mut rows = Vec::new();
        if !matches!(answer.status, 404 | 405) {
            each_row(&answer, doing, |row| rows.push(row))?;
        }
        Ok(rows)
    }

    async fn dcv_rows(&self, id: &str) -> Result<Vec<Dcv>> {
        let doing = "read the validations";
        let answer = self
            .client
            .answer(&Call::get(doing, format!("ssl_certificates/{id}/dcv")))
            .await?;
        let content = answer.content(doing)?;
        if let Some(rows) = lenient::list(&content) {
            return Ok(rows
                .into_iter()
                .filter_map(|row| Some(Dcv::read(row.as_object()?)))
                .collect());
        }
        let only =
            lenient::object(&content).filter(|row| Fields(row).text(&["domain_name", "domain"]).is_some());
        only.map(|row| vec![Dcv::read(row)])
            .ok_or_else(|| answer.not_understood(doing))
    }

    async fn download(&self, id: &str) -> Result<Answer> {
        let call = Call::get(
            "download the certificate",
            format!("ssl_certificates/{id}/download"),
        );
        self.client.answer(&call).await
    }

    /// The certificate's number. For an order whose answer named none, the list tells it.
    async fn certificate_id(&self, ca_order: &CaOrderRef, doing: &'static str) -> Result<String> {
        let none = || CaError::new(Class::Rejected, KIND, doing, "the order has no certificate yet");
        match Reference::parse(ca_order, doing)? {
            Reference::Certificate(id) => Ok(id),
            Reference::Order(order) => self
                .newest_of(&order)
                .await?
                .and_then(|row| row.id)
                .ok_or_else(none),
            Reference::Preorder(_) => Err(none()),
        }
    }

    /// The newest certificate of an order that nothing has replaced.
    async fn newest_of(&self, order: &str) -> Result<Option<Certificate>> {
        let mut rows = Vec::new();
        self.each_certificate(|row| {
            if row.order_id.as_deref() == Some(order) {
                rows.push(row);
            }
        })
        .await?;
        Ok(rows
            .into_iter()
            .max_by_key(|row| row.id.as_deref().and_then(|id| id.parse::<u64>().ok())))
    }

    /// The certificate that took the place of this one: it names it, or it is a newer one of the same order.
    async fn successor(&self, id: &str) -> Result<Option<CaOrderRef>> {
        let number = |row: &Certificate| row.id.as_deref().and_then(|id| id.parse::<u64>().ok());
        let mut rows = Vec::new();
        self.each_certificate(|row| {
            if row.order_id.is_some() || row.replaces_id.is_some() {
                rows.push(row);
            }
        })
        .await?;
        let own = rows.iter().find(|row| row.id.as_deref() == Some(id)).cloned();
        let order = own.as_ref().and_then(|row| row.order_id.clone());
        let next = rows
            .into_iter()
            .filter(|row| {
                row.replaces_id.as_deref() == Some(id) || (order.is_some() && row.order_id == order)
            })
            .filter(|row| number(row) > own.as_ref().and_then(number) && row.id.as_deref() != Some(id))
            .max_by_key(number);
        Ok(next
            .and_then(|row| row.id)
            .map(|id| Reference::Certificate(id).into()))
    }

    /// The list price, when the catalogue tells it.
    async fn list_price(&self, request: &OrderRequest) -> Result<Option<Money>> {
        let known = self.catalogue.read().await.clone();
        let catalogue = match known {
            Some(catalogue) => catalogue,
            None => self.read_products().await?,
        };
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let (standard, wildcards) = (request.names.standard_count(), request.names.wildcard_count());
        Ok(catalogue
            .product(&request.product)
            .and_then(|product| product.price(request.days, count(standard), count(wildcards))))
    }

    /// Refuses an order that costs more than it may, by list price. The API takes no ceiling itself.
    async fn over_ceiling(&self, request: &OrderRequest) -> Result<Option<Placed>> {
        let Some(ceiling) = request.price_ceiling else {
            return Ok(None);
        };
        let refused = |why| Placed::Rejected {
            why,
            field: Some("price_ceiling".to_owned()),
            raw: None,
        };
        Ok(match self.list_price(request).await? {
            None => Some(refused(
                "the CA's list has no price for this product and term".to_owned(),
            )),
            Some(price) if price.currency() != ceiling.currency() => Some(refused(format!(
                "the CA charges {price}, the ceiling is {ceiling}"
            ))),
            Some(price) if price.amount() > ceiling.amount() => Some(refused(format!(
                "the CA charges {price}, which is above the ceiling of {ceiling}"
            ))),
            Some(_) => None,
        })
    }
}

#[async_trait]
impl Connector for LeaderTelecom {
    fn descriptor(&self) -> &'static Descriptor {
        &DESCRIPTOR
    }

    async fn check_connection(&self) -> CheckReport {
        check::check(self, &|_| ()).await
    }

    async fn check_aloud(&self, say: &Say<'_>) -> CheckReport {
        check::check(self, say).await
    }

    async fn balance(&self) -> Result<Balance> {
        self.read_balance().await
    }

    async fn products(&self) -> Result<Catalogue> {
        self.read_products().await.map(|catalogue| (*catalogue).clone())
    }

    async fn approver_emails(&self, name: &DomainName) -> Result<Vec<String>> {
        let doing = "read the approver addresses";
        let params = Params::new().with("domain_name", name.without_wildcard().as_str());
        let answer = self
            .client
            .answer(&Call::post(doing, "dcv_emails", Purpose::Read).with(params))
            .await?;
        let content = answer.content(doing)?;
        map::approvers(&content).ok_or_else(|| answer.not_understood(doing))
    }

    async fn place_order(&self, request: &OrderRequest) -> Result<Placed> {
        let doing = "place the order";
        let params = match map::order_params(request) {
            Ok(params) => params,
            Err(refused) => return Ok(refused.into()),
        };
        if let Some(refused) = self.over_ceiling(request).await? {
            return Ok(refused);
        }
        let sent = self
            .client
            .send(&Call::post(doing, "order", Purpose::Purchase).with(params))
            .await;
        place::outcome(sent, doing, self.usual_currency, Ordered::read)
    }

    async fn reissue(&self, ca_order: &CaOrderRef, request: &ReissueRequest) -> Result<Placed> {
        let doing = "reissue";
        let id = self.certificate_id(ca_order, doing).await?;
        let params = match map::reissue_params(request) {
            Ok(params) => params,
            Err(refused) => return Ok(refused.into()),
        };
        let path = self.reissue_path.replace("{id}", &id);
        let sent = self
            .client
            .send(&Call::post(doing, path, Purpose::Purchase).with(params))
            .await;
        if let Ok(answer) = &sent
            && matches!(answer.status, 404 | 405)
        {
            return Err(CaError::unsupported(KIND, doing).with_raw(answer.raw.clone()));
        }
        place::outcome(sent, doing, self.usual_currency, Ordered::read_reissue)
    }

    async fn find_order(&self, fingerprint: &Fingerprint) -> Result<FindOutcome> {
        find::find(self, fingerprint).await
    }

    /// Certificates first, then preorders that have become none.
    fn list_orders(&self) -> BoxStream<'_, Result<OrderSnapshot>> {
        let all = async {
            let mut snapshots = Vec::new();
            self.each_certificate(|row| snapshots.push(Ok(map::snapshot(&row, None, None))))
                .await?;
            for row in self.preorder_rows().await? {
                let preorder = Preorder::read(&row);
                if preorder.certificate_id.is_none() {
                    snapshots.extend(map::preorder_snapshot(&preorder, None).map(Ok));
                }
            }
            Ok::<_, CaError>(stream::iter(snapshots))
        };
        stream::once(all).try_flatten().boxed()
    }

    async fn order_state(&self, ca_order: &CaOrderRef) -> Result<OrderSnapshot> {
        let doing = "read the order's state";
        let id = match Reference::parse(ca_order, doing)? {
            Reference::Certificate(id) => id,
            Reference::Order(order) => {
                let row = self.newest_of(&order).await?;
                let none = Certificate::read(&Map::new());
                return Ok(map::snapshot(row.as_ref().unwrap_or(&none), Some(ca_order), None));
            }
            Reference::Preorder(id) => {
                let answer = self
                    .client
                    .answer(&Call::get(doing, format!("preorders/{id}")))
                    .await?;
                let content = answer.content(doing)?;
                let row = lenient::object(&content).map(Preorder::read);
                let snapshot = row.and_then(|row| map::preorder_snapshot(&row, Some(answer.raw.clone())));
                return snapshot.ok_or_else(|| answer.not_understood(doing));
            }
        };
        let answer = self
            .client
            .answer(&Call::get(doing, format!("ssl_certificates/{id}/status")))
            .await?;
        let content = answer.content(doing)?;
        let row = Certificate::from_status(&content).ok_or_else(|| answer.not_understood(doing))?;
        let row = Certificate {
            id: Some(id.clone()),
            ..row
        };
        let mut snapshot = map::snapshot(&row, Some(ca_order), Some(answer.raw));
        if snapshot.state == ca::CaState::Replaced {
            snapshot.replaced_by = self.successor(&id).await?;
        }
        Ok(snapshot)
    }

    async fn validations(&self, ca_order: &CaOrderRef) -> Result<Vec<Validation>> {
        let id = self.certificate_id(ca_order, "read the validations").await?;
        self.dcv_rows(&id).await?.iter().map(map::validation).collect()
    }

    async fn change_validation(&self, ca_order: &CaOrderRef, change: &NameValidation) -> Result<()> {
        let doing = "change the validation";
        let id = self.certificate_id(ca_order, doing).await?;
        // One parameter for both (reference §4.13): an address, or the word of a method. A method holds for all names.
        let params = match &change.choice {
            ValidationChoice::Email { approver } => Params::new()
                .with("email", approver.as_str())
                .with("domain_name", change.name.as_str()),
            other => Params::new().with("email", map::method_word(other.method())),
        };
        let path = format!("ssl_certificates/{id}/change_dcv");
        let answer = self
            .client
            .answer(&Call::post(doing, path, Purpose::Action).with(params))
            .await?;
        answer.done(doing)?;
        self.confirm_change(&id, change).await
    }

    async fn resend_validation(&self, ca_order: &CaOrderRef) -> Result<()> {
        let doing = "send the validation mail again";
        let id = self.certificate_id(ca_order, doing).await?;
        let path = format!("ssl_certificates/{id}/resend_dcv");
        self.client
            .answer(&Call::post(doing, path, Purpose::Action))
            .await?
            .done(doing)
    }

    async fn fetch_certificate(&self, ca_order: &CaOrderRef) -> Result<IssuedCertificate> {
        let id = self.certificate_id(ca_order, "download the certificate").await?;
        download::read(&self.download(&id).await?)
    }
}

impl LeaderTelecom {
    /// What the parameter of the change means is assumed, so its effect is read back (reference §8.1 #18).
    async fn confirm_change(&self, id: &str, change: &NameValidation) -> Result<()> {
        let doing = "change the validation";
        let rows = self.dcv_rows(id).await?;
        let row = rows.iter().find(|row| {
            row.name.as_deref().and_then(|name| name.parse().ok()).as_ref() == Some(&change.name)
        });
        let Some(told) = row.and_then(|row| row.method.as_deref()) else {
            return Ok(());
        };
        if map::method(told) == Some(change.choice.method()) {
            return Ok(());
        }
        let detail = format!(
            "the CA took the change, but {} is still validated by {told}",
            change.name
        );
        Err(CaError::new(Class::Protocol, KIND, doing, detail))
    }
}

impl From<map::Refused> for Placed {
    fn from(refused: map::Refused) -> Self {
        Self::Rejected {
            why: refused.why.to_owned(),
            field: Some(refused.field.to_owned()),
            raw: None,
        }
    }
}

/// Reads a list row by row, and fails for answers that are none.
fn each_row(answer: &Answer, doing: &'static str, row: impl FnMut(Map<String, Value>)) -> Result<()> {
    if !answer.is_success() {
        return answer.refuse_failure(doing);
    }
    let beside = lenient::each_row(&answer.body, row).map_err(|_| answer.not_understood(doing))?;
    match stated_error(&beside) {
        Some(_) => answer.refuse_failure(doing),
        None => Ok(()),
    }
}
