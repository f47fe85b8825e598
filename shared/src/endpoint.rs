//! A request type is its contract: method, path, answer and success status are constants of the type.
//!
//! A field whose name stands in braces in [`Endpoint::PATH`] travels in the path. The others travel in the query
//! (GET, DELETE) or as a JSON body (POST, PATCH, PUT). [`encode`] and [`decode`] are the only two places that know.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

/// Described by a schema where the OpenAPI document is built, and by nothing in WebAssembly.
#[cfg(feature = "openapi")]
pub trait Described: utoipa::ToSchema {}
#[cfg(feature = "openapi")]
impl<T: utoipa::ToSchema> Described for T {}
#[cfg(not(feature = "openapi"))]
pub trait Described {}
#[cfg(not(feature = "openapi"))]
impl<T> Described for T {}

/// One call of the API. See the module's page for how its fields travel.
pub trait Endpoint: Serialize + DeserializeOwned + Described + 'static {
    type Response: Serialize + DeserializeOwned + Described + 'static;
    const METHOD: Method;
    /// Beginning with `/api/v1`, with `{field}` for what travels in the path.
    const PATH: &'static str;
    const SUCCESS: Status = Status::Ok;
    /// Whether a call without `Idempotency-Key` is refused. Every other unsafe call takes one when it is sent.
    const NEEDS_KEY: bool = false;
    /// One sentence for the OpenAPI document.
    const SUMMARY: &'static str;
    /// Fields that are lists, and so may be repeated in a query.
    const REPEATABLE: &'static [&'static str] = &[];

    /// Whether answering takes so much that one caller gets only so many a second, though it changes nothing.
    fn is_costly(&self) -> bool {
        false
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Get,
    Post,
    Patch,
    Delete,
}

impl Method {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// Whether fields outside the path travel as a JSON body.
    pub const fn has_body(self) -> bool {
        matches!(self, Self::Post | Self::Patch)
    }

    /// Whether it changes nothing.
    pub const fn is_safe(self) -> bool {
        matches!(self, Self::Get)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Ok = 200,
    Created = 201,
    Accepted = 202,
    NoContent = 204,
}

/// The names in braces of a path.
pub fn path_fields(path: &str) -> impl Iterator<Item = &str> {
    path.split('{').skip(1).filter_map(|rest| rest.split('}').next())
}

/// A request, ready to be sent.
#[derive(Debug, PartialEq)]
pub struct Encoded {
    /// Path with query.
    pub url: String,
    /// JSON, for methods that have a body.
    pub body: Option<String>,
}

/// How a request travels.
///
/// # Errors
/// When the request does not serialise to a JSON object, which is a mistake in its type.
pub fn encode<E: Endpoint>(request: &E) -> Result<Encoded, serde_json::Error> {
    let mut fields = match serde_json::to_value(request)? {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    let mut url = E::PATH.to_owned();
    for name in path_fields(E::PATH) {
        let value = fields.remove(name).as_ref().and_then(plain).unwrap_or_default();
        url = url.replace(&format!("{{{name}}}"), &percent_encoded(&value));
    }
    if E::METHOD.has_body() {
        return Ok(Encoded { url, body: Some(serde_json::to_string(&fields)?) });
    }
    let mut pairs = Vec::new();
    for (name, value) in &fields {
        match value {
            Value::Array(values) => pairs.extend(values.iter().filter_map(plain).map(|value| (name.as_str(), value))),
            value => pairs.extend(plain(value).map(|value| (name.as_str(), value))),
        }
    }
    if !pairs.is_empty() {
        let query: Vec<_> =
            pairs.iter().map(|(name, value)| format!("{}={}", percent_encoded(name), percent_encoded(value))).collect();
        url = format!("{url}?{}", query.join("&"));
    }
    Ok(Encoded { url, body: None })
}

/// What does not fit the request's type, in words for the caller.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct NotTheRequest(String);

/// Reads a request from its path fields, its query string and its body.
///
/// # Errors
/// When a field is unknown, missing or of the wrong type. The message names it.
pub fn decode<E: Endpoint>(path: &[(&str, &str)], query: &str, body: &[u8]) -> Result<E, NotTheRequest> {
    if E::METHOD.has_body() {
        let body: &[u8] = if body.iter().all(u8::is_ascii_whitespace) { b"{}" } else { body };
        if path.is_empty() {
            return serde_json::from_slice(body).map_err(|error| NotTheRequest(error.to_string()));
        }
        let mut fields: Map<String, Value> =
            serde_json::from_slice(body).map_err(|error| NotTheRequest(error.to_string()))?;
        for (name, value) in path {
            if fields.insert((*name).to_owned(), Value::from(*value)).is_some() {
                return Err(NotTheRequest(format!("`{name}` belongs in the path, not in the body")));
            }
        }
        return serde_json::from_value(Value::Object(fields)).map_err(|error| NotTheRequest(error.to_string()));
    }
    let mut pairs = String::with_capacity(query.len() + 64);
    for (name, value) in path {
        pairs.push_str(&format!("{}={}&", percent_encoded(name), percent_encoded(value)));
    }
    pairs.push_str(query);
    serde_html_form::from_str(&pairs).map_err(|error| NotTheRequest(error.to_string()))
}

/// A scalar as it stands in a query; nothing for null.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// As RFC 3986 has it: all but unreserved characters as `%XX`.
pub fn percent_encoded(text: &str) -> String {
    use std::fmt::Write as _;

    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => encoded.push(char::from(byte)),
            byte => {
                // Writing to a String cannot fail.
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
    #[serde(deny_unknown_fields)]
    struct Search {
        id: String,
        #[serde(default)]
        date: Vec<String>,
        #[serde(default)]
        limit: Option<u16>,
    }

    impl Endpoint for Search {
        type Response = Vec<String>;
        const METHOD: Method = Method::Get;
        const PATH: &'static str = "/api/v1/things/{id}/search";
        const SUMMARY: &'static str = "Search a thing.";
    }

    #[test]
    fn a_query_survives_the_journey() {
        let request = Search { id: "a/b".into(), date: vec!["1".into(), "春 &".into()], limit: Some(3) };
        let sent = encode(&request).unwrap();
        let (path, query) = sent.url.split_once('?').unwrap();
        assert_eq!(path, "/api/v1/things/a%2Fb/search");
        // The order of different names is not part of the contract.
        let mut pairs: Vec<_> = query.split('&').collect();
        pairs.sort_unstable();
        assert_eq!(pairs, ["date=%E6%98%A5%20%26", "date=1", "limit=3"]);
        assert_eq!(decode::<Search>(&[("id", "a/b")], query, b"").unwrap(), request);
    }

    #[test]
    fn an_unknown_field_is_named() {
        let error = decode::<Search>(&[("id", "1")], "colour=red", b"").unwrap_err();
        assert!(error.to_string().contains("colour"), "{error}");
    }
}
