//! Domain control: approvers, what the CA looks for, changes of method, mails again.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Call, answer::Answer};
use crate::{
    mailbox, order_form,
    record::{Approval, Certificate, CertificateStatus, DcvType, NameControl, NameOrigin},
    refusal::Refusal,
    state::Entry,
};

pub(super) fn emails(call: &Call<'_>) -> Result<Answer, Refusal> {
    let name = call
        .params
        .domain_name("domain_name")?
        .ok_or_else(|| Refusal::bad_request("domain_name is missing"))?;
    let approvers = mailbox::approvers(&name);
    call.shared
        .listed_approvers
        .lock()
        .insert(name, call.shared.clock.now());
    Ok(Answer::Json(json!(approvers)))
}

pub(super) fn show(call: &Call<'_>) -> Result<Answer, Refusal> {
    let certificate = call.shared.certificate(call.id()?)?;
    Ok(Answer::Json(
        certificate
            .control
            .iter()
            .map(|control| row(&certificate, control))
            .collect(),
    ))
}

/// `email` holds an address or, as the public client's argument is named, a method; `dcv_type` with `dcv_email` and
/// `domain_name` for one name are taken too. Mails go out again.
pub(super) fn change(call: &Call<'_>) -> Result<Answer, Refusal> {
    let id = call.id()?;
    let params = &call.params;
    let (dcv_type, email) = match params.text("email") {
        Some(address) if address.contains('@') => (DcvType::Email, Some(address)),
        Some(word) => (parse_method(&word)?, params.text("dcv_email")),
        None => (
            parse_method(&params.required_text("dcv_type")?)?,
            params.text("dcv_email"),
        ),
    };
    let only = params.domain_name("domain_name")?;
    call.shared.change(|change| {
        let certificate = pending(change.certificate(id))?;
        let product = certificate.product().ok_or_else(Refusal::not_found)?;
        let mut changed = Certificate::clone(&certificate);
        let mut touched = 0;
        for control in &mut changed.control {
            let is_meant = only.as_ref().is_none_or(|only| *only == control.approval.name);
            if !is_meant || control.proven_at.is_some() {
                continue;
            }
            let email = match dcv_type {
                DcvType::Email => Some(address_for(control, email.as_deref())?),
                _ => None,
            };
            let approval = Approval {
                name: control.approval.name.clone(),
                dcv_type,
                email,
            };
            match order_form::check_approval(call.shared, &approval, product, call.faults) {
                Ok(()) => control.approval = approval,
                // The free name just does not come along.
                Err(_) if control.origin == NameOrigin::Free => continue,
                Err(refusal) => return Err(refusal),
            }
            touched += 1;
        }
        if touched == 0 {
            return Err(Refusal::bad_request("nothing is left to validate"));
        }
        change.put(Entry::Certificate(Arc::new(changed.clone())));
        call.shared.send_approval_mails(change, &changed);
        Ok(())
    })?;
    call.shared.nudge(id);
    Ok(Answer::Json(json!({ "success": true })))
}

pub(super) fn resend(call: &Call<'_>) -> Result<Answer, Refusal> {
    let id = call.id()?;
    call.shared.change(|change| {
        let certificate = pending(change.certificate(id))?;
        let waits_for_mail = certificate
            .control
            .iter()
            .any(|control| control.approval.dcv_type == DcvType::Email && control.proven_at.is_none());
        if !waits_for_mail {
            return Err(Refusal::bad_request("nothing is validated by mail"));
        }
        call.shared.send_approval_mails(change, &certificate);
        Ok(())
    })?;
    Ok(Answer::Json(json!({ "success": true })))
}

fn pending(certificate: Option<&Arc<Certificate>>) -> Result<Arc<Certificate>, Refusal> {
    let certificate = certificate.ok_or_else(Refusal::not_found)?;
    if certificate.status != CertificateStatus::Pending {
        return Err(Refusal::bad_request("validation is over"));
    }
    Ok(Arc::clone(certificate))
}

fn parse_method(word: &str) -> Result<DcvType, Refusal> {
    DcvType::parse(word).ok_or_else(|| Refusal::bad_request("email is neither an address nor a method"))
}

/// The address given, or for one that gives none the address before, or the first that may approve.
fn address_for(control: &NameControl, given: Option<&str>) -> Result<String, Refusal> {
    let name = &control.approval.name;
    given
        .map(str::to_owned)
        .or_else(|| control.approval.email.clone())
        .or_else(|| mailbox::approvers(&name.base_domain()).into_iter().next())
        .ok_or_else(|| Refusal::bad_request(format!("no approver for {name}")))
}

fn row(certificate: &Certificate, control: &NameControl) -> Value {
    let Approval {
        name,
        dcv_type,
        email,
    } = &control.approval;
    let token = certificate.request.token();
    let mut row = json!({
        "domain_name": name,
        "dcv_type": dcv_type.word(),
        "status": if control.proven_at.is_some() { "validated" } else { "pending" },
        "is_optional": control.origin == NameOrigin::Free,
        "cname_name": null,
        "cname_value": null,
        "email": email,
        "file_name": null,
        "file_path": null,
        "file_content": null,
    });
    let Some(fields) = row.as_object_mut() else {
        return row;
    };
    let mut set = |field: &str, value: String| fields.insert(field.to_owned(), Value::String(value));
    match dcv_type {
        DcvType::Email => {}
        DcvType::Cname => {
            set("cname_name", token.cname_host(name));
            set("cname_value", token.cname_target());
        }
        DcvType::Http | DcvType::Https => {
            let path = token.file_path();
            set(
                "file_name",
                path.rsplit('/').next().unwrap_or_default().to_owned(),
            );
            set("file_path", path);
            set("file_content", token.file_content());
        }
    }
    row
}
