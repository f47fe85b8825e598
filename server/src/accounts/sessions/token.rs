//! Access tokens: JSON Web Tokens that say whose session it is for a quarter of an hour.

use chrono::Duration;
use doorstep_shared::{
    Timestamp,
    accounts::SessionKind,
    ids::{AccountId, FamilyId, IssuerId, NurseryId, SessionId},
};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};

use super::Actor;
use crate::{
    accounts::keys::Keys,
    error::{Error, Result},
};

/// How long an access token is good for.
pub const VALID: Duration = Duration::minutes(15);
/// The only algorithm: this server is the only one that signs and the only one that checks.
const ALGORITHM: Algorithm = Algorithm::HS256;
/// RFC 9068: a token of another type, signed with the same key, is no access token.
const TYPE: &str = "at+jwt";
const ISSUER: &str = "doorstep";
const AUDIENCE: &str = "doorstep-api";

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    iss: String,
    aud: String,
    pub sub: AccountId,
    pub sid: SessionId,
    /// Of what kind the session is. A token of one kind is none of another.
    kind: SessionKind,
    /// The family, the nursery or the issuer that the session acted for. The database decides; this says when to ask it again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fam: Option<FamilyId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nur: Option<NurseryId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    office: Option<IssuerId>,
    /// Seconds since 1970, as `exp`.
    iat: i64,
    exp: i64,
}

impl Claims {
    /// Whether the token was issued to this session as it is held to be: not since then for another family or nursery.
    pub fn are_of<A: Actor>(&self, holder: A) -> bool {
        self.sid == holder.session()
            && self.kind == A::KIND
            && (self.fam, self.nur, self.office) == (holder.family(), holder.nursery(), holder.issuer())
    }
}

/// Signs and checks access tokens.
pub struct AccessTokens {
    sign: EncodingKey,
    check: DecodingKey,
    validation: Validation,
}

