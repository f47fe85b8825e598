//! People who work at nurseries.

use std::sync::LazyLock;

use doorstep_server::accounts::{self, Colleague, Enlister, NewCredential, Operator, TotpSecret};
use doorstep_shared::{
    Problem, Timestamp,
    ids::NurseryId,
    secret::Secret,
    staff::{StaffMe, StaffRole, StaffSignIn, StaffTokens},
};

use crate::{app::TestApp, client::Client};

/// The password of everybody who is put to work by a test.
pub const PASSWORD: &str = "the goose counts twice";

/// Hashing takes a while: once for all.
static HASH: LazyLock<String> = LazyLock::new(|| accounts::hash_password(&PASSWORD.into()).unwrap());

/// Somebody who works at a nursery and is signed in there.
pub struct Staff {
    pub phone: String,
    pub me: StaffMe,
    /// For the next pair of tokens.
    pub refresh_token: String,
    /// What the authenticator app knows.
    pub totp: TotpSecret,
    pub recovery_codes: Vec<String>,
    client: Client,
}

/// They call as the client does.
impl std::ops::Deref for Staff {
    type Target = Client;
    fn deref(&self) -> &Client {
        &self.client
    }
}

impl Staff {
    /// Puts somebody new to work and signs them in.
    pub(crate) async fn at(app: &TestApp, nursery: NurseryId, role: StaffRole, phone: &str) -> Self {
        let totp = TotpSecret::draw().unwrap();
        let recovery_codes = app.enlist(nursery, role, phone, Some(&totp)).await;
        let client = app.client();
        let tokens = sign_in(&client, phone, PASSWORD, &code(&totp, app.now())).await.unwrap();
        client.bear(&tokens.access_token);
        let StaffTokens { refresh_token, staff: me, .. } = tokens;
        Self { phone: phone.to_owned(), me, refresh_token, totp, recovery_codes, client }
    }

    /// What the app shows now.
    pub fn code(&self, app: &TestApp) -> String {
        code(&self.totp, app.now())
    }

    /// Signs in elsewhere, as a stranger. The app must show another code than at the last sign-in.
    pub async fn sign_in(&self, app: &TestApp) -> Result<StaffTokens, Problem> {
        sign_in(&app.client(), &self.phone, PASSWORD, &self.code(app)).await
    }

    /// The same, calling as that session from then on.
    pub async fn again(&self, app: &TestApp) -> Self {
        let client = app.client();
        let tokens = sign_in(&client, &self.phone, PASSWORD, &self.code(app)).await.unwrap();
        client.bear(&tokens.access_token);
        let StaffTokens { refresh_token, staff: me, .. } = tokens;
        let (totp, recovery_codes) = (self.totp.clone(), self.recovery_codes.clone());
        Self { phone: self.phone.clone(), me, refresh_token, totp, recovery_codes, client }
    }
}

/// [`PASSWORD`] with this app.
pub(crate) fn credential(totp: &TotpSecret) -> NewCredential {
    NewCredential { password_hash: HASH.clone(), totp: totp.clone(), totp_step: 0 }
}

/// What an authenticator app shows.
pub fn code(totp: &TotpSecret, now: Timestamp) -> String {
    totp.code(now.seconds() / 30).unwrap()
}

/// As an authenticator app reads a secret that is typed.
pub fn secret(base32: &str) -> TotpSecret {
    let (mut bits, mut have, mut bytes) = (0_u32, 0, Vec::new());
    for letter in base32.bytes() {
        let value = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".bytes().position(|known| known == letter).unwrap();
        (bits, have) = (bits << 5 | u32::try_from(value).unwrap(), have + 5);
        if have >= 8 {
            have -= 8;
            bytes.push(u8::try_from(bits >> have & 0xFF).unwrap());
        }
    }
    TotpSecret::of(&bytes).unwrap()
}

pub async fn sign_in(client: &Client, phone: &str, password: &str, code: &str) -> Result<StaffTokens, Problem> {
    let (password, code) = (Secret::from(password), Secret::from(code));
    client.call(&StaffSignIn { phone: phone.parse().unwrap(), password, code }).await
}

impl TestApp {
    /// A signed-in head of a nursery.
    pub async fn head(&self, nursery: NurseryId) -> Staff {
        self.staff(nursery, StaffRole::Head).await
    }

    /// A signed-in teacher of a nursery.
    pub async fn teacher(&self, nursery: NurseryId) -> Staff {
        self.staff(nursery, StaffRole::Teacher).await
    }

    /// Somebody signed in who works at the front desk of a nursery.
    pub async fn front_desk(&self, nursery: NurseryId) -> Staff {
        self.staff(nursery, StaffRole::FrontDesk).await
    }

    pub async fn staff(&self, nursery: NurseryId, role: StaffRole) -> Staff {
        Staff::at(self, nursery, role, &format!("137{:08}", self.number())).await
    }

    /// Invites the first head of a nursery as the operator does; the link that is sent.
    pub async fn invite_head(&self, nursery: NurseryId, phone: &str) -> String {
        let rules = self.inside().policy.on(self.today()).staff;
        let operator = Operator::at(&self.inside().config.data, rules, self.url()).unwrap();
        let now = self.now();
        let (phone, name) = (phone.parse().unwrap(), "园长".to_owned());
        let new = Colleague { nursery, phone, role: StaffRole::Head, name };
        self.db().write(move |conn| operator.invite(conn, now, &new)).await.unwrap()
    }

    /// Puts somebody to work without an invitation; with a secret, they have [`PASSWORD`] and these recovery codes.
    /// Without one they keep what they sign in with elsewhere.
    pub async fn enlist(
        &self,
        nursery: NurseryId,
        role: StaffRole,
        phone: &str,
        totp: Option<&TotpSecret>,
    ) -> Vec<String> {
        let (enlister, now) = (Enlister::at(&self.inside().config.data).unwrap(), self.now());
        let new = Colleague { nursery, phone: phone.parse().unwrap(), role, name: "王老师".to_owned() };
        let credential = totp.map(credential);
        let enlist = self.db().write(move |conn| enlister.enlist(conn, now, &new, credential.as_ref()));
        enlist.await.unwrap()
    }
}
