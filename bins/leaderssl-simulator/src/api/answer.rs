//! Answers on the wire, and the ways in which faults bend them.

use std::time::Duration;

use axum::{
    body::Body,
    response::{IntoResponse as _, Response},
};
use http::{HeaderValue, StatusCode, header};
use serde_json::{Map, Value, json};

use super::{line::Line, route::Route};
use crate::{
    faults::{ActiveFaults, Envelope, ErrorShape, Fault, IpBlock},
    refusal::Refusal,
};

/// First id of the rows that [`Fault::HugeList`] makes up.
const FIRST_BULK_ID: i64 = 9_000_000;

/// What a request that was carried out is answered.
#[derive(Debug)]
pub(crate) enum Answer {
    Json(Value),
    File {
        name: String,
        media_type: &'static str,
        bytes: Vec<u8>,
    },
}

impl Answer {
    pub(crate) fn into_response(self, route: Route, faults: &ActiveFaults) -> Response {
        match self {
            Self::Json(value) => json_response(StatusCode::OK, &bent(value, route, faults)),
            Self::File {
                name,
                media_type,
                bytes,
            } => {
                let mut response = Response::new(Body::from(bytes));
                let headers = response.headers_mut();
                headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
                if let Ok(disposition) = HeaderValue::try_from(format!("attachment; filename=\"{name}\"")) {
                    headers.insert(header::CONTENT_DISPOSITION, disposition);
                }
                response
            }
        }
    }
}

/// A refusal: `{"error":"…"}` with its status, unless a fault says otherwise.
pub(crate) fn refused(refusal: &Refusal, faults: &ActiveFaults) -> Response {
    let mut status = refusal.status;
    for fault in faults.iter() {
        match fault {
            Fault::ErrorIn200 { .. } => status = 200,
            Fault::Status500ForValidation if refusal.is_validation() => status = 500,
            _ => {}
        }
    }
    let shape = faults.find(|fault| match fault {
        Fault::ErrorShape { shape } => Some(*shape),
        _ => None,
    });
    let message = &refusal.message;
    let body = match shape {
        None => json!({ "error": message }),
        Some(ErrorShape::List) => json!({ "errors": [message] }),
        Some(ErrorShape::Map) => json!({ "error": { "base": [message] } }),
    };
    json_response(status_code(status), &body)
}

/// What is answered instead of carrying the request out, if a fault says so.
pub(crate) async fn instead(faults: &ActiveFaults, line: &Line) -> Option<Response> {
    for fault in faults.iter() {
        let refusal = |status, message: &str| {
            Some(refused(
                &Refusal {
                    status,
                    message: message.to_owned(),
                },
                faults,
            ))
        };
        let response = match fault {
            Fault::Slow { ms } => {
                tokio::time::sleep(Duration::from_millis(*ms)).await;
                None
            }
            Fault::Html { status } => Some(html_page(*status)),
            Fault::Empty { status } => Some((status_code(*status), Body::empty()).into_response()),
            Fault::Status500 => refusal(500, "Invalid data on request"),
            Fault::Refuse { status, message } => refusal(*status, message),
            Fault::ErrorIn200 {
                message: Some(message),
            } => refusal(200, message),
            Fault::Cut
            | Fault::IpBlock {
                style: IpBlock::Reset,
            } => {
                line.cut();
                Some(Response::new(Body::empty()))
            }
            Fault::IpBlock {
                style: IpBlock::Json403,
            } => refusal(403, "Access from your IP address is not allowed"),
            Fault::IpBlock {
                style: IpBlock::Html403,
            } => Some(html_page(403)),
            Fault::IpBlock {
                style: IpBlock::Status401,
            } => refusal(401, "Invalid login or password"),
            Fault::RateLimit { retry_after_s } => refusal(429, "Too many requests").map(|mut response| {
                response
                    .headers_mut()
                    .insert(header::RETRY_AFTER, HeaderValue::from(*retry_after_s));
                response
            }),
            Fault::Redirect { location, status } => {
                let mut response = html_page(*status);
                if let Ok(location) = HeaderValue::try_from(location.as_str()) {
                    response.headers_mut().insert(header::LOCATION, location);
                }
                Some(response)
            }
            _ => None,
        };
        if response.is_some() {
            return response;
        }
    }
    None
}