impl AccessTokens {
    pub fn new(keys: &Keys) -> Self {
        let mut validation = Validation::new(ALGORITHM);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["iss", "aud", "exp", "sub"]);
        // By our own clock, below.
        validation.validate_exp = false;
        Self { sign: EncodingKey::from_secret(&keys.token), check: DecodingKey::from_secret(&keys.token), validation }
    }

    /// A token with the time when it stops working.
    ///
    /// # Errors
    /// When it cannot be signed, which is a mistake of ours.
    pub fn issue<A: Actor>(&self, now: Timestamp, holder: &A) -> Result<(String, Timestamp)> {
        let expires_at = now + VALID;
        let claims = Claims {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: holder.account(),
            sid: holder.session(),
            kind: A::KIND,
            fam: holder.family(),
            nur: holder.nursery(),
            office: holder.issuer(),
            iat: now.seconds(),
            exp: expires_at.seconds(),
        };
        let header = Header { typ: Some(TYPE.to_owned()), ..Header::new(ALGORITHM) };
        Ok((encode(&header, &claims, &self.sign).map_err(Error::internal)?, expires_at))
    }

    /// What a token claims; None when it is forged, of another kind of session, or over.
    pub fn check<A: Actor>(&self, now: Timestamp, token: &str) -> Option<Claims> {
        let token = decode::<Claims>(token, &self.check, &self.validation).ok()?;
        let claims = token.claims;
        let is_one = token.header.typ.as_deref() == Some(TYPE) && claims.kind == A::KIND && now.seconds() < claims.exp;
        is_one.then_some(claims)
    }
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    use serde_json::{Value, json};

    use super::*;
    use crate::{
        accounts::{
            keys::testing::keys,
            sessions::{Holder, StaffHolder},
        },
        db::testing::now,
    };

    fn header(alg: &str, typ: &str) -> Value {
        json!({ "alg": alg, "typ": typ })
    }

    fn claims() -> Value {
        let (account, session) = (AccountId::new(), SessionId::new());
        let (iat, exp) = (now().seconds(), (now() + VALID).seconds());
        let kind = SessionKind::Family;
        json!({ "iss": ISSUER, "aud": AUDIENCE, "sub": account, "sid": session, "kind": kind, "iat": iat, "exp": exp })
    }

    fn with(mut claims: Value, name: &str, value: Value) -> Value {
        claims[name] = value;
        claims
    }

    fn without(mut claims: Value, name: &str) -> Value {
        claims.as_object_mut().unwrap().remove(name);
        claims
    }

    fn signed(header: &Value, claims: &Value, key: &[u8]) -> String {
        use hmac::{Hmac, KeyInit as _, Mac as _};
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(header), part(claims));
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(key).unwrap();
        mac.update(message.as_bytes());
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
    }

    #[test]
    fn only_an_access_token_of_ours_that_is_in_time_is_accepted() {
        let (keys, good) = (keys(), header("HS256", TYPE));
        let key = keys.token.as_slice();
        let unsigned = {
            let token = signed(&header("none", TYPE), &claims(), key);
            format!("{}.", token.rsplit_once('.').unwrap().0)
        };
        let cases = [
            ("a good one", signed(&good, &claims(), key), true),
            ("signed with another key", signed(&good, &claims(), b"another"), false),
            ("alg none", unsigned, false),
            ("alg none with a signature", signed(&header("none", TYPE), &claims(), key), false),
            ("another algorithm", signed(&header("HS512", TYPE), &claims(), key), false),
            ("a public-key algorithm", signed(&header("RS256", TYPE), &claims(), key), false),
            ("another type", signed(&header("HS256", "JWT"), &claims(), key), false),
            ("a refresh token's type", signed(&header("HS256", "rt+jwt"), &claims(), key), false),
            ("no type", signed(&json!({ "alg": "HS256" }), &claims(), key), false),
            ("expired", signed(&good, &with(claims(), "exp", json!(now().seconds())), key), false),
            ("no expiry", signed(&good, &without(claims(), "exp"), key), false),
            ("another issuer", signed(&good, &with(claims(), "iss", json!("other")), key), false),
            ("no issuer", signed(&good, &without(claims(), "iss"), key), false),
            ("another audience", signed(&good, &with(claims(), "aud", json!("other")), key), false),
            ("no audience", signed(&good, &without(claims(), "aud"), key), false),
            ("no session", signed(&good, &without(claims(), "sid"), key), false),
            ("of a staff session", signed(&good, &with(claims(), "kind", json!(SessionKind::Staff)), key), false),
            ("of no kind", signed(&good, &without(claims(), "kind"), key), false),
            ("no account", signed(&good, &without(claims(), "sub"), key), false),
            ("nothing", String::new(), false),
            ("dots", "..".to_owned(), false),
        ];
        let tokens = AccessTokens::new(&keys);
        for (name, token, accepted) in cases {
            assert_eq!(tokens.check::<Holder>(now(), &token).is_some(), accepted, "{name}");
        }
    }

    #[test]
    fn a_token_works_for_fifteen_minutes() {
        let tokens = AccessTokens::new(&keys());
        let holder = crate::accounts::sessions::testing::holder();
        let (token, expires_at) = tokens.issue(now(), &holder).unwrap();
        assert_eq!(expires_at, now() + VALID);
        let claims = tokens.check::<Holder>(expires_at - Duration::seconds(1), &token).unwrap();
        assert_eq!((claims.sub, claims.sid), (holder.account, holder.session));
        assert!(claims.are_of(holder));
        assert!(!claims.are_of(Holder { family: FamilyId::new(), ..holder }), "acting for another family since");
        assert_eq!(tokens.check::<Holder>(expires_at, &token), None);
    }

    #[test]
    fn a_family_token_is_none_of_staff_and_the_reverse() {
        let tokens = AccessTokens::new(&keys());
        let family = crate::accounts::sessions::testing::holder();
        let (session, account) = (family.session, family.account);
        let nursery = NurseryId::new();
        let staff = StaffHolder { session, account, nursery, role: doorstep_shared::staff::StaffRole::Head };
        let (of_family, _) = tokens.issue(now(), &family).unwrap();
        let (of_staff, _) = tokens.issue(now(), &staff).unwrap();
        assert!(tokens.check::<StaffHolder>(now(), &of_family).is_none());
        assert!(tokens.check::<Holder>(now(), &of_staff).is_none());
        let claims = tokens.check::<StaffHolder>(now(), &of_staff).unwrap();
        assert!(claims.are_of(staff) && !claims.are_of(family));
        assert!(!claims.are_of(StaffHolder { nursery: NurseryId::new(), ..staff }), "acting for another nursery since");
    }

    #[test]
    fn a_changed_claim_breaks_the_signature() {
        let keys = keys();
        let token = signed(&header("HS256", TYPE), &claims(), &keys.token);
        let parts: Vec<_> = token.split('.').collect();
        let other = URL_SAFE_NO_PAD.encode(claims().to_string());
        assert_eq!(
            AccessTokens::new(&keys).check::<Holder>(now(), &format!("{}.{other}.{}", parts[0], parts[2])),
            None
        );
    }
}
