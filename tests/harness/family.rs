//! People who book.

use doorstep_shared::{
    Date, Problem,
    accounts::{Me, RequestCode, SignIn},
    bookings::Booking,
    children::{AddChild, Child, Sex},
};

use crate::{app::TestApp, client::Client, nursery::Offer, order::Order};

/// A signed-in guardian.
pub struct Family {
    pub name: String,
    pub phone: String,
    pub me: Me,
    /// For the next pair of tokens.
    pub refresh_token: String,
    /// In the order added.
    pub children: Vec<Child>,
    /// Monday of the test's first week.
    today: Date,
    client: Client,
}

/// A guardian calls as the client does.
impl std::ops::Deref for Family {
    type Target = Client;
    fn deref(&self) -> &Client {
        &self.client
    }
}

impl Family {
    /// Signs in as a person does: asks for a code, reads it in the outbox, types it.
    pub async fn sign_in(app: &TestApp, name: &str, phone: &str) -> Self {
        let client = app.client();
        client.call(&RequestCode { phone: phone.parse().unwrap() }).await.unwrap();
        let code = app.code_sent_to(phone).await;
        let tokens = client.call(&SignIn { phone: phone.parse().unwrap(), code }).await.unwrap();
        client.bear(&tokens.access_token);
        Self {
            name: name.to_owned(),
            phone: phone.to_owned(),
            me: tokens.account,
            refresh_token: tokens.refresh_token,
            children: Vec::new(),
            today: app.today(),
            client,
        }
    }

    /// Signs in again, when the token has run out.
    pub async fn again(&self, app: &TestApp) -> Self {
        Self { children: self.children.clone(), ..Self::sign_in(app, &self.name, &self.phone).await }
    }

    /// Adds a girl of so many completed months.
    pub async fn add_child(&mut self, months: u32) -> Child {
        let birth_date = self.today - chrono::Months::new(months);
        self.add_child_born(birth_date).await
    }

    pub async fn add_child_born(&mut self, birth_date: Date) -> Child {
        let child = self.try_add_child_born(birth_date).await.unwrap();
        self.children.push(child.clone());
        child
    }

    pub async fn try_add_child_born(&self, birth_date: Date) -> Result<Child, Problem> {
        let add = AddChild {
            name: format!("{}-{}", self.name, self.children.len() + 1),
            birth_date,
            sex: Sex::Female,
            birth_order: 1,
            residence_district: String::new(),
            allergies: String::new(),
            notes: String::new(),
            consents: None,
        };
        self.call(&add).await
    }

    /// The first child.
    pub fn child(&self) -> &Child {
        self.children.first().expect("the family has a child")
    }

    /// Books the first child for tomorrow, `"09:00-11:00"`.
    pub async fn book(&self, offer: &Offer, span: &str) -> Result<Booking, Problem> {
        self.order(offer, span).send().await
    }

    /// The same, to be completed.
    pub fn order(&self, offer: &Offer, span: &str) -> Order<'_> {
        Order::new(self, offer, span)
    }

    /// Tomorrow, as the family sees it when it signs in.
    pub fn tomorrow(&self) -> Date {
        self.today + chrono::Duration::days(1)
    }
}