/// A page as a proxy in front of the API makes it.
pub(crate) fn html_page(status: u16) -> Response {
    let status = status_code(status);
    let page = format!(
        "<html>\r\n<head><title>{status}</title></head>\r\n<body>\r\n<center><h1>{status}</h1></center>\r\n\
         <hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    );
    (status, [(header::CONTENT_TYPE, "text/html")], page).into_response()
}

fn json_response(status: StatusCode, value: &Value) -> Response {
    (
        status,
        [(header::CONTENT_TYPE, "application/json")],
        value.to_string(),
    )
        .into_response()
}

fn status_code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn bent(mut value: Value, route: Route, faults: &ActiveFaults) -> Value {
    for fault in faults.iter() {
        match fault {
            Fault::HugeList { rows } => lengthen(&mut value, *rows),
            Fault::UnknownStatus { word } => reword_statuses(&mut value, word),
            Fault::OrderIdOnly => drop_certificate_ids(&mut value),
            Fault::ScalarsAsStrings => scalars_to_strings(&mut value),
            Fault::Envelope { style } => value = enveloped(value, route, *style),
            _ => {}
        }
    }
    value
}

fn enveloped(value: Value, route: Route, style: Envelope) -> Value {
    let under = |key: &str, value: Value| Value::Object(Map::from_iter([(key.to_owned(), value)]));
    match (style, value) {
        (Envelope::Data, value) => under("data", value),
        (Envelope::Named, value) => under(route.noun(), value),
        (Envelope::IndexMap, Value::Array(rows)) => rows
            .into_iter()
            .enumerate()
            .map(|(index, row)| (index.to_string(), row))
            .collect(),
        (Envelope::IndexMap, value) => value,
    }
}

/// Made-up rows, shaped like the first real one.
fn lengthen(value: &mut Value, rows: u32) {
    let Value::Array(list) = value else { return };
    let like = list
        .first()
        .cloned()
        .unwrap_or_else(|| json!({ "status": "issued" }));
    list.extend((0..i64::from(rows)).map(|number| {
        let mut row = like.clone();
        if let Value::Object(fields) = &mut row {
            fields.insert("id".to_owned(), json!(FIRST_BULK_ID + number));
            fields.insert(
                "domain_name".to_owned(),
                json!(format!("bulk-{number}.example.net")),
            );
        }
        row
    }));
}

fn reword_statuses(value: &mut Value, word: &str) {
    for_each_object(value, &mut |fields| {
        if let Some(status) = fields.get_mut("status") {
            *status = json!(word);
        }
    });
}

fn drop_certificate_ids(value: &mut Value) {
    for_each_object(value, &mut |fields| {
        fields.remove("ssl_certificate_id");
    });
}

fn for_each_object(value: &mut Value, change: &mut impl FnMut(&mut Map<String, Value>)) {
    match value {
        Value::Array(list) => list
            .iter_mut()
            .for_each(|element| for_each_object(element, change)),
        Value::Object(fields) => {
            change(fields);
            fields
                .values_mut()
                .for_each(|field| for_each_object(field, change));
        }
        _ => {}
    }
}

fn scalars_to_strings(value: &mut Value) {
    match value {
        Value::Number(number) => *value = Value::String(number.to_string()),
        Value::Bool(flag) => *value = Value::String(flag.to_string()),
        Value::Array(list) => list.iter_mut().for_each(scalars_to_strings),
        Value::Object(fields) => fields.values_mut().for_each(scalars_to_strings),
        Value::Null | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_bend_answers_as_they_say() {
        let order =
            || json!({"id": 1, "status": "new", "items": [{"id": 2, "ssl_certificate_id": 3, "ok": true}]});
        let mut value = order();
        scalars_to_strings(&mut value);
        assert_eq!(
            value,
            json!({"id": "1", "status": "new", "items": [{"id": "2", "ssl_certificate_id": "3", "ok": "true"}]})
        );
        let mut value = order();
        reword_statuses(&mut value, "odd");
        drop_certificate_ids(&mut value);
        assert_eq!(
            value,
            json!({"id": 1, "status": "odd", "items": [{"id": 2, "ok": true}]})
        );
        assert_eq!(
            enveloped(json!([1, 2]), Route::Products, Envelope::Named),
            json!({"products": [1, 2]})
        );
        assert_eq!(
            enveloped(json!([1, 2]), Route::Products, Envelope::IndexMap),
            json!({"0": 1, "1": 2})
        );
        assert_eq!(
            enveloped(json!(5), Route::Products, Envelope::Data),
            json!({"data": 5})
        );
    }

    #[test]
    fn a_list_grows_by_rows_of_its_own_shape() {
        let mut value = json!([{"id": 5, "domain_name": "a.example", "days": 365}]);
        lengthen(&mut value, 3);
        assert_eq!(value.as_array().unwrap().len(), 4);
        assert_eq!(
            value[3],
            json!({"id": 9_000_002, "domain_name": "bulk-2.example.net", "days": 365})
        );
    }
}
