//! People who work for issuers of vouchers, and the campaigns that they set up.

use chrono::Duration;
use doorstep_server::accounts::{NewOfficer, Officers, TotpSecret};
use doorstep_shared::{
    Fen, Timestamp,
    issuers::{IssuerMe, IssuerRole, IssuerSignIn, IssuerTokens},
    secret::Secret,
    vouchers::{CreateCampaign, Eligibility, Usable, ValueKind, VoucherValue, WaveDraft},
};

use crate::{
    app::TestApp,
    client::Client,
    staff::{self, PASSWORD},
};

/// Somebody who works for an issuer and is signed in there.
pub struct Officer {
    pub phone: String,
    pub me: IssuerMe,
    /// For the next pair of tokens.
    pub refresh_token: String,
    client: Client,
}

/// They call as the client does.
impl std::ops::Deref for Officer {
    type Target = Client;
    fn deref(&self) -> &Client {
        &self.client
    }
}

impl TestApp {
    /// A signed-in manager of an issuer of that name.
    pub async fn manager(&self, issuer: &str) -> Officer {
        self.officer(issuer, IssuerRole::Manager).await
    }

    /// A signed-in auditor.
    pub async fn auditor(&self, issuer: &str) -> Officer {
        self.officer(issuer, IssuerRole::Auditor).await
    }

    async fn officer(&self, issuer: &str, role: IssuerRole) -> Officer {
        let (phone, totp) = (format!("136{:08}", self.number()), TotpSecret::draw().unwrap());
        let (officers, now) = (Officers::at(&self.inside().config.data).unwrap(), self.now());
        let name = "王科长".to_owned();
        let new = NewOfficer { issuer: issuer.to_owned(), phone: phone.parse().unwrap(), role, name };
        let credential = staff::credential(&totp);
        let enlist = self.db().write(move |conn| officers.enlist(conn, now, &new, Some(&credential)));
        enlist.await.unwrap();
        let client = self.client();
        let (password, code) = (Secret::from(PASSWORD), Secret(staff::code(&totp, now)));
        let sign_in = IssuerSignIn { phone: phone.parse().unwrap(), password, code };
        let IssuerTokens { access_token, refresh_token, issuer: me, .. } = client.call(&sign_in).await.unwrap();
        client.bear(&access_token);
        Officer { phone, me, refresh_token, client }
    }

    /// A campaign that is open: so many vouchers of 50 yuan for everybody, good for 30 days.
    pub fn campaign(&self, vouchers: u32) -> CreateCampaign {
        let (amount_fen, opens_at): (_, Timestamp) = (Fen::from_yuan(50), self.now() - Duration::minutes(1));
        CreateCampaign {
            name: "托育消费券".to_owned(),
            value: VoucherValue { kind: ValueKind::Fixed, amount_fen, percent: None },
            budget_fen: amount_fen.times(vouchers.into()),
            waves: vec![WaveDraft { opens_at, closes_at: None, vouchers }],
            per_family: None,
            eligibility: Eligibility::default(),
            usable: Usable::default(),
            stacking_group: None,
            valid_from: self.today(),
            valid_until: self.in_days(30),
            valid_days: None,
        }
    }
}
